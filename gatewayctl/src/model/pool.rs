//! A pool: interchangeable backends.

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
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Its balancing: "round-robin", "least-connections", "consistent-hash".
    pub balance: String,
    /// Backends in it.
    pub backends: u32,
    /// Backends that take new requests.
    pub ready: u32,
    /// Backends draining.
    pub draining: u32,
    /// Backends unhealthy among the active ones.
    pub down: u32,
    /// Requests per second.
    pub rps: f64,
    /// Requests under way.
    pub in_flight: u64,
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
}
