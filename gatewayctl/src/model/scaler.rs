//! A scaler: how the number of a pool's servers follows its load, and its decisions.

use std::time::Duration;

/// A pool's scaler.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scaler {
    /// The pool.
    pub pool: String,
    /// "act", "advise" or "off".
    pub mode: String,
    /// Who starts and ends servers: "process" or "advise".
    pub driver: String,
    /// The fewest servers.
    pub min: u32,
    /// The most servers.
    pub max: u32,
    /// Percent of a server's CPU that is aimed at.
    pub target_cpu: Option<u32>,
    /// Requests per second and server that are aimed at.
    pub target_rps: Option<u32>,
    /// How many servers there should be now.
    pub desired: u32,
    /// Servers that take requests.
    pub ready: u32,
    /// Servers on their way to take requests.
    pub starting: u32,
    /// Servers on their way out.
    pub draining: u32,
    /// How things stand.
    pub conditions: Vec<Condition>,
    /// The latest decision in a sentence: what happens, or why nothing does.
    pub next: String,
    /// Who holds the size; empty while the rules decide.
    pub order_owner: String,
    /// Why, in the owner's words.
    pub order_reason: String,
    /// Until when, milliseconds since the Unix epoch.
    pub order_expires_ms: Option<i64>,
    /// At how many servers; as many as there are when absent.
    pub order_desired: Option<u32>,
}

/// One way in which things stand, with the names of a Kubernetes HPA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    /// "AbleToScale", "ScalingActive" or "ScalingLimited".
    pub kind: String,
    /// Whether it is so.
    pub status: bool,
    /// Why, in one word.
    pub reason: String,
    /// Why, in a sentence; may be empty.
    pub message: String,
}

/// How many servers a pool should have, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// Names it.
    pub id: u64,
    /// When it was last made, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// When it was first made in a row.
    pub since_ms: i64,
    /// The pool.
    pub pool: String,
    /// How many servers there were.
    pub from: u32,
    /// How many there should be.
    pub to: u32,
    /// "out", "in", "hold" or "refused".
    pub what: String,
    /// The whole of it.
    pub sentence: String,
    /// How each stage changed the size.
    pub stages: Vec<Stage>,
    /// How things stood.
    pub conditions: Vec<Condition>,
    /// What followed.
    pub actions: Vec<String>,
    /// What became of it.
    pub outcome: String,
    /// What was seen of each server; only of a decision that is explained.
    pub servers: Vec<ScaledServer>,
}

/// What one stage made of the size.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stage {
    /// The stage.
    pub name: String,
    /// What came in, in servers.
    pub before: f64,
    /// What went out.
    pub after: f64,
    /// Why; empty when it changed nothing.
    pub reason: String,
}

/// One server as a decision saw it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScaledServer {
    /// Its name.
    pub name: String,
    /// "ready", "draining" and so on.
    pub phase: String,
    /// Whether it can be ended.
    pub owned: bool,
    /// Whether its CPU tells about the load.
    pub warm: bool,
    /// CPU use, 0..=1.
    pub cpu_ratio: Option<f64>,
    /// Requests per second of late.
    pub rps: f64,
    /// Requests under way.
    pub in_flight: u32,
}

/// Rules to try on the load of the last while; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhatIfRules {
    /// The fewest servers.
    pub min: Option<u32>,
    /// The most servers.
    pub max: Option<u32>,
    /// Percent of a server's CPU.
    pub target_cpu: Option<u32>,
    /// Requests per second and server.
    pub target_rps: Option<u32>,
    /// No shrinking so soon after growing.
    pub scale_in_cooldown: Option<Duration>,
    /// Growing waits for the smallest size wanted within this.
    pub scale_up_window: Option<Duration>,
    /// Shrinking waits for the largest size wanted within this.
    pub scale_down_window: Option<Duration>,
}

/// The rules there are with the load there was, beside others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WhatIf {
    /// Under the rules there are.
    pub now: ScalingRun,
    /// Under the others.
    pub what_if: ScalingRun,
}

/// What rules make of a load.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScalingRun {
    /// "now" or "what-if".
    pub run: &'static str,
    /// The pool.
    pub pool: String,
    /// How much was replayed, in seconds.
    pub replayed_s: f64,
    /// How long a server is taken to need to come up, in seconds.
    pub start_s: f64,
    /// Whether servers were seen to need that; otherwise it is a guess.
    pub start_seen: bool,
    /// Times the load that there was.
    pub load: f64,
    /// The fewest servers.
    pub min: u32,
    /// The most servers.
    pub max: u32,
    /// Percent of a server's CPU that is aimed at.
    pub target_cpu: Option<u32>,
    /// Requests per second and server that are aimed at.
    pub target_rps: Option<u32>,
    /// No shrinking so soon after growing, in seconds.
    pub scale_in_cooldown_s: f64,
    /// The most servers at once, those that start included.
    pub peak_servers: u32,
    /// Servers at the end.
    pub last_servers: u32,
    /// Seconds in which the servers were busy beyond 85 % on average.
    pub busy_s: f64,
    /// How often the fleet grew.
    pub scale_outs: u32,
    /// How often it shrank.
    pub scale_ins: u32,
    /// Hours of all servers together.
    pub server_hours: f64,
    /// Seconds in which more than the maximum would have been wanted.
    pub at_max_s: f64,
    /// The part of requests that found no room on a server, 0..=1.
    pub lost: f64,
}
