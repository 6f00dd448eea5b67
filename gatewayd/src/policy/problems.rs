//! What needs an operator's attention now, worst first?

use std::cmp::Reverse;

use crate::model::{
    BackendView, Health, LimitView, Phase, PoolView, Problem, Severity, Snapshot, Standing,
};

/// A certificate that expires sooner than this is worth telling.
const EXPIRES_SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// A drained backend with nothing left on it is forgotten after this.
const STALE_DRAIN_MS: i64 = 60 * 60 * 1000;

/// The problems that `snapshot` shows.
#[must_use]
pub fn problems(snapshot: &Snapshot) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    found.extend(snapshot.pools.iter().filter_map(pool));
    found.extend(snapshot.backends.iter().filter_map(|it| backend(it, snapshot.time_ms)));
    found.extend(snapshot.limits.iter().filter_map(limit));
    for listener in &snapshot.listeners {
        let left_ms = listener.certificate_expires_ms.map(|at| at - snapshot.time_ms);
        if let Some(left_ms) = left_ms.filter(|left| *left < EXPIRES_SOON_MS) {
            let severity = if left_ms <= 0 { Severity::Error } else { Severity::Warn };
            let what = match left_ms {
                ..=0 => "its certificate has expired".to_owned(),
                _ => format!("its certificate expires in {} days", left_ms / 86_400_000),
            };
            let target = format!("listener/{}", listener.name);
            found.push(Problem { severity, target, what, since_ms: None });
        }
    }
    if snapshot.phase != Phase::Running {
        let what = "it drains to end: it takes no new clients".to_owned();
        let target = "gateway".to_owned();
        found.push(Problem { severity: Severity::Warn, target, what, since_ms: None });
    }
    if snapshot.totals.log_dropped_total > 0 {
        let what = format!("{} access log lines were dropped", snapshot.totals.log_dropped_total);
        let target = "gateway".to_owned();
        found.push(Problem { severity: Severity::Warn, target, what, since_ms: None });
    }
    found.sort_by_key(|problem| Reverse(problem.severity));
    found
}

fn pool(pool: &PoolView) -> Option<Problem> {
    let what = if pool.backends == 0 {
        "it has no backends"
    } else if pool.ready == 0 {
        "no backend takes requests"
    } else if pool.panic {
        "so few backends are healthy that all are used"
    } else {
        return None;
    };
    let target = format!("pool/{}", pool.name);
    Some(Problem { severity: Severity::Error, target, what: what.to_owned(), since_ms: None })
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
        (Standing::Draining, _) => {
            let since_ms = backend.mark.as_ref().map(|mark| mark.since_ms);
            let stale = since_ms.is_some_and(|since| now_ms - since > STALE_DRAIN_MS);
            let severity = if stale { Severity::Warn } else { Severity::Info };
            let what = match backend.in_flight {
                0 => format!("drained by {owner}, nothing in flight"),
                left => format!("draining by {owner}, {left} in flight"),
            };
            Some(Problem { severity, target, what, since_ms })
        }
        (Standing::Maintenance, _) => Some(Problem {
            severity: Severity::Info,
            target,
            what: format!("in maintenance by {owner}"),
            since_ms: backend.mark.as_ref().map(|mark| mark.since_ms),
        }),
        (Standing::Active, _) => None,
    }
}

fn limit(limit: &LimitView) -> Option<Problem> {
    (limit.evicted_total > 0).then(|| Problem {
        severity: Severity::Warn,
        target: format!("limit/{}", limit.name),
        what: format!("{} keys were forgotten: raise limiter_keys", limit.evicted_total),
        since_ms: None,
    })
}
