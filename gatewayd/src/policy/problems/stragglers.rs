//! Which backends stand out from their pool: far slower than the others, or failing where they do not?

use std::collections::BTreeMap;

use crate::model::{BackendView, Health, Name, Problem, Severity, Standing};

/// Fewer requests a second are too few to tell anything from ten seconds of them.
const LEAST_RPS: f64 = 1.0;
/// So many times what is usual in the pool stands out.
const TIMES: f64 = 3.0;
/// Less than this is nothing that clients notice, however many times it is.
const NOTICED_MS: f64 = 50.0;
/// A greater part that fails is more than a mishap.
const FAILING: f64 = 0.05;

/// What stands out in each pool.
pub(super) fn stragglers(backends: &[BackendView]) -> Vec<Problem> {
    let mut pools: BTreeMap<&Name, Vec<&BackendView>> = BTreeMap::new();
    for backend in backends.iter().filter(|it| is_measured(it)) {
        pools.entry(&backend.pool).or_default().push(backend);
    }
    pools.values().flat_map(|members| of_pool(members)).collect()
}

fn of_pool(members: &[&BackendView]) -> Vec<Problem> {
    let slowness = median(members.iter().filter_map(|it| it.p50_ms));
    let failing = median(members.iter().filter_map(|it| it.error_ratio));
    let told = members.iter().filter_map(|it| {
        let what = failure(it, failing?).or_else(|| lag(it, slowness?))?;
        let target = format!("backend/{}", it.name);
        Some(Problem { severity: Severity::Warn, target, what, since_ms: None })
    });
    told.collect()
}

fn failure(backend: &BackendView, usual: f64) -> Option<String> {
    let own = backend.error_ratio.filter(|own| *own >= FAILING && *own >= usual * TIMES)?;
    let (own, usual) = (own * 100.0, usual * 100.0);
    Some(format!("fails {own:.0}% of its requests, pool {usual:.0}%"))
}

fn lag(backend: &BackendView, usual: f64) -> Option<String> {
    let is_slow = |own: &f64| *own >= usual * TIMES && own - usual >= NOTICED_MS;
    let own = backend.p50_ms.filter(is_slow)?;
    Some(format!("slow: p50 {own:.0} ms, pool {usual:.0} ms"))
}

/// Whether its figures are those of a server in full service.
fn is_measured(backend: &BackendView) -> bool {
    let serves = backend.standing == Standing::Active && backend.health == Health::Healthy;
    serves && backend.slow_start.is_none() && backend.rps >= LEAST_RPS
}

/// The middle one; of an even number the lesser of the two.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::super::tests::backend_at;
    use super::*;

    fn server(name: &str, rps: f64, p50_ms: f64, error_ratio: f64) -> BackendView {
        BackendView {
            name: name.parse().unwrap(),
            rps,
            p50_ms: Some(p50_ms),
            error_ratio: Some(error_ratio),
            ..backend_at(Standing::Active, Health::Healthy, 0)
        }
    }

    fn told(odd: &BackendView) -> Option<String> {
        let all = [server("b", 50.0, 10.0, 0.0), odd.clone(), server("c", 50.0, 12.0, 0.01)];
        let mut told = stragglers(&all).into_iter();
        let first = told.next().map(|it| it.what);
        assert_eq!(told.next(), None);
        first
    }

    #[test]
    fn who_is_far_slower_than_is_usual_stands_out() {
        let slow = server("a", 6.0, 311.0, 0.0);
        assert_eq!(told(&slow).as_deref(), Some("slow: p50 311 ms, pool 12 ms"));
        assert_eq!(told(&server("a", 6.0, 55.0, 0.0)), None, "nobody notices 43 ms");
        assert_eq!(told(&server("a", 0.5, 311.0, 0.0)), None, "too few to tell");
        assert_eq!(stragglers(std::slice::from_ref(&slow)), [], "nobody to compare with");
        assert_eq!(stragglers(&[server("b", 6.0, 10.0, 0.0), slow.clone()]).len(), 1);
        assert_eq!(told(&BackendView { pool: "other".parse().unwrap(), ..slow }), None);
    }

    #[test]
    fn who_fails_where_the_others_do_not_stands_out() {
        let told_of = told(&server("a", 6.0, 311.0, 0.2));
        let what = "fails 20% of its requests, pool 1%";
        assert_eq!(told_of.as_deref(), Some(what));
        assert_eq!(told(&server("a", 6.0, 10.0, 0.04)), None);
        let as_bad = [server("a", 6.0, 10.0, 0.2), server("b", 6.0, 10.0, 0.1)];
        assert_eq!(stragglers(&as_bad), [], "what all share is not its fault");
    }

    #[test]
    fn who_is_not_in_full_service_is_told_otherwise() {
        let slow = server("a", 6.0, 311.0, 0.0);
        assert_eq!(told(&BackendView { standing: Standing::Draining, ..slow.clone() }), None);
        assert_eq!(told(&BackendView { health: Health::Ejected, ..slow }), None);
    }
}
