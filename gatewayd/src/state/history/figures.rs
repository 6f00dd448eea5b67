//! The figures of a snapshot whose past is kept, by the thing they are of.

use std::collections::BTreeMap;

use crate::model::{BackendView, Figure, Health, LimitView, PoolView, Snapshot, Standing, Totals};

type Figures = Vec<(Figure, Option<f64>)>;

/// Every figure of every thing.
pub(super) fn of(snapshot: &Snapshot) -> BTreeMap<String, Figures> {
    let mut all = BTreeMap::from([("gateway".to_owned(), totals(&snapshot.totals))]);
    all.extend(snapshot.pools.iter().map(|it| (format!("pool/{}", it.name), pool(it, snapshot))));
    all.extend(snapshot.limits.iter().map(|it| (format!("limit/{}", it.name), limit(it))));
    all.extend(snapshot.backends.iter().map(|it| (format!("backend/{}", it.name), backend(it))));
    all
}

fn totals(it: &Totals) -> Figures {
    vec![
        (Figure::Rps, Some(it.rps)),
        (Figure::InFlight, Some(it.in_flight as f64)),
        (Figure::P50, it.p50_ms),
        (Figure::P99, it.p99_ms),
        (Figure::Errors, it.error_ratio),
        (Figure::Rejected, Some(it.rejected_per_s)),
        (Figure::Cpu, it.cpu_ratio),
    ]
}

fn pool(it: &PoolView, snapshot: &Snapshot) -> Figures {
    let waits = |backend: &&BackendView| {
        backend.pool == it.name
            && backend.standing == Standing::Active
            && backend.health == Health::Checking
    };
    let starting = snapshot.backends.iter().filter(waits).count();
    vec![
        (Figure::Rps, Some(it.rps)),
        (Figure::InFlight, Some(it.in_flight as f64)),
        (Figure::P50, it.p50_ms),
        (Figure::P99, it.p99_ms),
        (Figure::Errors, it.error_ratio),
        (Figure::Cpu, it.headroom_ratio.map(|free| 1.0 - free)),
        (Figure::Ready, Some(f64::from(it.ready))),
        (Figure::Servers, Some(f64::from(it.ready) + starting as f64)),
    ]
}

fn backend(it: &BackendView) -> Figures {
    vec![
        (Figure::Rps, Some(it.rps)),
        (Figure::InFlight, Some(it.in_flight as f64)),
        (Figure::P50, it.p50_ms),
        (Figure::P99, it.p99_ms),
        (Figure::Errors, it.error_ratio),
        (Figure::Cpu, it.cpu_ratio),
    ]
}

fn limit(it: &LimitView) -> Figures {
    let over = it.rejected_per_s + it.would_reject_per_s;
    // What shadow mode would have refused has passed.
    let asked = (it.passed_per_s + it.rejected_per_s).max(over);
    vec![(Figure::Rps, Some(asked)), (Figure::Rejected, Some(over))]
}
