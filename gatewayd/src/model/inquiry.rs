//! Inquiries about limits: what a rule would do, whom limits refuse, what is known of one client.

use std::net::IpAddr;
use std::time::Duration;

use super::{LimitMode, Name, Rule};

/// What a rule would have done with the requests of late.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// The limit.
    pub limit: Name,
    /// The rule that was tried.
    pub rule: Rule,
    /// How far back requests are remembered, at most as far as was asked.
    pub covered: Duration,
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
    pub top: Vec<(IpAddr, u64)>,
}

/// What rejections are added up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What refused a request, or would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refuser {
    /// A limit.
    Rule,
    /// A limit in shadow mode: nobody was refused.
    Shadow,
    /// A limit's candidate: nobody was refused.
    Candidate,
}

/// Who was refused, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct RejectionView {
    /// The limit.
    pub limit: Name,
    /// What of it refused.
    pub refuser: Refuser,
    /// The client, or the network that is counted together; empty when it is not told apart.
    pub client: String,
    /// What the limit counts by; empty when it is not told apart.
    pub key: String,
    /// The path; empty when it is not told apart.
    pub path: String,
    /// Refused per second.
    pub rejected_per_s: f64,
    /// By how much that may be too high.
    pub error_per_s: f64,
    /// Let pass per second.
    pub passed_per_s: f64,
    /// From when on it is counted, milliseconds since the Unix epoch.
    pub since_ms: i64,
}

/// What is known of one client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientView {
    /// The address that limits, hashing and logs know it by.
    pub client: IpAddr,
    /// Why it is that one.
    pub why: String,
    /// The blocks it is in.
    pub blocked_by: Vec<String>,
    /// Requests that limits were asked for it of late, and how many they refused.
    pub asked: u64,
    /// Of those, refused.
    pub refused: u64,
    /// When the first of those came, milliseconds since the Unix epoch.
    pub first_seen_ms: Option<i64>,
    /// When the last of those came, milliseconds since the Unix epoch.
    pub last_seen_ms: Option<i64>,
    /// Paths at which it was refused of late.
    pub paths: Vec<String>,
    /// What each limit has of it.
    pub uses: Vec<UseView>,
}

/// What one limit has of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseView {
    /// The limit.
    pub limit: Name,
    /// The route, where it counts by that too; empty otherwise.
    pub route: String,
    /// The rule, as it is for this client; absent when the limit does not concern it.
    pub rule: Option<Rule>,
    /// What it does.
    pub mode: LimitMode,
    /// Requests it holds against the client; absent when that needs more than an address.
    pub used: Option<u32>,
    /// When the next request passes; 0 is now.
    pub free_ms: Option<u64>,
    /// What is special about it, in words; empty when nothing is.
    pub note: String,
}
