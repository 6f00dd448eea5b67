//! A snapshot: the gateway at one moment.

use super::{Backend, Block, Limit, Pool, Problem, Severity};

/// The gateway at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// When the figures were taken, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// Rises by one with each picture of this process.
    pub seq: u64,
    /// The gateway's revision.
    pub revision: u64,
    /// Names this process: a new one after each start.
    pub instance: String,
    /// Version of gatewayd.
    pub version: String,
    /// Name of the host the gateway runs on.
    pub host: String,
    /// Seconds since the start of the process.
    pub uptime_s: f64,
    /// The user name the gateway knows this caller by.
    pub caller: String,
    /// True when every pool with a route has a backend to serve it.
    pub ready: bool,
    /// True in `gatewayd demo`, where Demo calls are answered.
    pub demo: bool,
    /// Figures of the whole gateway.
    pub totals: Totals,
    /// The pools, by name.
    pub pools: Vec<Pool>,
    /// The backends, by pool and name.
    pub backends: Vec<Backend>,
    /// The limits, by name.
    pub limits: Vec<Limit>,
    /// The listeners, by name.
    pub listeners: Vec<Listener>,
    /// What needs attention, worst first.
    pub problems: Vec<Problem>,
    /// Requests the gateway refused by itself since the start, by reason.
    pub refused: Vec<Refused>,
    /// Networks that are refused, by address.
    pub blocks: Vec<Block>,
}

impl Snapshot {
    /// True when the gateway is ready and no problem hurts users. A drained backend hurts nobody.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.ready && self.problems.iter().all(|problem| problem.severity < Severity::Error)
    }

    /// The backend called `name`.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<&Backend> {
        self.backends.iter().find(|backend| backend.name == name)
    }
}

/// Figures of the whole gateway. Rates are over the last second unless said otherwise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    /// Requests answered since the start, of any outcome.
    pub requests_total: u64,
    /// Answers of 5xx since the start, relayed or ours.
    pub errors_total: u64,
    /// Requests refused by a limit since the start.
    pub rejected_total: u64,
    /// Requests answered per second.
    pub rps: f64,
    /// Requests under way.
    pub in_flight: u64,
    /// Median time to answer in milliseconds over the last 10 s; absent without traffic.
    pub p50_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
    /// Part of answers that were 5xx over the last 10 s, 0..=1; absent without traffic.
    pub error_ratio: Option<f64>,
    /// Part of answers that were 4xx over the last 10 s, 0..=1; absent without traffic.
    pub client_error_ratio: Option<f64>,
    /// Requests refused by a limit per second.
    pub rejected_per_s: f64,
    /// Client connections open.
    pub connections: u64,
    /// CPU use of the gateway's host, 0..=1 of all cores; absent when unknown.
    pub cpu_ratio: Option<f64>,
    /// Resident memory of the process in bytes.
    pub rss_bytes: u64,
    /// Data-plane workers.
    pub workers: u32,
    /// Access log lines dropped since the start because the disk or the reader was too slow.
    pub log_dropped_total: u64,
}

/// A listener: an address clients connect to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// Where it listens, as bound.
    pub address: String,
    /// True when it speaks TLS.
    pub tls: bool,
    /// The listener it sends clients to; empty when it serves.
    pub redirect_to: String,
    /// Soonest expiry of its certificates, milliseconds since the Unix epoch; absent without TLS.
    pub certificate_expires_ms: Option<i64>,
}

/// Requests the gateway answered with a refusal of its own, for one reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refused {
    /// The reason: "no_route", "host_invalid", "limit", "no_backend", "upstream_connect" ...
    pub reason: String,
    /// How many since the start.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_problem(severity: Severity) -> Snapshot {
        let problems = vec![Problem { severity, ..Problem::default() }];
        Snapshot { ready: true, problems, ..Snapshot::default() }
    }

    #[test]
    fn only_what_hurts_users_makes_a_gateway_unhealthy() {
        assert!(with_problem(Severity::Info).is_healthy());
        assert!(with_problem(Severity::Warn).is_healthy());
        assert!(!with_problem(Severity::Error).is_healthy());
        assert!(!Snapshot::default().is_healthy(), "not ready");
    }
}
