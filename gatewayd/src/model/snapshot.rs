//! A snapshot: the gateway at one moment, for observers. Figures mean what the admin contract says.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use ipnet::IpNet;

use super::{
    Block, CertificateView, DrainPlan, FailureCounts, Health, Lapse, LimitMode, ListenerView, Mark,
    Name, Order, Phase, Ramp, Rule, Severity, Standing, Trouble,
};

/// The gateway at one moment: one timestamp, everything in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When the figures were taken, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// Rises by one with each picture of this process.
    pub seq: u64,
    /// The gateway's revision.
    pub revision: u64,
    /// Names this process: a new one after each start.
    pub instance: Arc<str>,
    /// Name of the host.
    pub host: Arc<str>,
    /// Seconds since the start of the process.
    pub uptime_s: f64,
    /// Whether clients are welcome: every pool with a route has a backend to serve it, and the
    /// process is not about to end.
    pub ready: bool,
    /// What the process does with clients.
    pub phase: Phase,
    /// How long answers took since the start.
    pub latency: Distribution,
    /// Figures of the whole gateway.
    pub totals: Totals,
    /// The pools, by name.
    pub pools: Vec<PoolView>,
    /// The backends, by pool and name.
    pub backends: Vec<BackendView>,
    /// The limits, by name.
    pub limits: Vec<LimitView>,
    /// The address that most requests come from, if it may be a proxy nobody told of.
    pub collapse: Option<CollapseView>,
    /// Networks that are refused, by address.
    pub blocks: Vec<BlockView>,
    /// The listeners, by name.
    pub listeners: Vec<ListenerView>,
    /// The certificates that are served.
    pub certificates: Arc<[CertificateView]>,
    /// What cannot be kept on disk now.
    pub troubles: Vec<Trouble>,
    /// What needs attention, worst first.
    pub problems: Vec<Problem>,
    /// Requests the gateway refused by itself since the start, by reason.
    pub refused: Vec<RefusedView>,
}

/// Figures of the whole gateway. Rates are over the last second, ratios and percentiles over 10 s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Requests answered since the start.
    pub requests_total: u64,
    /// Answers of 5xx since the start, relayed or ours.
    pub errors_total: u64,
    /// Requests refused by a limit since the start.
    pub rejected_total: u64,
    /// Requests answered per second.
    pub rps: f64,
    /// Requests under way.
    pub in_flight: u64,
    /// Median time to answer.
    pub p50_ms: Option<f64>,
    /// 99th percentile of it.
    pub p99_ms: Option<f64>,
    /// Part of answers that were 5xx, 0..=1.
    pub error_ratio: Option<f64>,
    /// Part of answers that were 4xx, 0..=1.
    pub client_error_ratio: Option<f64>,
    /// Requests refused by a limit per second.
    pub rejected_per_s: f64,
    /// Client connections open.
    pub connections: u64,
    /// CPU use of the host, 0..=1 of all cores.
    pub cpu_ratio: Option<f64>,
    /// Resident memory of the process.
    pub rss_bytes: u64,
    /// Data-plane workers.
    pub workers: u32,
    /// Access log lines dropped since the start.
    pub access_log_dropped_total: u64,
    /// Lines of the process's own log dropped since the start.
    pub log_dropped_total: u64,
    /// Answers since the start by class: 1xx, 2xx, 3xx, 4xx, 5xx.
    pub by_class: [u64; 5],
    /// Connections to backends begun since the start.
    pub connections_made_total: u64,
    /// Idle ones that a worker let the others have.
    pub connections_shared_total: u64,
    /// Those that another one took.
    pub connections_taken_total: u64,
    /// Attempts made again on another backend since the start.
    pub retries_total: u64,
    /// Attempts that were not made again because too many were under way, since the start.
    pub retries_denied_total: u64,
    /// Connections that were idle and closed to make room, since the start.
    pub idle_closed_total: u64,
    /// Trailers that must not be trailers, dropped since the start.
    pub trailers_dropped_total: u64,
    /// Load reports of backends that break their grammar, since the start.
    pub reports_malformed_total: u64,
    /// Connections that failed to speak TLS since the start.
    pub handshake_failures_total: u64,
}

/// How durations are distributed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Bounds in microseconds, rising, and how many durations lie below each.
    pub below_us: Vec<(u64, u64)>,
    /// How many there are.
    pub count: u64,
    /// All of them together in microseconds.
    pub sum_us: u64,
}

/// A pool as observed.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolView {
    /// Its name.
    pub name: Name,
    /// How it balances.
    pub balance: String,
    /// Backends in it.
    pub backends: u32,
    /// Healthy backends that take new requests.
    pub ready: u32,
    /// Backends draining.
    pub draining: u32,
    /// Servers that an autoscaler started, and none looks after any more.
    pub nobodys: u32,
    /// Active backends that are unhealthy.
    pub down: u32,
    /// Attempts per second.
    pub rps: f64,
    /// Requests under way.
    pub in_flight: u64,
    /// Requests that wait for a place on a backend.
    pub pending: u32,
    /// Median time of an attempt.
    pub p50_ms: Option<f64>,
    /// 99th percentile of it.
    pub p99_ms: Option<f64>,
    /// Part of attempts that failed, 0..=1.
    pub error_ratio: Option<f64>,
    /// Part of its capacity still free, 0..=1.
    pub headroom_ratio: Option<f64>,
    /// Whether so few backends are healthy that all are used.
    pub panic: bool,
    /// Backends taken out because of their answers, since the start.
    pub ejections_total: u64,
    /// Those that were not, because too few others would be left, since the start.
    pub ejections_spared_total: u64,
    /// How often so few became healthy that all were used, since the start.
    pub panics_total: u64,
    /// What an operator says of its size; absent, the rules decide.
    pub order: Option<Order>,
    /// The revision that last touched how it is scaled.
    pub scaler_revision: u64,
    /// Its part of all pools' attempts over the last 10 s, 0..=1; absent without any.
    pub share_ratio: Option<f64>,
    /// How far the share of a backend is off what its weight gives it, at most, 0..=1; absent without
    /// attempts.
    pub imbalance_ratio: Option<f64>,
}

/// What is left on a backend out of service, and what follows.
#[derive(Clone, Debug, PartialEq)]
pub struct DrainView {
    /// Requests whose answer has not begun.
    pub requests: u32,
    /// Answers that have begun.
    pub streams: u32,
    /// WebSockets.
    pub websockets: u32,
    /// How long the oldest of them is under way.
    pub oldest_ms: Option<u64>,
    /// The path it asked for, as far as it is remembered.
    pub oldest_path: String,
    /// When nothing is left, in seconds, by the fall of the last ten.
    pub eta_s: Option<f64>,
    /// How it goes.
    pub plan: Option<DrainPlan>,
}

/// A backend as desired and observed.
#[derive(Clone, Debug, PartialEq)]
pub struct BackendView {
    /// Its name.
    pub name: Name,
    /// Its pool.
    pub pool: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its weight as desired.
    pub weight: u16,
    /// The weight the balancer uses now.
    pub effective_weight: u16,
    /// How the one becomes the other; absent when it is.
    pub ramp: Option<Ramp>,
    /// The weight the file gives; absent when the file does not name the backend.
    pub configured_weight: Option<u16>,
    /// What operators say of it.
    pub standing: Standing,
    /// Who said so, when and why.
    pub mark: Option<Mark>,
    /// When its standing is taken back by itself, milliseconds since the Unix epoch.
    pub standing_until_ms: Option<i64>,
    /// What is left on it and what follows; absent when it takes requests.
    pub drain: Option<DrainView>,
    /// What probes and traffic say of it.
    pub health: Health,
    /// The latest probe in words, or why it is ejected.
    pub health_reason: String,
    /// Since when, milliseconds since the Unix epoch.
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
    /// Failed attempts since it was added.
    pub errors_total: u64,
    /// The same by why.
    pub failures: FailureCounts,
    /// Those of the last minute.
    pub failures_1m: FailureCounts,
    /// Requests that went from it to another backend since it was added.
    pub retried_away_total: u64,
    /// Attempts per second.
    pub rps: f64,
    /// Median time of an attempt.
    pub p50_ms: Option<f64>,
    /// 90th percentile of it.
    pub p90_ms: Option<f64>,
    /// 99th percentile of it.
    pub p99_ms: Option<f64>,
    /// 99.9th percentile of it.
    pub p999_ms: Option<f64>,
    /// The longest of the last ten seconds.
    pub max_ms: Option<f64>,
    /// Part of attempts that failed, 0..=1.
    pub error_ratio: Option<f64>,
    /// CPU use it reported, 0..=1 of its cores.
    pub cpu_ratio: Option<f64>,
    /// Memory use it reported, 0..=1 of what it has.
    pub memory_ratio: Option<f64>,
    /// Connections to it that are open.
    pub connections: u32,
    /// Those of them that wait for a request; absent where requests share them.
    pub connections_idle: Option<u32>,
    /// Requests that it takes at once; absent when as many as come.
    pub max_requests: Option<u32>,
    /// Its part of its pool's attempts over the last 10 s, 0..=1; absent without any.
    pub share_ratio: Option<f64>,
    /// The part that its effective weight gives it, 0..=1; absent when none takes requests.
    pub expected_ratio: Option<f64>,
    /// Who keeps it there: "file", "operator" or "autoscaler".
    pub source: &'static str,
    /// The revision that last touched it.
    pub revision: u64,
}

/// A limit and its use.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitView {
    /// Its name.
    pub name: Name,
    /// What it counts by.
    pub key: String,
    /// How much it allows.
    pub rule: Rule,
    /// What it does.
    pub mode: LimitMode,
    /// What the file allows; absent when the file does not name it.
    pub configured: Option<Rule>,
    /// Requests let pass since the start.
    pub passed_total: u64,
    /// Requests refused since the start.
    pub rejected_total: u64,
    /// Requests that shadow mode would have refused since the start.
    pub would_reject_total: u64,
    /// Requests it did not concern since the start, by their network.
    pub exempted_total: u64,
    /// Requests counted together with others since the start, for want of room.
    pub overflowed_total: u64,
    /// Networks that are another matter, the longest prefix first.
    pub adjustments: Vec<AdjustmentView>,
    /// Keys it counts now.
    pub keys: u64,
    /// Keys forgotten since the start because the table was full.
    pub evicted_total: u64,
    /// Requests let pass per second.
    pub passed_per_s: f64,
    /// Requests refused per second.
    pub rejected_per_s: f64,
    /// Would-have-refused per second.
    pub would_reject_per_s: f64,
    /// Routes it guards.
    pub routes: Vec<Name>,
    /// Listeners whose connections it counts.
    pub listeners: Vec<Name>,
    /// Whether it guards all requests.
    pub of_all: bool,
    /// A rule that is tried beside its own.
    pub candidate: Option<CandidateView>,
    /// What it goes back to by itself.
    pub lapse: Option<Lapse<(Rule, LimitMode)>>,
    /// The revision that last touched it.
    pub revision: u64,
}

/// A rule that is tried, and what it would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateView {
    /// The rule.
    pub rule: Rule,
    /// Requests it would have refused since it was set.
    pub would_reject_total: u64,
    /// The same per second.
    pub would_reject_per_s: f64,
    /// Clients it would have refused in the last five minutes, as far as they are told apart.
    pub clients: u64,
    /// Those it would have refused most in that time, and how often; at most 10.
    pub top: Vec<(IpAddr, u64)>,
}

/// What a limit is for one network, and how often it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjustmentView {
    /// The network.
    pub network: IpNet,
    /// How many times as much each key may; absent, the limit does not concern it.
    pub times: Option<NonZeroU32>,
    /// Requests that came from it since the start.
    pub uses_total: u64,
}

/// A few addresses that most requests come from, and that name others in X-Forwarded-For.
#[derive(Clone, Debug, PartialEq)]
pub struct CollapseView {
    /// The addresses, as many as it takes for most requests.
    pub proxies: Vec<IpAddr>,
    /// The part of requests that come from them, 0..=1.
    pub ratio: f64,
    /// Who is believed already.
    pub trusted: Vec<IpNet>,
}

/// A block and what it refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockView {
    /// The block.
    pub block: Arc<Block>,
    /// Requests refused since the start.
    pub hits_total: u64,
}

/// Something an operator should know now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// What it concerns: "backend/app-1".
    pub target: String,
    /// A short sentence.
    pub what: String,
    /// Since when, milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
}

/// Requests refused for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedView {
    /// The reason.
    pub reason: &'static str,
    /// How many since the start.
    pub total: u64,
}
