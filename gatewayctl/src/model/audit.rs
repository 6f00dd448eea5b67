//! The audit log: what somebody tried to change, and what came of it.

/// One thing that somebody tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number, from 1.
    pub seq: u64,
    /// When, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// Who.
    pub actor: String,
    /// "viewer", "operator", "admin", "none" or "gateway".
    pub role: String,
    /// The listener it came by; empty for what the gateway does by itself.
    pub listener: String,
    /// The tool it came through; empty when not known.
    pub via: String,
    /// The full name of the method; empty for what the gateway does by itself.
    pub method: String,
    /// The verb; empty when not known.
    pub what: String,
    /// What it was to act on; empty when not known.
    pub target: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// The target before.
    pub before: String,
    /// The target after.
    pub after: String,
    /// The operation that came of it; empty when none did.
    pub op: String,
    /// The revision it made.
    pub revision: Option<u64>,
    /// "accepted", "rejected", "denied", "failed" or "note".
    pub result: String,
    /// Why nothing came of it; what a note says.
    pub error: String,
    /// Whether a guard was overridden, or was to be.
    pub forced: bool,
}

/// Which records are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditAsked {
    /// Only those since then, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// Only by these actors; by any when empty.
    pub who: Vec<String>,
    /// Only what came to this; all when empty.
    pub results: Vec<String>,
    /// At most so many.
    pub limit: u32,
}

/// Who somebody is for the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name behind every change.
    pub actor: String,
    /// "viewer", "operator" or "admin".
    pub role: String,
    /// Why it is that role.
    pub known_by: String,
    /// "socket", "viewer socket" or "tcp".
    pub listener: String,
}
