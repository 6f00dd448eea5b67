//! A snapshot: the gateway at one moment.

use super::{Backend, Limit, Pool, Problem};

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
}

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
///ssage Backend {
/// Its name, unique in the gateway.
///ring name = 1;
/// Its pool.
///ring pool = 2;
/// Where it listens.
///ring address = 3;
/// Its weight as desired now, 0..=1000.
///nt32 weight = 4;
/// The weight the balancer uses now: 0 unless active and healthy.
///nt32 effective_weight = 5;
/// The weight the configuration file gives; absent when the file does not name the backend.
///tional uint32 configured_weight = 6;
/// What operators say of it.
///anding standing = 7;
/// Who said so; empty when nobody did.
///ring standing_owner = 8;
/// Why; empty when not told.
///ring standing_reason = 9;
/// Since when, milliseconds since the Unix epoch; absent when it always was so.
///tional int64 standing_since_ms = 10;
/// When the standing ends by itself, milliseconds since the Unix epoch; absent when it does not.
///tional int64 standing_expires_ms = 11;
/// What probes say of it.
///alth health = 12;
/// The latest probe's result in words: "200 in 1 ms", "connection refused x18".
///ring health_reason = 13;
/// Since when it is in this health, milliseconds since the Unix epoch.
///t64 health_since_ms = 14;
/// Part of its slow start done, 0..=1; absent when not in slow start.
///tional double slow_start = 15;
/// Requests under way on it.
///nt64 in_flight = 16;
/// Requests under way when its present standing began; absent when active.
///tional uint64 in_flight_at_drain = 17;
/// Attempts since it was added.
///nt64 requests_total = 18;
/// Failed attempts since it was added: 5xx, connect errors, cut off.
///nt64 errors_total = 19;
/// Attempts per second.
///uble rps = 20;
/// Median in milliseconds over the last 10 s; absent without traffic.
///tional double p50_ms = 21;
/// 99th percentile of the same.
///tional double p99_ms = 22;
/// Part of attempts that failed over the last 10 s, 0..=1; absent without traffic.
///tional double error_ratio = 23;
/// CPU use it reported, 0..=1 of its cores; absent when unknown.
///tional double cpu_ratio = 24;
/// Where the backend comes from: "file", "operator".
///ring source = 25;
/// The revision that last touched it.
///nt64 revision = 26;
///
///
/// A limit and its use.
///ssage Limit {
/// Its name.
///ring name = 1;
/// What it counts by: "client-ip", "route", "header:NAME", "cookie:NAME".
///ring key = 2;
/// Its allowance: "100/minute".
///ring max = 3;
/// Requests in `max`.
///nt32 max_requests = 4;
/// Seconds in `max`.
///uble period_s = 5;
/// What it does.
///mitMode mode = 6;
/// The allowance the configuration file gives; empty when the file does not name the limit.
///ring configured_max = 7;
/// Requests it let pass since the start.
///nt64 passed_total = 8;
/// Requests it refused since the start.
///nt64 rejected_total = 9;
/// Requests it would have refused in shadow mode since the start.
///nt64 would_reject_total = 10;
/// Requests exempted from it since the start.
///nt64 exempted_total = 11;
/// Keys it counts now.
///nt64 keys = 12;
/// Keys it had to forget since the start because the table was full.
///nt64 evicted_total = 13;
/// Requests let pass per second.
///uble passed_per_s = 14;
/// Requests refused per second.
///uble rejected_per_s = 15;
/// Would-have-refused per second.
///uble would_reject_per_s = 16;
/// Routes it guards.
///peated string routes = 17;
/// The revision that last touched it.
///nt64 revision = 18;
///
///
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
///ssage Backend {
/// Its name, unique in the gateway.
///ring name = 1;
/// Its pool.
///ring pool = 2;
/// Where it listens.
///ring address = 3;
/// Its weight as desired now, 0..=1000.
///nt32 weight = 4;
/// The weight the balancer uses now: 0 unless active and healthy.
///nt32 effective_weight = 5;
/// The weight the configuration file gives; absent when the file does not name the backend.
///tional uint32 configured_weight = 6;
/// What operators say of it.
///anding standing = 7;
/// Who said so; empty when nobody did.
///ring standing_owner = 8;
/// Why; empty when not told.
///ring standing_reason = 9;
/// Since when, milliseconds since the Unix epoch; absent when it always was so.
///tional int64 standing_since_ms = 10;
/// When the standing ends by itself, milliseconds since the Unix epoch; absent when it does not.
///tional int64 standing_expires_ms = 11;
/// What probes say of it.
///alth health = 12;
/// The latest probe's result in words: "200 in 1 ms", "connection refused x18".
///ring health_reason = 13;
/// Since when it is in this health, milliseconds since the Unix epoch.
///t64 health_since_ms = 14;
/// Part of its slow start done, 0..=1; absent when not in slow start.
///tional double slow_start = 15;
/// Requests under way on it.
///nt64 in_flight = 16;
/// Requests under way when its present standing began; absent when active.
///tional uint64 in_flight_at_drain = 17;
/// Attempts since it was added.
///nt64 requests_total = 18;
/// Failed attempts since it was added: 5xx, connect errors, cut off.
///nt64 errors_total = 19;
/// Attempts per second.
///uble rps = 20;
/// Median in milliseconds over the last 10 s; absent without traffic.
///tional double p50_ms = 21;
/// 99th percentile of the same.
///tional double p99_ms = 22;
/// Part of attempts that failed over the last 10 s, 0..=1; absent without traffic.
///tional double error_ratio = 23;
/// CPU use it reported, 0..=1 of its cores; absent when unknown.
///tional double cpu_ratio = 24;
/// Where the backend comes from: "file", "operator".
///ring source = 25;
/// The revision that last touched it.
///nt64 revision = 26;
///
///
/// A limit and its use.
///ssage Limit {
/// Its name.
///ring name = 1;
/// What it counts by: "client-ip", "route", "header:NAME", "cookie:NAME".
///ring key = 2;
/// Its allowance: "100/minute".
///ring max = 3;
/// Requests in `max`.
///nt32 max_requests = 4;
/// Seconds in `max`.
///uble period_s = 5;
/// What it does.
///mitMode mode = 6;
/// The allowance the configuration file gives; empty when the file does not name the limit.
///ring configured_max = 7;
/// Requests it let pass since the start.
///nt64 passed_total = 8;
/// Requests it refused since the start.
///nt64 rejected_total = 9;
/// Requests it would have refused in shadow mode since the start.
///nt64 would_reject_total = 10;
/// Requests exempted from it since the start.
///nt64 exempted_total = 11;
/// Keys it counts now.
///nt64 keys = 12;
/// Keys it had to forget since the start because the table was full.
///nt64 evicted_total = 13;
/// Requests let pass per second.
///uble passed_per_s = 14;
/// Requests refused per second.
///uble rejected_per_s = 15;
/// Would-have-refused per second.
///uble would_reject_per_s = 16;
/// Routes it guards.
///peated string routes = 17;
/// The revision that last touched it.
///nt64 revision = 18;
///
///
/// A listener: an address clients connect to.
///ssage Listener {
/// Its name.
///ring name = 1;
/// Where it listens, as bound.
///ring address = 2;
/// True when it speaks TLS.
///ol tls = 3;
/// The listener it sends clients to; empty when it serves.
///ring redirect_to = 4;
/// Soonest expiry of its certificates, milliseconds since the Unix epoch; absent without TLS.
///tional int64 certificate_expires_ms = 5;
///
///
/// Something an operator should know now.
///ssage Problem {
/// How bad.
///verity severity = 1;
/// What it concerns: "backend/app-1", "pool/app", "limit/create-per-ip".
///ring target = 2;
/// A short sentence.
///ring what = 3;
/// Since when, milliseconds since the Unix epoch; absent when not known.
///tional int64 since_ms = 4;
///
///
/// Requests the gateway answered with a refusal of its own, for one reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refused {
    /// The reason: "no_route", "host_invalid", "limit", "no_backend", "upstream_connect" ...
    pub reason: String,
    /// How many since the start.
    pub total: u64,
}
