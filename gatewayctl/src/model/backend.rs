//! A backend: one upstream address, what operators say of it and what probes say of it.

use std::fmt;

/// The gateway as it is now, for observers. Everything is computed once and fanned out.
///rvice Watch {
/// The whole picture, fresh: it shows every change acknowledged before the call.
///c GetSnapshot(GetSnapshotRequest) returns (Snapshot);
/// The whole picture at once, then a new one each second. A slow reader gets the newest, never a
/// queue: `seq` tells what it missed.
///c Snapshots(SnapshotsRequest) returns (stream Snapshot);
/// What happened: first the kept past, then live.
///c Events(EventsRequest) returns (stream Event);
///
///
/// Asks for one picture.
///ssage GetSnapshotRequest {}
///
/// Asks for pictures.
///ssage SnapshotsRequest {}
///
/// Asks for events.
///ssage EventsRequest {
/// How many past events to send first, newest last. 0: none. The gateway keeps 1000.
///nt32 backlog = 1;
/// Only these kinds ("change", "health", "limit", "config", "tls", "gateway"). Empty: all.
///peated string kinds = 2;
/// Ends after the past: no live events.
///ol past_only = 3;
///
///
/// A fact that happened.
///ssage Event {
/// Rises by one with each event of this process.
///nt64 id = 1;
/// When, milliseconds since the Unix epoch.
///t64 time_ms = 2;
/// "change", "health", "limit", "config", "tls", "gateway".
///ring kind = 3;
/// How bad.
///verity severity = 4;
/// Who caused it: a user name, "file", or "gateway".
///ring who = 5;
/// What it concerns: "backend/app-1", "limit/create-per-ip", "gateway".
///ring target = 6;
/// A sentence.
///ring what = 7;
/// The operation behind it; empty when there is none.
///ring op = 8;
///
///
/// How much an event or problem matters.
///um Severity {
/// Not said.
///VERITY_UNSPECIFIED = 0;
/// For the record.
///VERITY_INFO = 1;
/// Somebody should look.
///VERITY_WARN = 2;
/// Users are hurt.
///VERITY_ERROR = 3;
///
///
/// The gateway at one moment.
///ssage Snapshot {
/// When the figures were taken, milliseconds since the Unix epoch.
///t64 time_ms = 1;
/// Rises by one with each picture of this process.
///nt64 seq = 2;
/// The gateway's revision.
///nt64 revision = 3;
/// Names this process: a new one after each start.
///ring instance = 4;
/// Version of gatewayd.
///ring version = 5;
/// Name of the host the gateway runs on.
///ring host = 6;
/// Seconds since the start of the process.
///uble uptime_s = 7;
/// The user name the gateway knows this caller by.
///ring caller = 8;
/// True when every pool with a route has a backend to serve it.
///ol ready = 9;
/// True in `gatewayd demo`, where Demo calls are answered.
///ol demo = 10;
/// Figures of the whole gateway.
///tals totals = 11;
/// The pools, by name.
///peated Pool pools = 12;
/// The backends, by pool and name.
///peated Backend backends = 13;
/// The limits, by name.
///peated Limit limits = 14;
/// The listeners, by name.
///peated Listener listeners = 15;
/// What needs attention, worst first.
///peated Problem problems = 16;
/// Requests the gateway refused by itself since the start, by reason.
///peated Refused refused = 17;
///
///
/// Figures of the whole gateway. Rates are over the last second unless said otherwise.
///ssage Totals {
/// Requests answered since the start, of any outcome.
///nt64 requests_total = 1;
/// Answers of 5xx since the start, relayed or ours.
///nt64 errors_total = 2;
/// Requests refused by a limit since the start.
///nt64 rejected_total = 3;
/// Requests answered per second.
///uble rps = 4;
/// Requests under way.
///nt64 in_flight = 5;
/// Median time to answer in milliseconds over the last 10 s; absent without traffic.
///tional double p50_ms = 6;
/// 99th percentile of the same.
///tional double p99_ms = 7;
/// Part of answers that were 5xx over the last 10 s, 0..=1; absent without traffic.
///tional double error_ratio = 8;
/// Part of answers that were 4xx over the last 10 s, 0..=1; absent without traffic.
///tional double client_error_ratio = 9;
/// Requests refused by a limit per second.
///uble rejected_per_s = 10;
/// Client connections open.
///nt64 connections = 11;
/// CPU use of the gateway's host, 0..=1 of all cores; absent when unknown.
///tional double cpu_ratio = 12;
/// Resident memory of the process in bytes.
///nt64 rss_bytes = 13;
/// Data-plane workers.
///nt32 workers = 14;
/// Access log lines dropped since the start because the disk or the reader was too slow.
///nt64 log_dropped_total = 15;
///
///
/// A pool: interchangeable backends.
///ssage Pool {
/// Its name.
///ring name = 1;
/// Its balancing: "round-robin", "least-connections", "consistent-hash".
///ring balance = 2;
/// Backends in it.
///nt32 backends = 3;
/// Backends that take new requests.
///nt32 ready = 4;
/// Backends draining.
///nt32 draining = 5;
/// Backends unhealthy among the active ones.
///nt32 down = 6;
/// Requests per second.
///uble rps = 7;
/// Requests under way.
///nt64 in_flight = 8;
/// Median in milliseconds over the last 10 s; absent without traffic.
///tional double p50_ms = 9;
/// 99th percentile of the same.
///tional double p99_ms = 10;
/// Part of attempts that failed (5xx, connect error, cut off) over the last 10 s, 0..=1.
///tional double error_ratio = 11;
/// Part of its capacity still free, 0..=1; absent when unknown.
///tional double headroom_ratio = 12;
/// True when so few backends are healthy that all are used.
///ol panic = 13;
///
///
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
    /// What probes say of it.
    pub health: Health,
    /// The latest probe's result in words: "200 in 1 ms", "connection refused x18".
    pub health_reason: String,
    /// Since when it is in this health, milliseconds since the Unix epoch.
    pub health_since_ms: i64,
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
    /// Attempts per second.
    pub rps: f64,
    /// Median in milliseconds over the last 10 s; absent without traffic.
    pub p50_ms: Option<f64>,
    /// 99th percentile of the same.
    pub p99_ms: Option<f64>,
    /// Part of attempts that failed over the last 10 s, 0..=1; absent without traffic.
    pub error_ratio: Option<f64>,
    /// CPU use it reported, 0..=1 of its cores; absent when unknown.
    pub cpu_ratio: Option<f64>,
    /// Where the backend comes from: "file", "operator".
    pub source: String,
    /// The revision that last touched it.
    pub revision: u64,
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
