//! `[pool.autoscale]`: who starts and ends a pool's servers, and what their number follows.

use std::num::NonZeroU32;
use std::time::Duration;

use super::fields::{Fields, LaterKey};
use super::value::Value;
use crate::model::{
    Autoscale, Driver, ExecDriver, MoveRules, Ports, ProcessDriver, ScalingMode, ScalingRules,
};

const LATER: [LaterKey; 2] = [
    LaterKey { key: "kubernetes", instead: "use driver = \"advise\", and scale from outside" },
    LaterKey { key: "aws-asg", instead: "use driver = \"advise\", and scale from outside" },
];

const MODES: [(&str, ScalingMode); 3] =
    [("act", ScalingMode::Act), ("advise", ScalingMode::Advise), ("off", ScalingMode::Off)];

const MOST_SERVERS: i64 = 10_000;
const MOST_CORES: i64 = 1024;
const HIGHEST_RPS: i64 = 1_000_000_000;
const DEFAULT_GRACE: Duration = Duration::from_secs(10);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// Where the port goes in a command.
const PORT: &str = "{port}";

/// A driver before its own keys are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Process,
    Exec,
    Advise,
}

/// Reads the `autoscale` of a pool.
pub(super) fn autoscale(value: Value<'_>) -> Option<Autoscale> {
    value.table("[pool.autoscale]", &LATER, |fields| {
        let kind = fields.required("driver", "\"process\"", kind);
        let process = fields.optional("process", process);
        let exec = fields.optional("exec", exec);
        let mode = fields.defaulted("mode", ScalingMode::Act, |value| value.one_of(&MODES));
        let rules = rules(fields);
        let driver = driver(fields, kind?, process, exec);
        let (driver, rules) = (driver?, rules?);
        if let Driver::Process(process) = &driver
            && process.ports.count() < rules.max
        {
            let (ports, max) = (process.ports.count(), rules.max);
            let message = format!("{ports} ports for {max} servers");
            fields.refuse("max", &message, "give `ports` a wider range, or lower `max`");
            return None;
        }
        Some(Autoscale { driver, mode: mode?, rules, order: None })
    })
}

fn kind(value: Value<'_>) -> Option<Kind> {
    match value.text()? {
        later @ ("kubernetes" | "aws-asg") => {
            let message = format!("{later:?} is not available yet in this version");
            value.refuse(message, "use \"exec\" with a command of yours, or \"advise\"")
        }
        _ => value.one_of(&[
            ("process", Kind::Process),
            ("exec", Kind::Exec),
            ("advise", Kind::Advise),
        ]),
    }
}

fn driver(
    fields: &Fields<'_>,
    kind: Kind,
    process: Option<ProcessDriver>,
    exec: Option<ExecDriver>,
) -> Option<Driver> {
    for (key, owner) in [("process", Kind::Process), ("exec", Kind::Exec)] {
        if kind != owner && fields.place(key).is_some() {
            let message = format!("`{key}` is for the driver of that name");
            fields.refuse(key, &message, &format!("write driver = \"{key}\", or leave it out"));
        }
    }
    match kind {
        Kind::Process if fields.place("process").is_none() => {
            fields.refuse(
                "driver",
                "a process driver that does not know what to start",
                "add process = { command = [\"./app\", \"--port\", \"{port}\"], ports = \
                 \"9100-9199\" }",
            );
            None
        }
        Kind::Exec if fields.place("exec").is_none() => {
            fields.refuse(
                "driver",
                "an exec driver that does not know what to call",
                "add exec = { command = [\"./scale\"] }",
            );
            None
        }
        Kind::Process => process.map(Driver::Process),
        Kind::Exec => exec.map(Driver::Exec),
        Kind::Advise => Some(Driver::Advise),
    }
}

fn exec(value: Value<'_>) -> Option<ExecDriver> {
    value.table("exec", &[], |fields| {
        let command = fields.required("command", "[\"./scale\"]", |it| words(it, "\"./scale\""));
        let time = |it: Value<'_>| it.duration(SHORTEST..=LONGEST);
        let timeout = fields.defaulted("timeout", DEFAULT_TIMEOUT, time);
        let interval = fields.defaulted("interval", DEFAULT_INTERVAL, time);
        Some(ExecDriver { command: command?, timeout: timeout?, interval: interval? })
    })
}

fn process(value: Value<'_>) -> Option<ProcessDriver> {
    value.table("process", &[], |fields| {
        let command = fields.required("command", "[\"./app\", \"--port\", \"{port}\"]", command);
        let ports: Option<Ports> = fields.required("ports", "\"9100-9199\"", Value::parsed);
        let grace = fields.defaulted("grace", DEFAULT_GRACE, |it| it.duration(SHORTEST..=LONGEST));
        let outlive = fields.defaulted("outlive", true, Value::flag);
        let cores = fields
            .defaulted("cores", NonZeroU32::MIN, |it| NonZeroU32::new(whole(it, 1..=MOST_CORES)?));
        Some(ProcessDriver {
            command: command?,
            ports: ports?,
            grace: grace?,
            outlive: outlive?,
            cores: cores?,
        })
    })
}

fn command(value: Value<'_>) -> Option<Vec<String>> {
    let example = "\"./app\", \"--port\", \"{port}\"";
    let words = words(value, example)?;
    if !words.iter().any(|word| word.contains(PORT)) {
        let message = "a command without {port}: all servers would take the same one";
        return value.refuse(message, &format!("write {{port}} where it goes, as [{example}]"));
    }
    Some(words)
}

fn words(value: Value<'_>, example: &str) -> Option<Vec<String>> {
    let mut words = value.nonempty_list(example, |word| word.text().map(str::to_owned))?;
    // A program that is not looked for in PATH begins at the directory of the file.
    if words[0].contains('/') {
        words[0] = value.reading.base_dir.join(&words[0]).display().to_string();
    }
    Some(words)
}

/// Reads the keys of the rules.
pub(crate) fn rules(fields: &mut Fields<'_>) -> Option<ScalingRules> {
    let default = ScalingRules::within(1, 1);
    let servers = |value: Value<'_>| whole(value, 0..=MOST_SERVERS);
    let min = fields.required("min", "2", servers);
    let max = fields.required("max", "20", |value| whole(value, 1..=MOST_SERVERS));
    let target_cpu = fields.optional("target_cpu", |value| whole(value, 1..=100));
    let target_rps = fields.optional("target_rps", |value| whole(value, 1..=HIGHEST_RPS));
    let mut time = |key, default| {
        fields.defaulted(key, default, |it: Value<'_>| it.duration(SHORTEST..=LONGEST))
    };
    let stable_window = time("stable_window", default.stable_window);
    let panic_window = time("panic_window", default.panic_window);
    let warmup = time("default_instance_warmup", default.default_instance_warmup);
    let cooldown = time("scale_in_cooldown", default.scale_in_cooldown);
    let start_timeout = time("start_timeout", default.start_timeout);
    let drain_timeout = time("drain_timeout", default.drain_timeout);
    let replace_after = fields.optional("replace_after", |it| it.duration(SHORTEST..=LONGEST));
    let threshold =
        fields.defaulted("panic_threshold", default.panic_threshold, |it| whole(it, 101..=10_000));
    let scale_up =
        fields.defaulted("scale_up", default.scale_up, |it| moves(it, "scale_up", MoveRules::up()));
    let scale_down = fields.defaulted("scale_down", default.scale_down, |it| {
        moves(it, "scale_down", MoveRules::down())
    });
    let rules = ScalingRules {
        min: min?,
        max: max?,
        // Without any target it is the CPU.
        target_cpu: target_cpu.or(default.target_cpu.filter(|_| {
            fields.place("target_cpu").is_none() && fields.place("target_rps").is_none()
        })),
        target_rps,
        stable_window: stable_window?,
        panic_window: panic_window?,
        panic_threshold: threshold?,
        default_instance_warmup: warmup?,
        scale_up: scale_up?,
        scale_down: scale_down?,
        scale_in_cooldown: cooldown?,
        start_timeout: start_timeout?,
        drain_timeout: drain_timeout?,
        replace_after,
    };
    coherent(fields, rules)
}

fn coherent(fields: &Fields<'_>, rules: ScalingRules) -> Option<ScalingRules> {
    if rules.min > rules.max {
        let message = format!("min {} is above max {}", rules.min, rules.max);
        fields.refuse("min", &message, "lower `min`, or raise `max`");
        return None;
    }
    if rules.panic_window >= rules.stable_window {
        let key =
            if fields.place("panic_window").is_some() { "panic_window" } else { "stable_window" };
        let message = "the panic window is not shorter than the stable window";
        fields.refuse(key, message, "write panic_window = \"6s\" and stable_window = \"60s\"");
        return None;
    }
    Some(rules)
}

fn moves(value: Value<'_>, what: &'static str, default: MoveRules) -> Option<MoveRules> {
    value.table(what, &[], |fields| {
        let window = fields.defaulted("stabilization_window", default.stabilization_window, |it| {
            it.duration(Duration::ZERO..=LONGEST)
        });
        let tolerance = fields.defaulted("tolerance", default.tolerance, |it| whole(it, 0..=100));
        let policies = fields.defaulted("policies", default.policies, |it| it.list(Value::parsed));
        Some(MoveRules {
            stabilization_window: window?,
            tolerance: tolerance?,
            policies: policies?,
        })
    })
}

fn whole(value: Value<'_>, range: std::ops::RangeInclusive<i64>) -> Option<u32> {
    value.number(range)?.try_into().ok()
}
