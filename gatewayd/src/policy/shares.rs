//! What becomes of each backend's traffic, and of what is free, when the gateway changes?

use std::collections::HashMap;

use crate::model::{Gateway, Headroom, Pool, Share};

use super::Seen;

/// Fewer requests per second tell nothing about the CPU that one takes.
const FEWEST_RPS: f64 = 1.0;

/// The shares of all backends in pools that differ between `before` and `after`.
pub fn shares(before: &Gateway, after: &Gateway, seen: impl Fn(&str) -> Seen) -> Vec<Share> {
    let mut told = Vec::new();
    for pool in &after.pools {
        let was = before.pool(pool.name.as_str());
        if was == Some(pool) {
            continue;
        }
        let now = |name: &str| seen(name).healthy;
        let soon = |name: &str| seen(name).healthy || seen(name).coming;
        let old = was.map(|pool| parts(pool, now)).unwrap_or_default();
        let new = parts(pool, soon);
        let gone = was.into_iter().flat_map(|was| &was.backends);
        let gone = gone.filter(|backend| pool.backend(backend.name.as_str()).is_none());
        let rps = total_rps(was.unwrap_or(pool), &seen);
        for backend in pool.backends.iter().chain(gone) {
            let name = backend.name.as_str();
            let part = |parts: &HashMap<&str, f64>| parts.get(name).copied().unwrap_or_default();
            let (after, Seen { rps: rps_now, cpu: cpu_now, .. }) = (part(&new), seen(name));
            let rps_after = rps.map(|rps| rps * after);
            told.push(Share {
                backend: backend.name.clone(),
                pool: pool.name.clone(),
                before: part(&old),
                after,
                rps_now,
                rps_after,
                cpu_now,
                cpu_after: cpu_after(cpu_now, rps_now, rps_after),
            });
        }
    }
    told
}

/// What a backend uses once it serves another rate, should a request cost what it does now.
fn cpu_after(cpu: Option<f64>, rps_now: Option<f64>, rps_after: Option<f64>) -> Option<f64> {
    let now = rps_now.filter(|now| *now >= FEWEST_RPS)?;
    Some(cpu? * rps_after? / now)
}

/// What is free in the pools of `shares` before and after, as far as their backends tell.
#[must_use]
pub fn headrooms(shares: &[Share]) -> Vec<Headroom> {
    let mut told: Vec<Headroom> = Vec::new();
    for share in shares {
        if told.iter().any(|it| it.pool == share.pool) {
            continue;
        }
        let own = || shares.iter().filter(|it| it.pool == share.pool);
        let ready = |part: fn(&Share) -> f64| own().filter(|it| part(it) > 0.0).count() as u32;
        told.push(Headroom {
            pool: share.pool.clone(),
            ready_now: ready(|it| it.before),
            ready_after: ready(|it| it.after),
            free_now: free(own().map(|it| (it.before, it.cpu_now))),
            free_after: free(own().map(|it| (it.after, it.cpu_after))),
        });
    }
    told
}

/// What is free of those that tell what they use, by their parts of the traffic.
fn free(all: impl Iterator<Item = (f64, Option<f64>)>) -> Option<f64> {
    let known = all.filter_map(|(part, cpu)| Some((part, cpu.filter(|_| part > 0.0)?)));
    let (parts, used) =
        known.fold((0.0, 0.0), |(parts, used), (part, cpu)| (parts + part, used + part * cpu));
    (parts > 0.0).then(|| 1.0 - used / parts)
}

/// Each ready backend's part of its pool's new requests, by weight.
fn parts(pool: &Pool, healthy: impl Fn(&str) -> bool) -> HashMap<&str, f64> {
    let ready = || {
        let backends = pool.backends.iter();
        backends.filter(|it| it.takes_requests() && healthy(it.name.as_str()))
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
    use super::*;
    use crate::model::{Backend, Standing, Weight, example};

    fn gateway(backends: &[(&str, i64, Standing)]) -> Gateway {
        let backends = backends.iter().map(|(name, weight, standing)| Backend {
            weight: Weight::nearest(*weight),
            standing: *standing,
            ..example::backend(name)
        });
        let pool = example::pool(backends);
        Gateway { pools: vec![pool], ..Gateway::default() }
    }

    #[test]
    fn the_others_take_what_a_drained_backend_served() {
        use Standing::{Active, Draining};
        let before = gateway(&[("a", 100, Active), ("b", 100, Active), ("sick", 100, Active)]);
        let after = gateway(&[("a", 100, Draining), ("b", 100, Active), ("sick", 100, Active)]);
        let seen = |name: &str| Seen {
            healthy: name != "sick",
            coming: false,
            rps: Some(if name == "sick" { 0.0 } else { 10.0 }),
            cpu: None,
        };
        let told = shares(&before, &after, seen);
        let parts: Vec<_> = told.iter().map(|it| (it.before, it.after, it.rps_after)).collect();
        assert_eq!(parts, [(0.5, 0.0, Some(0.0)), (0.5, 1.0, Some(20.0)), (0.0, 0.0, Some(0.0))]);
    }

    #[test]
    fn a_new_backend_gets_its_part_as_soon_as_it_is_healthy() {
        use Standing::Active;
        let before = gateway(&[("a", 100, Active)]);
        let after = gateway(&[("a", 100, Active), ("new", 300, Active)]);
        let seen = |name: &str| {
            let healthy = name == "a";
            Seen { healthy, coming: !healthy, ..Seen::default() }
        };
        let told = shares(&before, &after, seen);
        let parts: Vec<_> = told.iter().map(|it| (it.before, it.after)).collect();
        assert_eq!(parts, [(1.0, 0.25), (0.0, 0.75)]);
    }

    #[test]
    fn what_each_needs_and_what_is_free_follow_the_traffic() {
        use Standing::{Active, Draining};
        let before = gateway(&[("a", 100, Active), ("b", 100, Active), ("mute", 100, Active)]);
        let after = gateway(&[("a", 100, Draining), ("b", 100, Active), ("mute", 100, Active)]);
        let seen = |name: &str| Seen {
            healthy: true,
            coming: false,
            rps: Some(10.0),
            cpu: (name != "mute").then_some(0.4),
        };
        let shares = shares(&before, &after, seen);
        let after: Vec<Option<f64>> = shares.iter().map(|it| it.cpu_after).collect();
        assert_eq!((after[0], after[2]), (Some(0.0), None));
        assert!((after[1].unwrap() - 0.6).abs() < 1e-9, "{after:?}");
        let headrooms = headrooms(&shares);
        let [pool] = &headrooms[..] else { panic!("{headrooms:?}") };
        assert_eq!((pool.ready_now, pool.ready_after), (3, 2));
        assert!((pool.free_now.unwrap() - 0.6).abs() < 1e-9, "{pool:?}");
        assert!((pool.free_after.unwrap() - 0.4).abs() < 1e-9, "{pool:?}");
        assert_eq!(cpu_after(Some(0.4), Some(0.1), Some(50.0)), None, "too few to tell");
    }

    #[test]
    fn a_removed_backend_is_told_and_an_untouched_pool_is_not() {
        let before = gateway(&[("a", 1, Standing::Active), ("b", 3, Standing::Active)]);
        let after = gateway(&[("a", 1, Standing::Active)]);
        let seen = |_: &str| Seen { healthy: true, ..Seen::default() };
        let told = shares(&before, &after, seen);
        let parts: Vec<_> =
            told.iter().map(|it| (it.backend.as_str(), it.before, it.after)).collect();
        assert_eq!(parts, [("a", 0.25, 1.0), ("b", 0.75, 0.0)]);
        assert_eq!(shares(&before, &before, seen), []);
    }
}
