//! Is a change safe? Guards refuse what would hurt users, unless it is forced.

use crate::model::{Backend, Gateway, Name, Pool, Rejection, Standing, Weight};

/// What is observed of a backend when a change is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Whether probes let it take requests.
    pub healthy: bool,
    /// Whether it is expected to be healthy soon though it is not: it is new, or was not probed yet.
    pub coming: bool,
    /// Requests per second it serves; absent when unknown.
    pub rps: Option<f64>,
    /// CPU use that it reports, 0..=1 of its cores; absent when unknown.
    pub cpu: Option<f64>,
}

/// What a change may do although a guard would refuse it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Leave a pool with fewer servers than its least.
    pub below_min: bool,
    /// Take much of a pool's capacity away at once.
    pub much_at_once: bool,
}

/// At most so much of a pool's capacity is taken away at once.
const MOST_AT_ONCE_PERCENT: u64 = 30;

/// Judges the step from `before` to `after`, apart from what is `allowed`.
///
/// # Errors
/// When a pool that serves would be left without a backend that takes requests, with fewer than its
/// least, or without much of its capacity at once. The guard names itself and what overrides it.
pub fn guard(
    before: &Gateway,
    after: &Gateway,
    seen: impl Fn(&str) -> Seen,
    allowed: Allowed,
) -> Result<(), Rejection> {
    for pool in &before.pools {
        let left = after.pool(pool.name.as_str());
        let step = Step {
            pool,
            after: left,
            now: ready(pool, &seen),
            left: left.map(|left| ready(left, &seen)).unwrap_or_default(),
            least: left.and_then(|left| left.autoscale.as_ref()).map_or(0, |it| it.rules.min),
        };
        let below_min = || step.below_min().filter(|_| !allowed.below_min);
        let at_once = || step.at_once().filter(|_| !allowed.much_at_once);
        if let Some(what) = step.last_ready().or_else(below_min).or_else(at_once) {
            return Err(Rejection::Guard { what });
        }
    }
    Ok(())
}

/// What a change does to one pool.
struct Step<'a> {
    pool: &'a Pool,
    /// The pool once it is made, unless it is gone.
    after: Option<&'a Pool>,
    /// The backends that are ready now, with their weights.
    now: Vec<(&'a Name, u64)>,
    /// Those that are once it is made.
    left: Vec<(&'a Name, u64)>,
    /// The fewest servers that the pool is to have.
    least: u32,
}

impl Step<'_> {
    fn last_ready(&self) -> Option<String> {
        let (now, pool) = (self.now.len(), &self.pool.name);
        let backends = if now == 1 { "backend".to_owned() } else { format!("{now} backends") };
        (now > 0 && self.left.is_empty())
            .then(|| format!("this would take the last ready {backends} of pool {pool} away"))
    }

    fn below_min(&self) -> Option<String> {
        let (now, left, least) = (self.now.len(), self.left.len(), self.least);
        (left < now && left < least as usize).then(|| {
            format!(
                "this would leave pool {} with {left} of {now} ready backends, below its minimum of \
                 {least}; --allow-below-min allows that",
                self.pool.name
            )
        })
    }

    /// One backend after the other may always be taken away: of few, each is much. Whoever gives
    /// weights says himself where the traffic goes instead.
    fn at_once(&self) -> Option<String> {
        let stays = |name: &Name| {
            let backend = self.after.and_then(|pool| pool.backend(name.as_str()));
            backend.is_some_and(|it| it.standing == Standing::Active)
        };
        let gone: Vec<u64> =
            self.now.iter().filter(|(name, _)| !stays(name)).map(|(_, weight)| *weight).collect();
        let all: u64 = self.now.iter().map(|(_, weight)| weight).sum();
        let percent = gone.iter().sum::<u64>() * 100 / all.max(1);
        (gone.len() > 1 && percent > MOST_AT_ONCE_PERCENT).then(|| {
            format!(
                "this would take {} backends with {percent} % of the capacity of pool {} away at \
                 once, more than {MOST_AT_ONCE_PERCENT} %; one after the other is allowed \
                 (drain --max-parallel 1)",
                gone.len(),
                self.pool.name
            )
        })
    }
}

/// The backends of `pool` that take requests, with their weights.
fn ready(pool: &Pool, seen: impl Fn(&str) -> Seen) -> Vec<(&Name, u64)> {
    let ready = |it: &&Backend| weighs(it) && seen(it.name.as_str()).healthy;
    let those = pool.backends.iter().filter(ready);
    those.map(|it| (&it.name, u64::from(it.weight.get()))).collect()
}

/// Whether it takes requests, and does not cease to by itself.
fn weighs(backend: &Backend) -> bool {
    backend.takes_requests() && backend.weight > Weight::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example;

    const NOTHING: Allowed = Allowed { below_min: false, much_at_once: false };

    fn gateway(standings: &[Standing]) -> Gateway {
        let backends = standings.iter().enumerate().map(|(number, standing)| Backend {
            standing: *standing,
            ..example::backend(&format!("app-{number}"))
        });
        let pool = example::pool(backends);
        Gateway { pools: vec![pool], ..Gateway::default() }
    }

    #[test]
    fn the_last_ready_backend_is_guarded_and_a_dead_one_is_not() {
        use Standing::{Active, Draining};
        let before = gateway(&[Active, Active]);
        let one_left = gateway(&[Draining, Active]);
        let none_left = gateway(&[Draining, Draining]);
        let all = |_: &str| Seen { healthy: true, ..Seen::default() };
        let first = |name: &str| Seen { healthy: name == "app-0", ..Seen::default() };
        let none = |_: &str| Seen::default();
        assert_eq!(guard(&before, &one_left, all, NOTHING), Ok(()));
        assert!(guard(&before, &none_left, all, NOTHING).is_err());
        assert!(
            guard(&before, &one_left, first, NOTHING).is_err(),
            "app-0 is the only healthy one"
        );
        assert_eq!(
            guard(&before, &none_left, none, NOTHING),
            Ok(()),
            "nothing served before either"
        );
        assert!(
            guard(&before, &Gateway::default(), all, NOTHING).is_err(),
            "a removed pool serves nobody"
        );
    }

    fn refused(before: &Gateway, after: &Gateway) -> String {
        let all = |_: &str| Seen { healthy: true, ..Seen::default() };
        match guard(before, after, all, NOTHING) {
            Err(Rejection::Guard { what }) => what,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_scaled_pool_keeps_its_least_unless_that_is_allowed() {
        use Standing::{Active, Draining};
        let scaled = |standings: &[Standing]| {
            let mut gateway = gateway(standings);
            gateway.pools[0].autoscale = Some(crate::model::Autoscale {
                driver: crate::model::Driver::Advise,
                mode: crate::model::ScalingMode::Act,
                rules: crate::model::ScalingRules::within(3, 9),
                order: None,
            });
            gateway
        };
        let before = scaled(&[Active, Active, Active]);
        let after = scaled(&[Draining, Active, Active]);
        let what = refused(&before, &after);
        assert!(what.contains("minimum of 3") && what.contains("--allow-below-min"), "{what}");
        let all = |_: &str| Seen { healthy: true, ..Seen::default() };
        assert_eq!(guard(&before, &after, all, Allowed { below_min: true, ..NOTHING }), Ok(()));
        assert_eq!(guard(&after, &after, all, NOTHING), Ok(()), "it was below before");
    }

    #[test]
    fn several_backends_are_not_taken_away_at_once_where_they_are_much_of_the_pool() {
        use Standing::{Active, Draining};
        let of = |drained: usize, all: usize| {
            let standing = |number| if number < drained { Draining } else { Active };
            gateway(&(0..all).map(standing).collect::<Vec<_>>())
        };
        let all = |_: &str| Seen { healthy: true, ..Seen::default() };
        assert_eq!(guard(&of(0, 3), &of(1, 3), all, NOTHING), Ok(()), "one of few");
        assert_eq!(guard(&of(0, 10), &of(3, 10), all, NOTHING), Ok(()), "30 % is not more");
        let what = refused(&of(0, 10), &of(4, 10));
        assert!(what.contains("4 backends with 40 %") && what.contains("--max-parallel"), "{what}");
        assert_eq!(guard(&of(2, 10), &of(4, 10), all, NOTHING), Ok(()), "not at once");
        let mut shifted = of(0, 3);
        for backend in &mut shifted.pools[0].backends[..2] {
            backend.weight = Weight::ZERO;
        }
        assert_eq!(guard(&of(0, 3), &shifted, all, NOTHING), Ok(()), "its share goes elsewhere");
    }
}
