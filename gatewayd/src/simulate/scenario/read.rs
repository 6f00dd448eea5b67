//! Reading a scenario: TOML with the words of a gateway's file where those exist.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{
    Addresses, Arrivals, Cold, Fault, FaultKind, Load, Phase, PoolModel, RateLimit, Retries,
    Scenario, ServerModel, Spread, Wave,
};
use crate::config::{self, Diagnostics, Fields, Value};
use crate::model::{EjectionRules, HealthCheck, Pool};

/// The highest rate that is simulated.
const HIGHEST_RPS: f64 = 1_000_000.0;
const MOST_SERVERS: i64 = 10_000;
const MOST_CLIENTS: i64 = 2_000_000;
const MOST_CORES: i64 = 256;
const MOST_RANDOM_FAULTS: i64 = 100;
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const SHORTEST_WORK: Duration = Duration::from_nanos(100);

/// Reads `text`, the content of the scenario file called `file`.
///
/// # Errors
/// With everything that is wrong with it, in one go.
pub(in crate::simulate) fn parse(file: &str, text: &str) -> Result<Scenario, Diagnostics> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let name = config::visible(name.strip_suffix(".toml").unwrap_or(name));
    config::parse_as(file, text, |fields| scenario(name, fields))
}

fn scenario(name: String, fields: &mut Fields<'_>) -> Option<Scenario> {
    let about = fields.defaulted("about", String::new(), |it| it.text().map(visible_lines));
    let load = fields.required("load", "{ phases = [{ for = \"10m\", rps = 600 }] }", load);
    let server = fields.required("server", "{ work = \"14ms\" }", server);
    let pool = fields.required("pool", "{ servers = 12 }", pool);
    let scaled = fields.has("autoscale");
    let rules = fields.optional("autoscale", |it| it.table("[autoscale]", &[], config::rules));
    let limits = fields.each("limit", "[[limit]]", limit);
    let faults = fields.each("fault", "[[fault]]", fault);
    let random_faults = fields.defaulted("random_faults", 0, |it| it.whole(0..=MOST_RANDOM_FAULTS));
    if scaled && rules.is_none() {
        return None;
    }
    let pool = pool?;
    if let Some(rules) = &rules
        && !(rules.min..=rules.max).contains(&pool.servers)
    {
        let message = format!("{} servers, outside of min and max of [autoscale]", pool.servers);
        fields.refuse("pool", &message, "begin with a number of servers that the rules allow");
        return None;
    }
    Some(Scenario {
        name,
        about: about?,
        load: load?,
        end: None,
        server: server?,
        pool,
        rules,
        limits,
        faults,
        random_faults: random_faults?,
    })
}

/// What an author wrote, without anything that a terminal would obey but the ends of lines.
fn visible_lines(text: &str) -> String {
    text.lines().map(config::visible).collect::<Vec<_>>().join("\n")
}

fn load(value: Value<'_>) -> Option<Load> {
    let kinds = [("poisson", Arrivals::Poisson), ("even", Arrivals::Even)];
    value.table("[load]", &[], |fields| {
        let example = "{ for = \"10m\", rps = 600 }";
        let phases = fields
            .required("phases", &format!("[{example}]"), |it| it.nonempty_list(example, phase));
        let arrivals = fields.defaulted("arrivals", Arrivals::Poisson, |it| it.one_of(&kinds));
        let clients = fields.defaulted("clients", 10_000, |it| it.whole(1..=MOST_CLIENTS));
        let zipf = fields.defaulted("zipf", 1.0, |it| it.decimal(0.0..=3.0));
        let nat = fields.defaulted("nat", (0, 1), nat);
        let retries = fields.has("retries");
        let retry = fields.optional("retries", retrying);
        if retries && retry.is_none() {
            return None;
        }
        let (nat_percent, nat_addresses) = nat?;
        let addresses = Addresses { clients: clients?, zipf: zipf?, nat_percent, nat_addresses };
        Some(Load { phases: phases?, arrivals: arrivals?, addresses, retries: retry })
    })
}

fn phase(value: Value<'_>) -> Option<Phase> {
    value.table("a phase", &[], |fields| {
        let second = Duration::from_secs(1);
        let length = fields.required("for", "\"10m\"", |it| it.duration(second..=LONGEST));
        let rps = |value: Value<'_>| value.decimal(0.0..=HIGHEST_RPS);
        let rate = fields.required("rps", "600", rps);
        let to = fields.defaulted("to", rate.unwrap_or_default(), rps);
        let swing = fields.optional("swing", |it| it.whole(1..=100));
        let day = Duration::from_secs(24 * 60 * 60);
        let period = fields.defaulted("period", day, |it| it.duration(second * 10..=LONGEST));
        if swing.is_none() {
            let message = "a period without a swing";
            fields.refuse("period", message, "add swing = 50, percent of the rate");
        }
        let period = period?;
        let wave = swing.map(|percent| Wave { part: f64::from(percent) / 100.0, period });
        Some(Phase { length: length?, rps: rate?, to_rps: to?, wave })
    })
}

fn nat(value: Value<'_>) -> Option<(u32, u32)> {
    value.table("nat", &[], |fields| {
        let percent = fields.required("percent", "20", |it| it.whole(1..=100));
        let addresses = fields.required("addresses", "50", |it| it.whole(1..=MOST_CLIENTS));
        Some((percent?, addresses?))
    })
}

fn retrying(value: Value<'_>) -> Option<Retries> {
    value.table("retries", &[], |fields| {
        let most = fields.defaulted("most", 3, |it| it.whole(1..=20));
        let shortest = Duration::from_millis(1);
        let after = fields.defaulted("after", Duration::from_secs(1), |it| {
            it.duration(shortest..=Duration::from_secs(600))
        });
        let percent = fields.defaulted("percent", 100, |it| it.whole(1..=100));
        Some(Retries { most: most? as u8, after: after?, percent: percent? })
    })
}

fn server(value: Value<'_>) -> Option<ServerModel> {
    let spreads = [
        ("constant", Spread::Constant),
        ("exponential", Spread::Exponential),
        ("log-normal", Spread::LogNormal(1.0)),
    ];
    value.table("[server]", &[], |fields| {
        let minute = Duration::from_secs(60);
        let cores = fields.defaulted("cores", 1, |it| it.whole(1..=MOST_CORES));
        let work = fields.required("work", "\"14ms\"", |it| it.duration(SHORTEST_WORK..=minute));
        let spread = fields.defaulted("spread", Spread::Exponential, |it| it.one_of(&spreads));
        let wait = fields.defaulted("longest_wait", Duration::from_millis(500), |it| {
            it.duration(Duration::ZERO..=minute)
        });
        let boot = fields.defaulted("boot", Duration::from_secs(10), |it| {
            it.duration(Duration::ZERO..=minute * 60)
        });
        let jitter = fields.defaulted("boot_jitter", 10, |it| it.whole(0..=90));
        let cold = fields.has("cold");
        let colds = fields.optional("cold", cold_caches);
        let idle = fields.defaulted("idle_cpu", 0, |it| it.whole(0..=50));
        if cold && colds.is_none() {
            return None;
        }
        Some(ServerModel {
            cores: cores?,
            work: work?,
            spread: spread?,
            longest_wait: wait?,
            boot: boot?,
            boot_jitter_percent: jitter?,
            cold: colds,
            idle_cpu: f64::from(idle?) / 100.0,
        })
    })
}

fn cold_caches(value: Value<'_>) -> Option<Cold> {
    value.table("cold", &[], |fields| {
        let factor = fields.required("factor", "3.0", |it| it.decimal(1.0..=100.0));
        let second = Duration::from_secs(1);
        let lasts = fields.required("for", "\"30s\"", |it| it.duration(second..=second * 3600));
        Some(Cold { factor: factor?, lasts: lasts? })
    })
}

fn pool(value: Value<'_>) -> Option<PoolModel> {
    value.table("[pool]", &[], |fields| {
        let servers = fields.required("servers", "12", |it| it.whole(0..=MOST_SERVERS));
        let balance = config::balance(fields);
        let hour = Duration::from_secs(3600);
        let slow_start = fields.defaulted("slow_start", Duration::from_secs(30), |it| {
            it.duration(Duration::ZERO..=hour)
        });
        let health = fields.defaulted("health", HealthCheck::default(), config::health);
        let ejection = fields.defaulted("ejection", EjectionRules::default(), config::ejection);
        let panic_threshold =
            fields.defaulted("panic_threshold", Pool::DEFAULT_PANIC_THRESHOLD, |it| {
                u8::try_from(it.number(0..=100)?).ok()
            });
        let timeout = fields.defaulted("answer_timeout", Duration::from_secs(10), |it| {
            it.duration(Duration::from_millis(10)..=hour)
        });
        Some(PoolModel {
            servers: servers?,
            balance,
            slow_start: slow_start?,
            health: health?,
            ejection: ejection?,
            panic_threshold: panic_threshold?,
            answer_timeout: timeout?,
        })
    })
}

fn limit(value: Value<'_>) -> Option<RateLimit> {
    value.table("[[limit]]", &[], |fields| {
        let keys = [("client-ip", true), ("route", false)];
        let name = fields.required("name", "\"per-ip\"", |it| it.text().map(config::visible));
        let by_address = fields.defaulted("key", true, |it| it.one_of(&keys));
        let max = fields.required("max", "\"100/minute\"", Value::parsed);
        Some(RateLimit { name: name?, max: max?, by_address: by_address? })
    })
}

fn fault(value: Value<'_>) -> Option<Fault> {
    let kinds = [
        ("crash", FaultKind::Crash),
        ("hang", FaultKind::Hang),
        ("slow", FaultKind::Slow(2.0)),
        ("errors", FaultKind::Errors(100)),
        ("gray", FaultKind::Gray(100)),
        ("probes-fail", FaultKind::ProbesFail),
        ("metrics-lost", FaultKind::MetricsLost),
        ("metrics-lag", FaultKind::MetricsLag(Duration::from_secs(30))),
        ("metrics-lie", FaultKind::MetricsLie(0.5)),
        ("boot-fails", FaultKind::BootFails),
        ("boot-slow", FaultKind::BootSlow(2.0)),
        ("clients-cut", FaultKind::ClientsCut(100)),
    ];
    value.table("[[fault]]", &[], |fields| {
        let time = |value: Value<'_>| value.duration(Duration::ZERO..=LONGEST);
        let at = fields.required("at", "\"5m\"", time);
        let lasts = fields.required("for", "\"1m\"", time);
        let kind = fields.required("kind", "\"crash\"", |it| it.one_of(&kinds));
        let kind = kind.and_then(|kind| detailed(kind, fields));
        let servers = match kind {
            Some(kind) if !kind.hits_servers() => Some(0),
            _ => fields.defaulted("servers", 1, |it| it.whole(1..=MOST_SERVERS)),
        };
        Some(Fault { at: at?, lasts: lasts?, kind: kind?, servers: servers? })
    })
}

/// A kind with the key that is its own.
fn detailed(kind: FaultKind, fields: &mut Fields<'_>) -> Option<FaultKind> {
    let kind = match kind {
        FaultKind::Slow(default) => FaultKind::Slow(factor(default, fields)?),
        FaultKind::MetricsLie(default) => FaultKind::MetricsLie(factor(default, fields)?),
        FaultKind::BootSlow(default) => FaultKind::BootSlow(factor(default, fields)?),
        FaultKind::Errors(percent) => {
            FaultKind::Errors(fields.defaulted("percent", percent, |it| it.whole(1..=100))?)
        }
        FaultKind::Gray(percent) => {
            FaultKind::Gray(fields.defaulted("percent", percent, |it| it.whole(1..=100))?)
        }
        FaultKind::ClientsCut(percent) => {
            FaultKind::ClientsCut(fields.defaulted("percent", percent, |it| it.whole(1..=100))?)
        }
        FaultKind::MetricsLag(lag) => {
            FaultKind::MetricsLag(fields.defaulted("lag", lag, |it| {
                it.duration(Duration::from_secs(1)..=Duration::from_secs(600))
            })?)
        }
        _ => kind,
    };
    Some(kind)
}

fn factor(default: f64, fields: &mut Fields<'_>) -> Option<f64> {
    fields.defaulted("factor", default, |it| it.decimal(0.01..=100.0))
}

impl Value<'_> {
    /// A whole number within `range`, which has to fit.
    fn whole(self, range: RangeInclusive<i64>) -> Option<u32> {
        self.number(range)?.try_into().ok()
    }
}
