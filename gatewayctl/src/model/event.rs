//! An event: a fact that happened.

use super::Severity;

/// A fact that happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// Rises by one with each event of this process.
    pub id: u64,
    /// When, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// "change", "health", "scale", "limit", "config", "tls", "gateway".
    pub kind: String,
    /// How bad.
    pub severity: Severity,
    /// Who caused it: a user name, "file", or "gateway".
    pub who: String,
    /// What it concerns: "backend/app-1", "limit/create-per-ip", "gateway".
    pub target: String,
    /// A sentence.
    pub what: String,
    /// The operation behind it; empty when there is none.
    pub op: String,
}
