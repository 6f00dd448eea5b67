//! An operation: an accepted change, with its actor, reason and effect.

use serde::{Deserialize, Serialize};

use super::{Name, Touched};

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
    /// The verb: "drain", "enable", "maintenance", "weight", "add", "remove", "limit", "config",
    /// "undo", "revert", "rollback", "confirm".
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
    /// What it did, entity by entity: what an undo puts back. Empty in journals of old, and where
    /// nothing can be put back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<Touched>,
    /// The operation that it took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// When what it set is over, milliseconds since the Unix epoch; absent when it is there to stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_ms: Option<i64>,
    /// When it is taken back unless somebody confirms it; not kept in the journal.
    #[serde(skip)]
    pub confirm_by_ms: Option<i64>,
    /// The key that it was asked with, by which it is known when it is asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// What becomes of the traffic of the backends concerned; not kept in the journal.
    #[serde(skip)]
    pub shares: Vec<Share>,
    /// What becomes of the free capacity of the pools concerned; not kept in the journal.
    #[serde(skip)]
    pub headrooms: Vec<Headroom>,
    /// What stands in the way of taking an operation back; not kept in the journal.
    #[serde(skip)]
    pub conflicts: Vec<Conflict>,
    /// Whether it can be undone now; not kept in the journal.
    #[serde(skip)]
    pub undo: Undo,
}

impl Operation {
    /// What is done when a drain is over.
    pub const END_OF_DRAIN: &str = "drained";

    /// The id of the operation that made `revision`.
    #[must_use]
    pub fn id_of(revision: u64) -> String {
        format!("{revision:04x}")
    }

    /// Whether it did, or took back, what only the file can say.
    #[must_use]
    pub fn is_of_the_file(&self) -> bool {
        let is_new_or_gone = |it: &Touched| it.before.is_some() != it.after.is_some();
        let of_file = |it: &Touched| match it.target.split_once('/') {
            Some(("limit" | "scaler", _)) => is_new_or_gone(it),
            Some(_) => false,
            None => true,
        };
        self.what == "config" || self.touched.iter().any(of_file)
    }

    /// Whether nobody asked for it: what was promised came about, or the load wanted it.
    #[must_use]
    pub fn is_by_itself(&self) -> bool {
        matches!(self.via.as_str(), "auto" | "autoscaler")
    }

    /// Whether it only tells that a drain is over: news, which changes nothing that anybody decides on.
    #[must_use]
    pub fn is_end_of_drain(&self) -> bool {
        self.what == Self::END_OF_DRAIN
    }

    /// Whether it acts on nothing.
    #[must_use]
    pub fn targets_nothing(&self) -> bool {
        self.target.is_empty()
    }
}

/// A word that the caller chose for one change, and what it was chosen for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The word.
    pub word: String,
    /// A hash of the change.
    pub change: u64,
}

/// Whether an operation can be undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Undo {
    /// There is nothing that could be put back.
    #[default]
    None,
    /// Until then, milliseconds since the Unix epoch.
    Available(i64),
    /// Too long ago.
    Gone,
    /// It was, by this operation.
    Done(String),
}

impl Undo {
    /// Its word in every tool.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Undo::None => "none",
            Undo::Available(_) => "available",
            Undo::Gone => "gone",
            Undo::Done(_) => "done",
        }
    }
}

/// What stands in the way of taking an operation back: an entity that is not any more what it made of
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// The entity.
    pub target: String,
    /// What it is now, readable.
    pub now: String,
    /// Who changed it since; empty when that is not known.
    pub by: String,
    /// The operation that did; empty when that is not known.
    pub op: String,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Conflict { target, now, by, op } = self;
        match by.as_str() {
            "" => write!(f, "{target} was changed since: {now}"),
            by => write!(f, "{by} changed {target} since (op {op}): {now}"),
        }
    }
}

/// A pool's part of free capacity before and after a change, as its backends report it, 0..=1.
#[derive(Clone, Debug, PartialEq)]
pub struct Headroom {
    /// The pool.
    pub pool: Name,
    /// Backends that take requests now.
    pub ready_now: u32,
    /// Backends that take requests afterwards.
    pub ready_after: u32,
    /// Free now; absent when unknown.
    pub free_now: Option<f64>,
    /// Free afterwards, should the load stay; absent when unknown, below 0 when it is too much.
    pub free_after: Option<f64>,
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
    /// CPU use that it reports, 0..=1 of its cores; absent when unknown.
    pub cpu_now: Option<f64>,
    /// CPU use that is expected, above 1 when that is too much; absent when unknown.
    pub cpu_after: Option<f64>,
}
