//! A limit: the allowed rate for each key, and its use.

use std::fmt;

/// A limit and its use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limit {
    /// Its name.
    pub name: String,
    /// What it counts by: "client-ip", "route", "header:NAME", "cookie:NAME".
    pub key: String,
    /// Its allowance: "100/minute".
    pub max: String,
    /// Requests in `max`.
    pub max_requests: u32,
    /// Seconds in `max`.
    pub period_s: f64,
    /// What it does.
    pub mode: LimitMode,
    /// The allowance the configuration file gives; empty when the file does not name the limit.
    pub configured_max: String,
    /// Requests it let pass since the start.
    pub passed_total: u64,
    /// Requests it refused since the start.
    pub rejected_total: u64,
    /// Requests it would have refused in shadow mode since the start.
    pub would_reject_total: u64,
    /// Requests exempted from it since the start.
    pub exempted_total: u64,
    /// Keys it counts now.
    pub keys: u64,
    /// Keys it had to forget since the start because the table was full.
    pub evicted_total: u64,
    /// Requests let pass per second.
    pub passed_per_s: f64,
    /// Requests refused per second.
    pub rejected_per_s: f64,
    /// Would-have-refused per second.
    pub would_reject_per_s: f64,
    /// Routes it guards.
    pub routes: Vec<String>,
    /// The revision that last touched it.
    pub revision: u64,
}

/// What a limit does with a request over it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitMode {
    /// Refuses it.
    #[default]
    Enforce,
    /// Counts it and lets it pass.
    Shadow,
}

impl LimitMode {
    /// Every value, in the order of the contract.
    pub const ALL: [Self; 2] = [Self::Enforce, Self::Shadow];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Shadow => "shadow",
        }
    }
}

impl fmt::Display for LimitMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
