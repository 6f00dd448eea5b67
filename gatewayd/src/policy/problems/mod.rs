//! What needs an operator's attention now, worst first?

mod certificates;
mod overrides;
mod stragglers;
mod trouble;

use std::cmp::Reverse;
use std::num::NonZeroU32;

use crate::model::{
    BackendView, CollapseView, Health, LimitView, Name, Phase, PoolView, Problem, Severity,
    Snapshot, Standing,
};

use certificates::certificate;
use overrides::{back_soon, held, lapsing, unblocking};
use stragglers::stragglers;

/// A drained backend with nothing left on it is forgotten after this.
const STALE_DRAIN_MS: i64 = HOUR_MS;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The problems that `snapshot` shows.
#[must_use]
pub fn problems(snapshot: &Snapshot) -> Vec<Problem> {
    let mut found: Vec<Problem> = snapshot.troubles.iter().map(trouble::trouble).collect();
    found.extend(snapshot.pools.iter().filter_map(pool));
    found.extend(snapshot.pools.iter().filter_map(nobodys));
    found.extend(snapshot.backends.iter().filter_map(|it| backend(it, snapshot.time_ms)));
    found.extend(stragglers(&snapshot.backends));
    found.extend(snapshot.limits.iter().filter_map(limit));
    found.extend(snapshot.collapse.as_ref().map(collapse));
    found.extend(snapshot.pools.iter().filter_map(|it| held(it, snapshot.time_ms)));
    found.extend(snapshot.limits.iter().filter_map(|it| lapsing(it, snapshot.time_ms)));
    found.extend(snapshot.blocks.iter().filter_map(|it| unblocking(it, snapshot.time_ms)));
    let certificates = snapshot.certificates.iter();
    found.extend(certificates.filter_map(|it| certificate(it, snapshot.time_ms)));
    if snapshot.phase != Phase::Running {
        let what = "it drains to end: it takes no new clients".to_owned();
        let target = "gateway".to_owned();
        found.push(Problem { severity: Severity::Warn, target, what, since_ms: None });
    }
    let totals = &snapshot.totals;
    let logs = [("access log", totals.access_log_dropped_total), ("log", totals.log_dropped_total)];
    for (log, dropped) in logs.into_iter().filter(|it| it.1 > 0) {
        let what = format!("{dropped} lines of the {log} were dropped: its reader is too slow");
        let target = "gateway".to_owned();
        found.push(Problem { severity: Severity::Warn, target, what, since_ms: None });
    }
    found.sort_by_key(|problem| Reverse(problem.severity));
    found
}

fn pool(pool: &PoolView) -> Option<Problem> {
    let what = if pool.backends == 0 {
        "it has no backends"
    } else if pool.panic {
        "panic: so few backends are healthy that all are used"
    } else if pool.ready == 0 {
        "no backend takes requests"
    } else {
        return None;
    };
    let target = format!("pool/{}", pool.name);
    Some(Problem { severity: Severity::Error, target, what: what.to_owned(), since_ms: None })
}

/// Servers that an autoscaler left behind.
fn nobodys(pool: &PoolView) -> Option<Problem> {
    let count = NonZeroU32::new(pool.nobodys)?;
    let (target, what) = (format!("pool/{}", pool.name), left_behind(&pool.name, count));
    Some(Problem { severity: Severity::Warn, target, what, since_ms: None })
}

/// That servers are nobody's, and what mends it.
#[must_use]
pub fn left_behind(pool: &Name, count: NonZeroU32) -> String {
    let servers = if count.get() == 1 { "1 server is" } else { &format!("{count} servers are") };
    format!(
        "{servers} nobody's: the autoscaler started them for pool {pool}, which is not scaled so any \
         more; put its [pool.autoscale] back to have them adopted, or take them out with \
         `gatewayctl backend drain` and `backend remove`, then stop them yourself"
    )
}

fn backend(backend: &BackendView, now_ms: i64) -> Option<Problem> {
    let target = format!("backend/{}", backend.name);
    let owner = backend.mark.as_ref().map_or("", |mark| mark.owner.as_str());
    match (backend.standing, backend.health) {
        (Standing::Active, Health::Unhealthy) => Some(Problem {
            severity: Severity::Error,
            target,
            what: format!("unhealthy: {}", backend.health_reason),
            since_ms: Some(backend.health_since_ms),
        }),
        (Standing::Active, Health::Ejected) => Some(Problem {
            severity: Severity::Warn,
            target,
            what: format!("ejected: {}", backend.health_reason),
            since_ms: Some(backend.health_since_ms),
        }),
        (Standing::Draining, _) => {
            let since_ms = backend.mark.as_ref().map(|mark| mark.since_ms);
            let stale = since_ms.is_some_and(|since| now_ms - since > STALE_DRAIN_MS);
            let overdue = overdue(backend, now_ms);
            let severity = if stale || overdue > 0 { Severity::Warn } else { Severity::Info };
            let soon = back_soon(backend.standing_until_ms, now_ms);
            let what = match (backend.in_flight, overdue) {
                (0, _) => format!("drained by {owner}, nothing in flight"),
                (left, 0) => format!("draining by {owner}, {left} in flight"),
                (left, overdue) => {
                    format!("draining by {owner}, {left} in flight, {overdue} over their deadline")
                }
            };
            Some(Problem { severity, target, what: what + &soon, since_ms })
        }
        (Standing::Maintenance, _) => Some(Problem {
            severity: Severity::Info,
            target,
            what: format!(
                "in maintenance by {owner}{}",
                back_soon(backend.standing_until_ms, now_ms)
            ),
            since_ms: backend.mark.as_ref().map(|mark| mark.since_ms),
        }),
        (Standing::Active, _) => None,
    }
}

/// How many are left that are over their deadline, and waited for.
fn overdue(backend: &BackendView, now_ms: i64) -> u32 {
    let Some(drain) = &backend.drain else { return 0 };
    let Some(plan) = drain.plan.as_ref().filter(|plan| plan.closes().is_none()) else { return 0 };
    let requests = if plan.requests_until_ms() <= now_ms { drain.requests } else { 0 };
    let streams = drain.streams + drain.websockets;
    requests + if plan.streams_until_ms() <= now_ms { streams } else { 0 }
}

fn collapse(collapse: &CollapseView) -> Problem {
    Problem {
        severity: Severity::Warn,
        target: "gateway".to_owned(),
        what: collapsed(collapse),
        since_ms: None,
    }
}

/// What a collapse is, and what mends it.
#[must_use]
pub fn collapsed(collapse: &CollapseView) -> String {
    let CollapseView { proxies, ratio, trusted } = collapse;
    let names: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    // The line replaces the one there is.
    let all = trusted.iter().map(ToString::to_string).chain(names.iter().cloned());
    let all: Vec<String> = all.map(|network| format!("\"{network}\"")).collect();
    let (behind, are) = match names.len() {
        1 => ("it", "it is your proxy"),
        _ => ("each of them", "they are your proxies"),
    };
    format!(
        "{:.0}% of requests come from {}, whose X-Forwarded-For is not believed, so limits take all \
         behind {behind} for one client; if {are}: trusted_proxies = [{}]",
        ratio * 100.0,
        names.join(", "),
        all.join(", ")
    )
}

fn limit(limit: &LimitView) -> Option<Problem> {
    let what = match (limit.evicted_total, limit.overflowed_total) {
        (0, 0) => return None,
        (evicted, 0) => format!("{evicted} keys were forgotten: raise limiter_keys"),
        (_, overflowed) => {
            format!(
                "{overflowed} requests shared one allowance for want of room: raise limiter_keys"
            )
        }
    };
    let target = format!("limit/{}", limit.name);
    Some(Problem { severity: Severity::Warn, target, what, since_ms: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DrainOrder, DrainPlan, DrainView, FailureCounts, Mark, OnDeadline};

    const NOW_MS: i64 = 1_800_000_000_000;

    fn told(problem: Option<Problem>) -> Option<(Severity, String)> {
        problem.map(|it| (it.severity, it.what))
    }

    fn pool_of(backends: u32, ready: u32) -> PoolView {
        PoolView {
            name: "app".parse().unwrap(),
            balance: "round-robin".to_owned(),
            backends,
            ready,
            draining: 0,
            nobodys: 0,
            down: 0,
            rps: 0.0,
            in_flight: 0,
            pending: 0,
            p50_ms: None,
            p99_ms: None,
            error_ratio: None,
            headroom_ratio: None,
            panic: false,
            ejections_total: 0,
            ejections_spared_total: 0,
            panics_total: 0,
            order: None,
            scaler_revision: 0,
            share_ratio: None,
            imbalance_ratio: None,
        }
    }

    pub(super) fn backend_at(standing: Standing, health: Health, since_ms: i64) -> BackendView {
        let (owner, reason) = ("ana".to_owned(), "patch".to_owned());
        BackendView {
            name: "app-1".parse().unwrap(),
            pool: "app".parse().unwrap(),
            address: ([10, 0, 0, 1], 9000).into(),
            weight: 100,
            effective_weight: 0,
            ramp: None,
            configured_weight: None,
            standing,
            standing_until_ms: None,
            drain: None,
            mark: Some(Mark { owner, reason, since_ms, drain: None }),
            health,
            health_reason: "503 in 2 ms".to_owned(),
            health_since_ms: 7,
            health_until_ms: None,
            slow_start: None,
            in_flight: 3,
            in_flight_at_drain: None,
            requests_total: 0,
            errors_total: 0,
            failures: FailureCounts::default(),
            failures_1m: FailureCounts::default(),
            retried_away_total: 0,
            rps: 0.0,
            p50_ms: None,
            p90_ms: None,
            p99_ms: None,
            p999_ms: None,
            max_ms: None,
            error_ratio: None,
            share_ratio: None,
            expected_ratio: None,
            cpu_ratio: None,
            memory_ratio: None,
            connections: 0,
            connections_idle: None,
            max_requests: None,
            source: "file",
            revision: 1,
        }
    }

    #[test]
    fn a_pool_that_cannot_serve_hurts_and_one_that_can_does_not() {
        assert_eq!(pool(&pool_of(3, 1)), None);
        for (backends, ready, word) in [(0, 0, "no backends"), (3, 0, "takes requests")] {
            let (severity, what) = told(pool(&pool_of(backends, ready))).unwrap();
            assert_eq!(severity, Severity::Error);
            assert!(what.contains(word), "{what}");
        }
    }

    #[test]
    fn a_panic_is_told_before_that_nobody_is_healthy() {
        for ready in [0, 1] {
            let panic = PoolView { panic: true, ..pool_of(3, ready) };
            let (severity, what) = told(pool(&panic)).unwrap();
            assert_eq!(severity, Severity::Error);
            assert!(what.starts_with("panic: "), "{what}");
        }
    }

    #[test]
    fn servers_that_an_autoscaler_left_are_told_with_what_to_do() {
        assert_eq!(nobodys(&pool_of(3, 3)), None);
        let left = PoolView { nobodys: 3, ..pool_of(3, 3) };
        let (severity, what) = told(nobodys(&left)).unwrap();
        assert_eq!(severity, Severity::Warn);
        assert!(what.starts_with("3 servers are nobody's") && what.contains("backend remove"));
    }

    #[test]
    fn what_an_operator_did_is_no_alarm_until_it_is_forgotten() {
        let at = |standing, health, age_ms| {
            told(backend(&backend_at(standing, health, NOW_MS - age_ms), NOW_MS))
        };
        assert_eq!(at(Standing::Active, Health::Healthy, 0), None);
        assert_eq!(at(Standing::Active, Health::Checking, 0), None);
        let unhealthy = (Severity::Error, "unhealthy: 503 in 2 ms".to_owned());
        assert_eq!(at(Standing::Active, Health::Unhealthy, 0), Some(unhealthy));
        let ejected = (Severity::Warn, "ejected: 503 in 2 ms".to_owned());
        assert_eq!(at(Standing::Active, Health::Ejected, 0), Some(ejected));
        // A server that was taken out may be down: that is what it was taken out for.
        for (age_ms, severity) in
            [(0, Severity::Info), (HOUR_MS, Severity::Info), (HOUR_MS + 1, Severity::Warn)]
        {
            let drained = Some((severity, "draining by ana, 3 in flight".to_owned()));
            assert_eq!(at(Standing::Draining, Health::Unhealthy, age_ms), drained);
        }
        let maintained = Some((Severity::Info, "in maintenance by ana".to_owned()));
        assert_eq!(at(Standing::Maintenance, Health::Unhealthy, 2 * HOUR_MS), maintained);
    }

    #[test]
    fn what_is_over_its_deadline_and_waited_for_needs_attention() {
        let at = |on_deadline, age_s: i64| {
            let order = DrainOrder { on_deadline, ..DrainOrder::default() };
            let drain = DrainView {
                requests: 1,
                streams: 0,
                websockets: 2,
                oldest_ms: None,
                oldest_path: String::new(),
                eta_s: None,
                plan: Some(DrainPlan::new(order, 7, NOW_MS - age_s * 1000)),
            };
            let draining = backend_at(Standing::Draining, Health::Healthy, NOW_MS);
            told(backend(&BackendView { drain: Some(drain), ..draining }, NOW_MS)).unwrap()
        };
        let (severity, what) = at(OnDeadline::Wait, 29);
        assert_eq!((severity, what.as_str()), (Severity::Info, "draining by ana, 3 in flight"));
        for (age_s, overdue) in [(30, "1 over"), (299, "1 over"), (300, "3 over")] {
            let (severity, what) = at(OnDeadline::Wait, age_s);
            assert!(severity == Severity::Warn && what.contains(overdue), "{what}");
        }
        assert_eq!(at(OnDeadline::Kill, 300).0, Severity::Info, "they are being closed");
    }
}
