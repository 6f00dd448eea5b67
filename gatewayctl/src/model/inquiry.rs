//! Inquiries about limits: what a rule would do, whom limits refuse, what is known of one client.

use std::time::Duration;

use super::LimitMode;

/// What a rule would have done with the requests of late.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Simulation {
    /// The limit.
    pub limit: String,
    /// The rule, in words.
    pub rule: String,
    /// Seconds that are remembered, at most as many as were asked for.
    pub covered_s: f64,
    /// Requests that came.
    pub arrived: u64,
    /// Of those, how many were refused, or would have been in shadow mode.
    pub were_refused: u64,
    /// How many the rule would refuse.
    pub would_refuse: u64,
    /// Keys that asked.
    pub keys: u64,
    /// Keys of which something was refused.
    pub keys_were_refused: u64,
    /// Keys of which the rule would refuse something.
    pub keys_would_refuse: u64,
    /// Keys that were not refused anything, and would be.
    pub keys_newly_refused: u64,
    /// Clients of which it would refuse most, and how often.
    pub top: Vec<(String, u64)>,
}

/// Who was refused, and how often.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rejection {
    /// The limit.
    pub rule: String,
    /// What of it refused, or would have: "rule", "shadow" or "candidate".
    pub by: String,
    /// The client; empty when it is not told apart.
    pub client: String,
    /// What the limit counts by, in words; empty when it is not told apart.
    pub key: String,
    /// The path; empty when it is not told apart.
    pub path: String,
    /// Refused per second.
    pub rejected_per_s: f64,
    /// By how much that may be too high.
    pub error_per_s: f64,
    /// Let pass per second, as far as remembered.
    pub passed_per_s: f64,
    /// From when on it is counted, milliseconds since the Unix epoch.
    pub since_ms: i64,
}

/// What rejections are added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// By limit.
    Rule,
    /// By client and limit.
    Client,
    /// By what the limit counts by.
    Key,
    /// By path and limit.
    Path,
}

/// Which rejections are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RejectionsAsked {
    /// What is added up.
    pub by: Grouping,
    /// Those that were none: what shadows and candidates would have refused.
    pub would: bool,
    /// How far back.
    pub window: Duration,
    /// At most so many.
    pub top: u32,
}

/// What is known of one client.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientPicture {
    /// The address that limits, hashing and logs know it by.
    pub address: String,
    /// Why it is that one, a sentence.
    pub why: String,
    /// The blocks it is in.
    pub blocked_by: Vec<String>,
    /// Times that limits were asked for it, as far as remembered.
    pub asked: u64,
    /// Of those, refused.
    pub refused: u64,
    /// When the first of those came, milliseconds since the Unix epoch.
    pub first_seen_ms: Option<i64>,
    /// When the last of those came.
    pub last_seen_ms: Option<i64>,
    /// Paths at which it was refused in the last minutes.
    pub paths: Vec<String>,
    /// What each limit by client has of it.
    pub uses: Vec<LimitUse>,
}

/// What one limit has of a client.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LimitUse {
    /// The limit.
    pub rule: String,
    /// The route, where it counts by that too; empty otherwise.
    pub route: String,
    /// What it allows this client, in words; empty when it does not concern it.
    pub allows: String,
    /// What it does.
    pub mode: LimitMode,
    /// Requests it holds against the client; absent when that takes more than an address to know.
    pub used: Option<u32>,
    /// Seconds until the next request passes; 0 is now.
    pub free_s: Option<f64>,
    /// What is special about it; empty when nothing is.
    pub note: String,
}
