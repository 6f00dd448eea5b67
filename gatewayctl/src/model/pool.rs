//! A pool: interchangeable backends.

/// A pool: interchangeable backends.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Its balancing: "round-robin", "least-connections", "consistent-hash".
    pub balance: String,
    /// Backends in it.
    pub backends: u32,
    /// Healthy backends that take new requests.
    pub ready: u32,
    /// Backends draining.
    pub draining: u32,
    /// Backends unhealthy among the active ones.
    pub down: u32,
    /// Requests per second.
    pub rps: f64,
    /// Requests under way.
    pub in_flight: u64,
    /// Requests that wait for a place on a backend.
    pub pending: u32,
    /// Median in milliseconds over the last 10 s; absent without traffic.
    pub p50_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
    /// Part of attempts that failed (5xx, connect error, cut off) over the last 10 s, 0..=1.
    pub error_ratio: Option<f64>,
    /// Part of its capacity still free, 0..=1; absent when unknown.
    pub headroom_ratio: Option<f64>,
    /// True when so few backends are healthy that all are used.
    pub panic: bool,
    /// Backends taken out because of their answers, since the start.
    pub ejections_total: u64,
    /// Those that were not, because too few others would be left, since the start.
    pub ejections_spared_total: u64,
    /// How often so few became healthy that all were used, since the start.
    pub panics_total: u64,
    /// The revision that last touched how it is scaled.
    pub scaler_revision: u64,
    /// Its part of all pools' attempts over the last 10 s, 0..=1; absent without any.
    pub share_ratio: Option<f64>,
    /// How far the share of a backend is off what its weight gives it, at most, 0..=1.
    pub imbalance_ratio: Option<f64>,
}
