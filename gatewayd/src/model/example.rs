//! Examples of the nouns, for tests: whatever a test does not care about stands here once.

use std::time::Duration;

use super::{
    Backend, Balance, Capacity, EjectionRules, HealthCheck, Limit, LimitKey, LimitMode, Pool, Rule,
    Source, Standing, Weight,
};

/// An active backend of the usual weight.
pub(crate) fn backend(name: &str) -> Backend {
    Backend {
        name: name.parse().unwrap(),
        address: "127.0.0.1:9000".parse().unwrap(),
        weight: Weight::DEFAULT,
        standing: Standing::Active,
        mark: None,
        source: Source::Hand,
        ramp: None,
    }
}

/// The pool `app` with these backends.
pub(crate) fn pool(backends: impl IntoIterator<Item = Backend>) -> Pool {
    Pool {
        name: "app".parse().unwrap(),
        balance: Balance::RoundRobin,
        weights: Default::default(),
        slow_start: Duration::ZERO,
        health: HealthCheck::default(),
        ejection: EjectionRules::default(),
        panic_threshold: Pool::DEFAULT_PANIC_THRESHOLD,
        capacity: Capacity::default(),
        h2: false,
        sticky: None,
        backends: backends.into_iter().collect(),
        autoscale: None,
    }
}

/// The limit `create` of each client: so many, "100/minute".
pub(crate) fn limit(max: &str) -> Limit {
    Limit {
        name: "create".parse().unwrap(),
        key: LimitKey::ClientIp.into(),
        rule: Rule::Max(max.parse().unwrap()),
        mode: LimitMode::Enforce,
        v6: Default::default(),
        adjustments: Vec::new(),
        candidate: None,
        rule_lapse: None,
        mode_lapse: None,
    }
}
