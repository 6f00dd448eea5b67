//! An operation: an accepted change, with its actor, reason and effect.

/// An accepted change: what was asked, by whom, what it did. With `validate_only`, what it would do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Operation {
    /// Names the operation in every tool. Empty when nothing was applied (`validate_only`, or no effect).
    pub id: String,
    /// When it was accepted, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// Who asked: the user name behind the admin connection, or "file".
    pub actor: String,
    /// The tool it came through: "cli", "tui", "api", "file".
    pub via: String,
    /// The verb: "drain", "enable", "maintenance", "weight", "add", "remove", "limit", "config".
    pub what: String,
    /// What it acted on: "backend/app-1", "limit/create-per-ip". Several are joined by a comma.
    pub target: String,
    /// Why, in the operator's words.
    pub reason: String,
    /// The target's state before, readable: "active weight 100".
    pub before: String,
    /// The target's state after, readable.
    pub after: String,
    /// The revision of the gateway that this operation made (or, with `validate_only`, the current one).
    pub revision: u64,
    /// True when the gateway already was as asked; nothing was written.
    pub unchanged: bool,
    /// Things worth knowing that did not stop the change.
    pub warnings: Vec<String>,
    /// What becomes of the traffic of each backend in the pools concerned.
    pub shares: Vec<Share>,
}

/// One backend's part of its pool's new requests before and after a change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Share {
    /// The backend.
    pub backend: String,
    /// Its pool.
    pub pool: String,
    /// Part of the pool's new requests before the change, 0..=1.
    pub before: f64,
    /// Part after it, 0..=1.
    pub after: f64,
    /// Requests per second it serves now; absent when unknown.
    pub rps_now: Option<f64>,
    /// Requests per second it is expected to serve after the change; absent when unknown.
    pub rps_after: Option<f64>,
}
