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
    /// The verb: "drain", "enable", "maintenance", "weight", "add", "remove", "limit", "config", "undo",
    /// "revert", "rollback", "confirm".
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
    /// What becomes of what is free in these pools.
    pub headrooms: Vec<Headroom>,
    /// Of an undo: what somebody changed since, and would be lost.
    pub conflicts: Vec<Conflict>,
    /// Whether it can be undone: "available", "gone", "done" or "none"; empty when not told.
    pub undo: String,
    /// Until when it can be undone, milliseconds since the Unix epoch.
    pub undo_until_ms: Option<i64>,
    /// The operation that undid it; empty when none did.
    pub undone_by: String,
    /// Why that was; empty when not told.
    pub undone_why: String,
    /// The operation that it took back; empty when it took none back.
    pub undoes: String,
    /// When it is over by itself, milliseconds since the Unix epoch.
    pub expires_ms: Option<i64>,
    /// When it is taken back unless it is confirmed, milliseconds since the Unix epoch.
    pub confirm_by_ms: Option<i64>,
}

/// Something that is not any more what an operation made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflict {
    /// What: `backend/app-1`.
    pub target: String,
    /// What it is now, readable.
    pub now: String,
    /// Who changed it since; empty when that is not known.
    pub by: String,
    /// The operation that did; empty when that is not known.
    pub op: String,
}

/// A pool before and after a change.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Headroom {
    /// The pool.
    pub pool: String,
    /// Backends that take requests before the change.
    pub ready_now: u32,
    /// Backends that take requests after it.
    pub ready_after: u32,
    /// Part of their CPU that is free now, 0..=1; absent when unknown.
    pub free_now: Option<f64>,
    /// Part that is free afterwards; below 0 when it is too much; absent when unknown.
    pub free_after: Option<f64>,
}

impl Headroom {
    /// What becomes of it in words: `pool app: 3 ready becomes 2, 40% of CPU free becomes 10%`;
    /// none when nothing is known to change.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let Self { pool, ready_now, ready_after, .. } = self;
        let free = match (self.free_now, self.free_after) {
            (Some(now), Some(after)) => {
                format!(", {:.0}% of CPU free becomes {:.0}%", now * 100.0, after * 100.0)
            }
            _ if ready_now == ready_after => return None,
            _ => String::new(),
        };
        let ready = match ready_now == ready_after {
            true => format!("{ready_now} ready"),
            false => format!("{ready_now} ready becomes {ready_after}"),
        };
        Some(format!("pool {pool}: {ready}{free}"))
    }
}

/// Which operations are asked for; what is empty or 0 is any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationsAsked {
    /// At or after this moment, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// By this actor.
    pub who: String,
    /// With one of these verbs.
    pub what: Vec<String>,
    /// That acted on this.
    pub target: String,
    /// At most so many; 0 is 100.
    pub limit: u32,
}

/// An operation at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OperationProgress {
    /// The operation.
    pub operation: Operation,
    /// "running", "unconfirmed", "done" or "undone"; the last two are its end.
    pub state: String,
    /// A sentence.
    pub what: String,
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { target, now, by, op } = self;
        match by.as_str() {
            "" => write!(f, "{target} was changed since: {now}"),
            by => write!(f, "{by} changed {target} since (op {op}): {now}"),
        }
    }
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
    /// CPU use that it reports, 0..=1; absent when unknown.
    pub cpu_now: Option<f64>,
    /// CPU use that is expected after the change, above 1 when that is too much; absent when unknown.
    pub cpu_after: Option<f64>,
}
