//! A scaler: how the number of a pool's servers follows its load, and its decisions.

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
