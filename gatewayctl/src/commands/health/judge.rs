//! Is a picture as asserted? What is not known, as latency without traffic, breaks no assertion.

use std::time::Duration;

use super::wanted::{Least, Part, Rate};
use crate::model::{Backend, Check, Pool, Snapshot, State, fits};

/// What is asserted, and of what.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Assertion {
    /// Backends, by name; without any, pools are judged.
    pub(super) backends: Vec<String>,
    /// Pools, by name; without any, the whole gateway is judged.
    pub(super) pools: Vec<String>,
    pub(super) min_healthy: Option<Least>,
    pub(super) max_p99: Option<Duration>,
    pub(super) max_error: Option<Part>,
    pub(super) max_reject: Option<Rate>,
}

/// Something named that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoSuch {
    Backend(String),
    Pool(String),
}

impl Assertion {
    /// Every check on this picture.
    pub(super) fn judge(&self, picture: &Snapshot) -> Result<Vec<Check>, NoSuch> {
        let mut checks = Vec::new();
        for name in &self.pools {
            let pool = picture.pools.iter().find(|pool| pool.name == *name);
            let pool = pool.ok_or_else(|| NoSuch::Pool(name.clone()))?;
            checks.push(serves(pool));
            checks.extend(self.least(pool));
            let target = format!("pool/{name}");
            checks.extend(self.p99(&target, pool.p99_ms));
            checks.extend(self.errors(&target, pool.error_ratio));
        }
        for name in &self.backends {
            let mut named = picture.backends.iter().filter(|it| fits(name, &it.name)).peekable();
            if named.peek().is_none() {
                return Err(NoSuch::Backend(name.clone()));
            }
            for it in named {
                let target = format!("backend/{}", it.name);
                checks.push(is_up(it, &target));
                checks.extend(self.p99(&target, it.p99_ms));
                checks.extend(self.errors(&target, it.error_ratio));
            }
        }
        if self.pools.is_empty() && self.backends.is_empty() {
            checks.push(is_ready(picture));
            checks.extend(picture.pools.iter().filter_map(|pool| self.least(pool)));
            checks.extend(self.p99("gateway", picture.totals.p99_ms));
            checks.extend(self.errors("gateway", picture.totals.error_ratio));
        }
        checks.extend(self.rejects(picture));
        Ok(checks)
    }

    /// Healthy ones among all of a pool, also those that an operator took out.
    fn least(&self, pool: &Pool) -> Option<Check> {
        let (ready, all) = (f64::from(pool.ready), f64::from(pool.backends));
        let found = format!("{} of {} healthy", pool.ready, pool.backends);
        let (value, limit, wanted) = match self.min_healthy? {
            Least::Count(least) => (ready, f64::from(least), least.to_string()),
            Least::Part(part) => (if all > 0.0 { ready / all } else { 0.0 }, part, percent(part)),
        };
        Some(Check {
            target: format!("pool/{}", pool.name),
            what: "min_healthy",
            ok: value >= limit,
            value: Some(value),
            limit: Some(limit),
            sentence: format!("{found}, at least {wanted} wanted"),
        })
    }

    fn p99(&self, target: &str, p99_ms: Option<f64>) -> Option<Check> {
        let limit = self.max_p99?.as_secs_f64() * 1000.0;
        let told = |ms: f64| {
            let digits = if ms > 0.0 && ms < 1.0 { 3 } else { 1 };
            format!("{ms:.digits$} ms")
        };
        Some(at_most(target, "p99_ms", p99_ms, limit, told))
    }

    fn errors(&self, target: &str, ratio: Option<f64>) -> Option<Check> {
        Some(at_most(target, "error_ratio", ratio, self.max_error?.0, percent))
    }

    fn rejects(&self, picture: &Snapshot) -> Option<Check> {
        let (rate, limit) = (picture.totals.rejected_per_s, self.max_reject?.0);
        let told = |rate: f64| format!("{rate:.0} per second");
        Some(at_most("gateway", "rejected_per_s", Some(rate), limit, told))
    }
}

fn at_most(
    target: &str,
    what: &'static str,
    value: Option<f64>,
    limit: f64,
    told: impl Fn(f64) -> String,
) -> Check {
    let found = value.map_or_else(|| "no traffic".to_owned(), &told);
    Check {
        target: target.to_owned(),
        what,
        ok: value.is_none_or(|value| value <= limit),
        value,
        limit: Some(limit),
        sentence: format!("{found}, at most {} wanted", told(limit)),
    }
}

fn stands(target: String, what: &'static str, ok: bool, sentence: String) -> Check {
    Check { target, what, ok, value: None, limit: None, sentence }
}

fn is_ready(picture: &Snapshot) -> Check {
    let sentence = if picture.ready {
        "every pool with a route can serve it".to_owned()
    } else {
        let empty = picture.pools.iter().filter(|pool| pool.ready == 0);
        let names = empty.map(|pool| pool.name.as_str()).collect::<Vec<_>>().join(", ");
        format!("not ready; no healthy backend in {names}")
    };
    stands("gateway".to_owned(), "ready", picture.ready, sentence)
}

fn serves(pool: &Pool) -> Check {
    let sentence = match (pool.ready, pool.panic) {
        (0, _) => "no healthy backend".to_owned(),
        (_, true) => "so few are healthy that all are used".to_owned(),
        (ready, false) => format!("{ready} of {} healthy", pool.backends),
    };
    let ok = pool.ready > 0 && !pool.panic;
    stands(format!("pool/{}", pool.name), "ready", ok, sentence)
}

fn is_up(it: &Backend, target: &str) -> Check {
    let state = it.state();
    let sentence = match it.health_reason.as_str() {
        "" => state.to_string(),
        reason => format!("{state} ({reason})"),
    };
    stands(target.to_owned(), "ready", state == State::Up, sentence)
}

fn percent(part: f64) -> String {
    let digits = if part * 100.0 == (part * 100.0).round() { 0 } else { 2 };
    format!("{:.digits$}%", part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Health, Totals};

    fn picture() -> Snapshot {
        let pool = Pool {
            name: "api".into(),
            backends: 10,
            ready: 8,
            p99_ms: Some(80.0),
            error_ratio: Some(0.01),
            ..Pool::default()
        };
        let idle = Pool { name: "web".into(), backends: 2, ready: 2, ..Pool::default() };
        let down = Backend {
            name: "api-3".into(),
            health: Health::Unhealthy,
            health_reason: "connection refused".into(),
            ..Backend::default()
        };
        Snapshot {
            ready: true,
            pools: vec![pool, idle],
            backends: vec![down],
            totals: Totals { rejected_per_s: 50.0, p99_ms: Some(60.0), ..Totals::default() },
            ..Snapshot::default()
        }
    }

    fn failing(assertion: &Assertion) -> Vec<String> {
        let checks = assertion.judge(&picture()).unwrap();
        let failing = checks.iter().filter(|check| !check.ok);
        failing
            .map(|check| format!("{} {}: {}", check.target, check.what, check.sentence))
            .collect()
    }

    fn on_api() -> Assertion {
        Assertion { pools: vec!["api".into()], ..Assertion::default() }
    }

    #[test]
    fn what_is_as_asserted_passes_to_the_last_digit() {
        let exact = Assertion {
            min_healthy: Some(Least::Part(0.8)),
            max_p99: Some(Duration::from_millis(80)),
            max_error: Some(Part(0.01)),
            max_reject: Some(Rate(50.0)),
            ..on_api()
        };
        assert_eq!(failing(&exact), [""; 0]);
    }

    #[test]
    fn what_is_not_is_told_with_both_figures() {
        let strict = Assertion {
            min_healthy: Some(Least::Count(9)),
            max_p99: Some(Duration::from_millis(79)),
            max_error: Some(Part(0.005)),
            max_reject: Some(Rate(49.0)),
            ..on_api()
        };
        assert_eq!(
            failing(&strict),
            [
                "pool/api min_healthy: 8 of 10 healthy, at least 9 wanted",
                "pool/api p99_ms: 80.0 ms, at most 79.0 ms wanted",
                "pool/api error_ratio: 1%, at most 0.50% wanted",
                "gateway rejected_per_s: 50 per second, at most 49 per second wanted",
            ]
        );
    }

    #[test]
    fn without_traffic_no_latency_and_no_error_is_too_much() {
        let idle = Assertion {
            pools: vec!["web".into()],
            max_p99: Some(Duration::from_millis(1)),
            max_error: Some(Part(0.0)),
            ..Assertion::default()
        };
        assert_eq!(failing(&idle), [""; 0]);
        let checks = idle.judge(&picture()).unwrap();
        assert!(checks.iter().any(|check| check.sentence.starts_with("no traffic")));
    }

    #[test]
    fn of_the_whole_gateway_each_pool_is_held_to_the_least() {
        let whole = Assertion { min_healthy: Some(Least::Part(0.9)), ..Assertion::default() };
        assert_eq!(failing(&whole), ["pool/api min_healthy: 8 of 10 healthy, at least 90% wanted"]);
    }

    #[test]
    fn a_backend_is_judged_by_its_state() {
        let one = Assertion { backends: vec!["api-3".into()], ..Assertion::default() };
        assert_eq!(failing(&one), ["backend/api-3 ready: down (connection refused)"]);
        let none = Assertion { backends: vec!["api-9".into()], ..Assertion::default() };
        assert_eq!(none.judge(&picture()), Err(NoSuch::Backend("api-9".into())));
        let none = Assertion { pools: vec!["x".into()], ..Assertion::default() };
        assert_eq!(none.judge(&picture()), Err(NoSuch::Pool("x".into())));
    }
}
