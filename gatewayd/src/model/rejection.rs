//! A rejection: why a change was not accepted, and what to do next. It is a value, not a failure.

use super::{Conflict, Name, Role};

/// Why a change was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A name that nothing has.
    #[error("no {noun} is called {name}{}", did_you_mean(nearest.as_ref()))]
    Unknown {
        /// "backend", "pool" or "limit".
        noun: &'static str,
        /// The name.
        name: Name,
        /// The most similar name there is.
        nearest: Option<Name>,
    },
    /// A name that is taken.
    #[error("a backend called {name} is already in pool {pool}")]
    Taken {
        /// The name.
        name: Name,
        /// Where it is.
        pool: Name,
    },
    /// A value that makes no sense.
    #[error("{field}: {what}")]
    Invalid {
        /// The field of the change.
        field: &'static str,
        /// What is wrong and what was expected.
        what: String,
    },
    /// The gateway moved on since the caller looked.
    #[error("the gateway is at revision {actual}, not {expected}{}", since(changes))]
    Stale {
        /// The revision the caller saw.
        expected: u64,
        /// The revision there is.
        actual: u64,
        /// What changed in between, newest first, readable.
        changes: Vec<String>,
    },
    /// A revision that is not kept.
    #[error("there is no way back to revision {asked}: {}", kept(*asked, *oldest, *newest))]
    Revision {
        /// The revision.
        asked: u64,
        /// The oldest that is kept.
        oldest: u64,
        /// The newest: what the gateway is now.
        newest: u64,
    },
    /// Somebody changed since what is to be taken back.
    #[error("operation {id} is not the last word: {}", all(conflicts))]
    Conflict {
        /// The operation.
        id: String,
        /// Who changed what.
        conflicts: Vec<Conflict>,
    },
    /// One of several changes is not accepted, and so none of them.
    #[error("change {number}: {rejection}")]
    OneOfAll {
        /// Which one, from 1.
        number: usize,
        /// Why.
        rejection: Box<Rejection>,
    },
    /// It takes a role that the caller does not have.
    #[error("{what} takes the role {}", needed.word())]
    Role {
        /// What does: "undoing operation 0003, which applied a file,".
        what: String,
        /// The role.
        needed: Role,
    },
    /// A guard refuses; `force` with a reason overrides it.
    #[error("{what}")]
    Guard {
        /// What would happen.
        what: String,
    },
    /// Forced without a reason.
    #[error("forcing a change needs a reason")]
    ForceWithoutReason,
    /// Another process takes the place of this one.
    #[error("another process is taking over from this one, so nothing happened")]
    HandingOver,
    /// The change could not be written to the journal; nothing happened.
    #[error("the change could not be journaled, so nothing happened: {0}")]
    NotJournaled(String),
    /// The change could not be written to the audit log; nothing happened.
    #[error("the change could not be audited, so nothing happened: {0}")]
    NotAudited(String),
}

impl Rejection {
    /// The next step, when there is one.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Rejection::OneOfAll { rejection, .. } => rejection.hint(),
            Rejection::Unknown { noun: "backend", .. } => {
                Some("`gatewayctl backend list` shows those there are")
            }
            Rejection::Unknown { noun: "pool", .. } => {
                Some("`gatewayctl pool list` shows those there are")
            }
            Rejection::Unknown { noun: "limit", .. } => {
                Some("`gatewayctl limit list` shows those there are")
            }
            Rejection::Unknown { noun: "operation", .. } => {
                Some("`gatewayctl op list` shows those there are")
            }
            Rejection::Revision { .. } => Some("`gatewayctl config history` shows those there are"),
            Rejection::Taken { .. } => Some("choose another name, or remove that one first"),
            Rejection::Stale { .. } => {
                Some("look at what changed, then ask again with the new revision")
            }
            Rejection::Conflict { .. } => {
                Some("--force with a reason (-m) puts back what the operation changed all the same")
            }
            Rejection::Guard { .. } => Some("--force with a reason (-m) does it all the same"),
            Rejection::Role { .. } => {
                Some("`gatewayctl whoami` tells why; an admin gives roles in [admin.roles]")
            }
            Rejection::ForceWithoutReason => Some("say why with -m"),
            Rejection::HandingOver => Some("ask again in a moment"),
            Rejection::NotJournaled(_) | Rejection::NotAudited(_) => {
                Some("look after the state directory's disk; traffic goes on")
            }
            Rejection::Unknown { .. } | Rejection::Invalid { .. } => None,
        }
    }
}

fn did_you_mean(nearest: Option<&Name>) -> String {
    nearest.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}

fn kept(asked: u64, oldest: u64, newest: u64) -> String {
    match asked > newest {
        true => format!("the gateway has come to {newest} only"),
        false => format!("the oldest that is kept is {oldest}"),
    }
}

/// The first few; a message travels in header fields.
fn all(conflicts: &[Conflict]) -> String {
    let told: Vec<String> = conflicts.iter().take(3).map(ToString::to_string).collect();
    let more = match conflicts.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    told.join(", ") + &more
}

fn since(changes: &[String]) -> String {
    if changes.is_empty() { String::new() } else { format!("; since then: {}", changes.join(", ")) }
}
