//! Is a change safe? Guards refuse what would hurt users, unless it is forced.

use crate::model::{Backend, Gateway, Pool, Rejection, Weight};

/// What is observed of a backend when a change is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Whether probes let it take requests.
    pub healthy: bool,
    /// Requests per second it serves; absent when unknown.
    pub rps: Option<f64>,
    /// CPU use that it reports, 0..=1 of its cores; absent when unknown.
    pub cpu: Option<f64>,
}

/// Judges the step from `before` to `after`.
///
/// # Errors
/// When a pool that serves would be left without a backend that takes requests.
pub fn guard(
    before: &Gateway,
    after: &Gateway,
    seen: impl Fn(&str) -> Seen,
) -> Result<(), Rejection> {
    let ready = |backend: &&Backend| weighs(backend) && seen(backend.name.as_str()).healthy;
    let count = |pool: &Pool| pool.backends.iter().filter(ready).count();
    for pool in &before.pools {
        let left = after.pool(pool.name.as_str()).map_or(0, count);
        let now = count(pool);
        if now > 0 && left == 0 {
            let backends = if now == 1 { "backend".to_owned() } else { format!("{now} backends") };
            let what =
                format!("this would take the last ready {backends} of pool {} away", pool.name);
            return Err(Rejection::Guard { what });
        }
    }
    Ok(())
}

/// Whether it takes requests, and does not cease to by itself.
fn weighs(backend: &Backend) -> bool {
    backend.takes_requests() && backend.weight > Weight::ZERO
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Balance, Capacity, EjectionRules, HealthCheck, Standing};

    fn gateway(standings: &[Standing]) -> Gateway {
        let backends = standings.iter().enumerate().map(|(number, standing)| Backend {
            name: format!("app-{number}").parse().unwrap(),
            address: "127.0.0.1:9000".parse().unwrap(),
            weight: Weight::DEFAULT,
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
    fn the_last_ready_backend_is_guarded_and_a_dead_one_is_not() {
        use Standing::{Active, Draining};
        let before = gateway(&[Active, Active]);
        let one_left = gateway(&[Draining, Active]);
        let none_left = gateway(&[Draining, Draining]);
        let all = |_: &str| Seen { healthy: true, ..Seen::default() };
        let first = |name: &str| Seen { healthy: name == "app-0", ..Seen::default() };
        let none = |_: &str| Seen::default();
        assert_eq!(guard(&before, &one_left, all), Ok(()));
        assert!(guard(&before, &none_left, all).is_err());
        assert!(guard(&before, &one_left, first).is_err(), "app-0 is the only healthy one");
        assert_eq!(guard(&before, &none_left, none), Ok(()), "nothing served before either");
        assert!(guard(&before, &Gateway::default(), all).is_err(), "a removed pool serves nobody");
    }
}
