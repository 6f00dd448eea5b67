//! A backend: one upstream address, what operators say of it and what probes say of it.

use std::fmt;

use super::Drain;

/// A backend: one upstream address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Backend {
    /// Its name, unique in the gateway.
    pub name: String,
    /// Its pool.
    pub pool: String,
    /// Where it listens.
    pub address: String,
    /// Its weight as desired now, 0..=1000.
    pub weight: u32,
    /// The weight the balancer uses now: 0 unless active and healthy.
    pub effective_weight: u32,
    /// How the one becomes the other; absent when it is.
    pub ramp: Option<Ramp>,
    /// The weight the configuration file gives; absent when the file does not name the backend.
    pub configured_weight: Option<u32>,
    /// What operators say of it.
    pub standing: Standing,
    /// Who said so; empty when nobody did.
    pub standing_owner: String,
    /// Why; empty when not told.
    pub standing_reason: String,
    /// Since when, milliseconds since the Unix epoch; absent when it always was so.
    pub standing_since_ms: Option<i64>,
    /// When the standing ends by itself, milliseconds since the Unix epoch; absent when it does not.
    pub standing_expires_ms: Option<i64>,
    /// What probes and traffic say of it.
    pub health: Health,
    /// The latest probe's result in words: "200 in 1 ms", "connection refused x18"; or why it is
    /// ejected.
    pub health_reason: String,
    /// Since when it is in this health, milliseconds since the Unix epoch.
    pub health_since_ms: i64,
    /// When its ejection ends, milliseconds since the Unix epoch; absent when it is not ejected.
    pub health_until_ms: Option<i64>,
    /// Part of its slow start done, 0..=1; absent when not in slow start.
    pub slow_start: Option<f64>,
    /// Requests under way on it.
    pub in_flight: u64,
    /// Requests under way when its present standing began; absent when active.
    pub in_flight_at_drain: Option<u64>,
    /// Attempts since it was added.
    pub requests_total: u64,
    /// Failed attempts since it was added: 5xx, connect errors, cut off.
    pub errors_total: u64,
    /// The same by why; those that there were.
    pub failures: Vec<Failures>,
    /// Requests that went from it to another backend since it was added, because it failed them.
    pub retried_away_total: u64,
    /// Connections to it that are open, busy ones and idle ones.
    pub connections: u32,
    /// Those that wait for a request; absent where requests share connections.
    pub connections_idle: Option<u32>,
    /// Requests that it takes at once; absent when as many as come.
    pub max_requests: Option<u32>,
    /// Attempts per second.
    pub rps: f64,
    /// Median in milliseconds over the last 10 s; absent without traffic.
    pub p50_ms: Option<f64>,
    /// 90th percentile of the same.
    pub p90_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
    /// 99.9th percentile of the same.
    pub p999_ms: Option<f64>,
    /// The longest of the same time.
    pub max_ms: Option<f64>,
    /// Part of attempts that failed over the last 10 s, 0..=1; absent without traffic.
    pub error_ratio: Option<f64>,
    /// CPU use it reported, 0..=1 of its cores; absent when unknown.
    pub cpu_ratio: Option<f64>,
    /// Memory use it reported, 0..=1 of what it has; absent when unknown.
    pub memory_ratio: Option<f64>,
    /// Its part of its pool's attempts over the last 10 s, 0..=1; absent without any.
    pub share_ratio: Option<f64>,
    /// The part that its effective weight gives it, 0..=1.
    pub expected_ratio: Option<f64>,
    /// What is left on it, and what follows; absent when it takes requests.
    pub drain: Option<Drain>,
    /// Where the backend comes from: "file", "operator".
    pub source: String,
    /// The revision that last touched it.
    pub revision: u64,
}

/// Attempts that failed in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// In which: "timeout", "status_5xx".
    pub reason: &'static str,
    /// How many since the backend was added.
    pub total: u64,
    /// Those of the last minute.
    pub last_minute: u64,
}

/// A weight on its way to what is desired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ramp {
    /// The weight it began with, and goes back to when it is given up.
    pub from: u32,
    /// When it began, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// When it is over, milliseconds since the Unix epoch.
    pub until_ms: i64,
    /// When it is given up: `error>1% or p99>2x`; empty when never.
    pub abort_if: String,
}

/// What operators say of a backend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Takes new requests when healthy.
    #[default]
    Active,
    /// Takes no new request; those in flight finish. Health checks go on.
    Draining,
    /// Takes no new request and is not health checked.
    Maintenance,
}

impl Standing {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Active, Self::Draining, Self::Maintenance];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draining => "draining",
            Self::Maintenance => "maintenance",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What probes and traffic say of a backend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// New: takes no traffic until its first passed check.
    #[default]
    Checking,
    /// Passed its latest checks.
    Healthy,
    /// Failed its latest checks.
    Unhealthy,
    /// Taken out for a while because of the answers it gave.
    Ejected,
}

impl Health {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 4] = [Self::Checking, Self::Healthy, Self::Unhealthy, Self::Ejected];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::Ejected => "ejected",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
