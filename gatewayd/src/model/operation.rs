//! An operation: an accepted change, with its actor, reason and effect.

use serde::{Deserialize, Serialize};

use super::Name;

/// An accepted change: what was asked, by whom, what it did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Names it in every tool; empty when nothing was applied.
    pub id: String,
    /// When it was accepted, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// Who asked.
    pub actor: String,
    /// The tool it came through.
    pub via: String,
    /// The verb: "drain", "enable", "maintenance", "weight", "add", "remove", "limit", "config".
    pub what: String,
    /// What it acted on: "backend/app-1"; several are joined by a comma.
    pub target: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// The target before, readable.
    pub before: String,
    /// The target after, readable.
    pub after: String,
    /// The revision it made; when nothing was applied, the current one.
    pub revision: u64,
    /// Whether the gateway already was as asked.
    pub unchanged: bool,
    /// Things worth knowing that did not stop the change.
    pub warnings: Vec<String>,
    /// What becomes of the traffic of the backends concerned; not kept in the journal.
    #[serde(skip)]
    pub shares: Vec<Share>,
}

/// One backend's part of its pool's new requests before and after a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// The backend.
    pub backend: Name,
    /// Its pool.
    pub pool: Name,
    /// Before, 0..=1.
    pub before: f64,
    /// After, 0..=1.
    pub after: f64,
    /// Requests per second it serves now; absent when unknown.
    pub rps_now: Option<f64>,
    /// Requests per second it is expected to serve; absent when unknown.
    pub rps_after: Option<f64>,
}
