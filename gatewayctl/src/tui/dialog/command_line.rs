//! How would the same change be asked for on the command line?

use std::time::Duration;

use crate::{
    duration,
    model::{
        CandidateEdit, DrainOrder, Edit, LimitEdit, OnDeadline, RuleEdit, ScalerEdit, Standing,
        Then, WeightEdit,
    },
};

/// The command that does the same as `edit` and, once it is over, the drains that follow it.
pub(crate) fn command_line(edit: &Edit, rest: &[Edit], reason: &str, force: bool) -> String {
    let mut words = vec!["gatewayctl".to_owned()];
    words.extend(match edit {
        Edit::AddBackend { pool, name, address, weight, standing } => {
            add(pool, name, address, *weight, *standing)
        }
        Edit::Remove { names } => named("remove", names),
        Edit::SetStanding { names, standing } => named(
            match standing {
                Standing::Active => "undrain",
                Standing::Draining => "drain",
                Standing::Maintenance => "maintenance",
            },
            names,
        ),
        Edit::Drain { names, order } => drain(names, order.as_ref(), rest),
        Edit::Kill { names } => named("kill", names),
        Edit::SetWeights { edits } => weights(edits),
        Edit::RampWeights { edits, lasts, abort_if } => {
            let mut words = weights(edits);
            words.extend(["--ramp".to_owned(), duration::exact(*lasts)]);
            if !abort_if.is_empty() {
                words.extend(["--abort-if".to_owned(), quoted(abort_if)]);
            }
            words
        }
        Edit::Scale { pool, edit } => scale(pool, edit),
        Edit::ApplyConfig { .. } => ["config", "apply", "-f", "FILE"].map(Into::into).into(),
        Edit::PersistConfig => ["config", "persist"].map(Into::into).into(),
        Edit::Rollback { revision } => {
            vec!["config".to_owned(), "rollback".to_owned(), revision.clone()]
        }
        // The dashboard asks for one change at a time.
        Edit::All(_) => ["change", "-f", "-"].map(Into::into).into(),
        Edit::Undo { id } => vec!["op".to_owned(), "undo".to_owned(), quoted(id)],
        Edit::Confirm { id } => vec!["op".to_owned(), "confirm".to_owned(), quoted(id)],
        Edit::SetLimit { name, edit } => limit(name, edit),
        Edit::ResetLimit { name, key } => {
            let mut words: Vec<String> = ["limit", "reset"].map(Into::into).into();
            words.push(quoted(name));
            words.extend(key.as_deref().map(quoted));
            words
        }
        Edit::ReloadCertificates { served_by } => {
            let mut words: Vec<String> = ["cert", "reload"].map(Into::into).into();
            words.extend(served_by.iter().map(|by| quoted(by)));
            words
        }
        Edit::AddBlock { network, ttl, .. } => {
            let mut words: Vec<String> = ["block", "add"].map(Into::into).into();
            words.push(quoted(network));
            words.extend(match ttl {
                Some(ttl) => vec!["--ttl".to_owned(), duration::exact(*ttl)],
                None => vec!["--permanent".to_owned()],
            });
            words
        }
        Edit::RemoveBlocks { networks } => {
            let mut words: Vec<String> = ["block", "remove"].map(Into::into).into();
            words.extend(networks.iter().map(|network| quoted(network)));
            words
        }
    });
    if force {
        words.push("--force".to_owned());
    }
    if !reason.is_empty() {
        words.extend(["-m".to_owned(), quoted(reason)]);
    }
    words.join(" ")
}

fn scale(pool: &str, edit: &ScalerEdit) -> Vec<String> {
    let ttl = |ttl: &Option<Duration>| {
        let words = ttl.map(|ttl| ["--ttl".to_owned(), duration::exact(ttl)]);
        words.into_iter().flatten().collect::<Vec<_>>()
    };
    let mut words = vec!["scaler".to_owned()];
    match edit {
        ScalerEdit::Pause { ttl: held } => {
            words.extend(["pause".to_owned(), quoted(pool)]);
            words.extend(ttl(held));
        }
        ScalerEdit::Desired { servers, ttl: held } => {
            words.extend(["desired".to_owned(), servers.to_string(), quoted(pool)]);
            words.extend(ttl(held));
        }
        ScalerEdit::Resume => words.extend(["resume".to_owned(), quoted(pool)]),
        ScalerEdit::Rules { min, max, target_cpu, target_rps, mode } => {
            words.extend(["set".to_owned(), quoted(pool)]);
            let number = |it: &Option<u32>| it.map(|it| it.to_string());
            let flags = [
                ("--min", number(min)),
                ("--max", number(max)),
                ("--target-cpu", number(target_cpu)),
                ("--target-rps", number(target_rps)),
                ("--mode", mode.clone()),
            ];
            for (flag, value) in flags {
                words.extend(value.iter().flat_map(|value| [flag.to_owned(), quoted(value)]));
            }
        }
    }
    words
}

fn limit(name: &str, edit: &LimitEdit) -> Vec<String> {
    if edit.candidate == Some(CandidateEdit::Promote) {
        return ["limit", "promote", name].map(Into::into).into();
    }
    let RuleEdit { max, rate, burst, concurrent } = &edit.rule;
    let candidate = match &edit.candidate {
        Some(CandidateEdit::Set(rule)) => Some(rule.to_string()),
        Some(CandidateEdit::Drop) => Some("none".to_owned()),
        Some(CandidateEdit::Promote) | None => None,
    };
    let flags = [
        ("--max", max.clone()),
        ("--rate", rate.clone()),
        ("--burst", burst.map(|burst| burst.to_string())),
        ("--concurrent", concurrent.map(|most| most.to_string())),
        ("--mode", edit.mode.map(|mode| mode.to_string())),
        ("--candidate", candidate),
        ("--ttl", edit.ttl.map(duration::exact)),
    ];
    let mut words: Vec<String> = ["limit", "set", name].map(Into::into).into();
    for (flag, value) in flags {
        words.extend(value.iter().flat_map(|value| [flag.to_owned(), quoted(value)]));
    }
    words
}

fn add(
    pool: &str,
    name: &str,
    address: &str,
    weight: Option<u32>,
    standing: Standing,
) -> Vec<String> {
    let mut words: Vec<String> =
        ["backend", "add", "--pool", pool, "--name", name, "--address"].map(Into::into).into();
    words.push(quoted(address));
    words.extend(weight.iter().flat_map(|weight| ["--weight".to_owned(), weight.to_string()]));
    if standing == Standing::Draining {
        words.extend(["--start".to_owned(), "drained".to_owned()]);
    }
    words
}

fn drain(names: &[String], order: Option<&DrainOrder>, rest: &[Edit]) -> Vec<String> {
    let mut words = named("drain", names);
    words.extend(rest.iter().flat_map(Edit::targets).map(quoted));
    if !rest.is_empty() {
        words.extend(["--max-parallel".to_owned(), names.len().to_string()]);
    }
    let Some(order) = order else { return words };
    let lengths =
        [("--requests", order.requests), ("--streams", order.streams), ("--spread", order.spread)];
    for (flag, length) in lengths {
        words.extend(length.iter().flat_map(|it| [flag.to_owned(), duration::exact(*it)]));
    }
    let late = match order.on_deadline {
        OnDeadline::Kill => Some("kill"),
        OnDeadline::Undo => Some("undo"),
        // Said where nothing else makes it an order.
        OnDeadline::Wait => (*order == DrainOrder::default()).then_some("wait"),
    };
    words.extend(late.iter().flat_map(|late| ["--on-deadline".to_owned(), (*late).to_owned()]));
    let then = match order.then {
        Then::Stay => None,
        Then::Remove => Some("remove".to_owned()),
        Then::EnableAfter(after) => Some(format!("enable-after={}", duration::exact(after))),
    };
    words.extend(then.into_iter().flat_map(|then| ["--then".to_owned(), then]));
    words
}

fn named(verb: &str, names: &[String]) -> Vec<String> {
    let mut words = vec!["backend".to_owned(), verb.to_owned()];
    words.extend(names.iter().map(|name| quoted(name)));
    words
}

fn weights(edits: &[(String, WeightEdit)]) -> Vec<String> {
    let mut words = vec!["backend".to_owned(), "weight".to_owned()];
    words.extend(edits.iter().map(|(name, edit)| match edit {
        WeightEdit::Absolute(weight) => format!("{name}={weight}"),
        WeightEdit::Delta(delta) => format!("{name}={delta:+}"),
        WeightEdit::Percent(percent) => format!("{name}={percent}%"),
    }));
    words
}

/// The word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_a_scaler_has_its_command() {
        let hour = Some(Duration::from_secs(3_600));
        let rules = ScalerEdit::Rules {
            min: None,
            max: Some(40),
            target_cpu: Some(60),
            target_rps: None,
            mode: Some("advise".into()),
        };
        for (edit, line) in [
            (ScalerEdit::Pause { ttl: hour }, "pause app --ttl 1h"),
            (ScalerEdit::Desired { servers: 12, ttl: None }, "desired 12 app"),
            (ScalerEdit::Resume, "resume app"),
            (rules, "set app --max 40 --target-cpu 60 --mode advise"),
        ] {
            let edit = Edit::Scale { pool: "app".into(), edit };
            assert_eq!(command_line(&edit, &[], "", false), format!("gatewayctl scaler {line}"));
        }
    }

    #[test]
    fn each_change_has_its_command() {
        let drain = Edit::SetStanding { names: vec!["app-1".into()], standing: Standing::Draining };
        assert_eq!(
            command_line(&drain, &[], "Bo's patch", false),
            r"gatewayctl backend drain app-1 -m 'Bo'\''s patch'"
        );
        let weights = Edit::SetWeights {
            edits: vec![
                ("a".into(), WeightEdit::Absolute(50)),
                ("b".into(), WeightEdit::Delta(-5)),
                ("c".into(), WeightEdit::Percent(80)),
            ],
        };
        assert_eq!(
            command_line(&weights, &[], "", false),
            "gatewayctl backend weight a=50 b=-5 c=80%"
        );
        let edit = LimitEdit { rule: "5/10s".parse().unwrap(), ..LimitEdit::default() };
        let limit = Edit::SetLimit { name: "login".into(), edit };
        assert_eq!(
            command_line(&limit, &[], "incident", true),
            "gatewayctl limit set login --max 5/10s --force -m incident"
        );
        let limit = Edit::SetLimit {
            name: "login".into(),
            edit: LimitEdit { rule: "5/second burst 9".parse().unwrap(), ..LimitEdit::default() },
        };
        assert_eq!(
            command_line(&limit, &[], "", false),
            "gatewayctl limit set login --rate 5/second --burst 9"
        );
    }
}
