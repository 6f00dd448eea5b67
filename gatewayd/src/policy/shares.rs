//! What becomes of each backend's traffic when the gateway changes?

use std::collections::HashMap;

use crate::model::{Gateway, Pool, Share};

use super::Seen;

/// The shares of all backends in pools that differ between `before` and `after`.
pub fn shares(before: &Gateway, after: &Gateway, seen: impl Fn(&str) -> Seen) -> Vec<Share> {
    let mut told = Vec::new();
    for pool in &after.pools {
        let was = before.pool(pool.name.as_str());
        if was == Some(pool) {
            continue;
        }
        let old = was.map(|pool| parts(pool, &seen)).unwrap_or_default();
        let new = parts(pool, &seen);
        let gone = was.into_iter().flat_map(|was| &was.backends);
        let gone = gone.filter(|backend| pool.backend(backend.name.as_str()).is_none());
        let rps = total_rps(was.unwrap_or(pool), &seen);
        for backend in pool.backends.iter().chain(gone) {
            let name = backend.name.as_str();
            let part = |parts: &HashMap<&str, f64>| parts.get(name).copied().unwrap_or_default();
            let after = part(&new);
            told.push(Share {
                backend: backend.name.clone(),
                pool: pool.name.clone(),
                before: part(&old),
                after,
                rps_now: seen(name).rps,
                rps_after: rps.map(|rps| rps * after),
            });
        }
    }
    told
}

/// Each ready backend's part of its pool's new requests, by weight.
fn parts<'a>(pool: &'a Pool, seen: &impl Fn(&str) -> Seen) -> HashMap<&'a str, f64> {
    let ready = || {
        let backends = pool.backends.iter();
        backends.filter(|it| it.takes_requests() && seen(it.name.as_str()).healthy)
    };
    let sum: u32 = ready().map(|backend| u32::from(backend.weight.get())).sum();
    let part = |weight: u16| f64::from(weight) / f64::from(sum);
    ready().map(|backend| (backend.name.as_str(), part(backend.weight.get()))).collect()
}

fn total_rps(pool: &Pool, seen: &impl Fn(&str) -> Seen) -> Option<f64> {
    let known = pool.backends.iter().filter_map(|backend| seen(backend.name.as_str()).rps);
    known.fold(None, |sum, rps| Some(sum.unwrap_or(0.0) + rps))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Backend, Balance, Capacity, EjectionRules, HealthCheck, Standing, Weight};

    fn gateway(backends: &[(&str, i64, Standing)]) -> Gateway {
        let backends = backends.iter().map(|(name, weight, standing)| Backend {
            name: name.parse().unwrap(),
            address: "127.0.0.1:9000".parse().unwrap(),
            weight: Weight::nearest(*weight),
            standing: *standing,
            mark: None,
            ramp: None,
            source: crate::model::Source::Hand,
        });
        let pool = Pool {
            name: "app".parse().unwrap(),
            balance: Balance::RoundRobin,
            weights: Default::default(),
            slow_start: Duration::ZERO,
            h2: false,
            autoscale: None,
            health: HealthCheck::default(),
            ejection: EjectionRules::default(),
            panic_threshold: Pool::DEFAULT_PANIC_THRESHOLD,
            capacity: Capacity::default(),
            backends: backends.collect(),
        };
        Gateway { pools: vec![pool], ..Gateway::default() }
    }

    #[test]
    fn the_others_take_what_a_drained_backend_served() {
        use Standing::{Active, Draining};
        let before = gateway(&[("a", 100, Active), ("b", 100, Active), ("sick", 100, Active)]);
        let after = gateway(&[("a", 100, Draining), ("b", 100, Active), ("sick", 100, Active)]);
        let seen = |name: &str| Seen {
            healthy: name != "sick",
            rps: Some(if name == "sick" { 0.0 } else { 10.0 }),
        };
        let told = shares(&before, &after, seen);
        let parts: Vec<_> = told.iter().map(|it| (it.before, it.after, it.rps_after)).collect();
        assert_eq!(parts, [(0.5, 0.0, Some(0.0)), (0.5, 1.0, Some(20.0)), (0.0, 0.0, Some(0.0))]);
    }

    #[test]
    fn a_removed_backend_is_told_and_an_untouched_pool_is_not() {
        let before = gateway(&[("a", 1, Standing::Active), ("b", 3, Standing::Active)]);
        let after = gateway(&[("a", 1, Standing::Active)]);
        let seen = |_: &str| Seen { healthy: true, rps: None };
        let told = shares(&before, &after, seen);
        let parts: Vec<_> =
            told.iter().map(|it| (it.backend.as_str(), it.before, it.after)).collect();
        assert_eq!(parts, [("a", 0.25, 1.0), ("b", 0.75, 0.0)]);
        assert_eq!(shares(&before, &before, seen), []);
    }
}
