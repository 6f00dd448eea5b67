//! An operation: an accepted change, with its actor, reason and effect.

/// What every mutation carries beside its own fields: who wants it, why, and on which condition.
///ssage Intent {
/// Why, in the operator's words. Empty when none was given. At most 500 characters.
///ring reason = 1;
/// Apply only if the gateway is still at this revision; absent applies to whatever is there now.
/// A gateway that moved on answers ABORTED and names what changed.
///tional uint64 expected_revision = 2;
/// Answer what would happen and change nothing.
///ol validate_only = 3;
/// The tool the change comes from: "cli", "tui" or "api".
///ring via = 4;
/// Apply although a guard refuses. Needs a reason.
///ol force = 5;
///
///
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

/// What every mutation carries beside its own fields: who wants it, why, and on which condition.
///ssage Intent {
/// Why, in the operator's words. Empty when none was given. At most 500 characters.
///ring reason = 1;
/// Apply only if the gateway is still at this revision; absent applies to whatever is there now.
/// A gateway that moved on answers ABORTED and names what changed.
///tional uint64 expected_revision = 2;
/// Answer what would happen and change nothing.
///ol validate_only = 3;
/// The tool the change comes from: "cli", "tui" or "api".
///ring via = 4;
/// Apply although a guard refuses. Needs a reason.
///ol force = 5;
///
///
/// An accepted change: what was asked, by whom, what it did. With `validate_only`, what it would do.
///ssage Operation {
/// Names the operation in every tool. Empty when nothing was applied (`validate_only`, or no effect).
///ring id = 1;
/// When it was accepted, milliseconds since the Unix epoch.
///t64 time_ms = 2;
/// Who asked: the user name behind the admin connection, or "file".
///ring actor = 3;
/// The tool it came through: "cli", "tui", "api", "file".
///ring via = 4;
/// The verb: "drain", "enable", "maintenance", "weight", "add", "remove", "limit", "config".
///ring what = 5;
/// What it acted on: "backend/app-1", "limit/create-per-ip". Several are joined by a comma.
///ring target = 6;
/// Why, in the operator's words.
///ring reason = 7;
/// The target's state before, readable: "active weight 100".
///ring before = 8;
/// The target's state after, readable.
///ring after = 9;
/// The revision of the gateway that this operation made (or, with `validate_only`, the current one).
///nt64 revision = 10;
/// True when the gateway already was as asked; nothing was written.
///ol unchanged = 11;
/// Things worth knowing that did not stop the change.
///peated string warnings = 12;
/// What becomes of the traffic of each backend in the pools concerned.
///peated Share shares = 13;
///
///
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
