//! An entry of the audit log: what somebody tried to change, and what came of it.

use super::{Intent, Operation, Role};

/// What somebody tried to change, and what came of it. The log says when it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEntry {
    /// Who: a user name, `dns:NAME` or `uri:URI` of a certificate, "file", or "gateway".
    pub actor: String,
    /// The call it came by; absent for what the gateway does by itself or by its file.
    pub call: Option<Call>,
    /// The tool it came through.
    pub via: String,
    /// The verb; empty when it is not known.
    pub what: String,
    /// What it was to act on; empty when it is not known.
    pub target: String,
    /// Why, in the actor's words.
    pub reason: String,
    /// The target before, readable.
    pub before: String,
    /// The target after, readable.
    pub after: String,
    /// The operation that came of it; empty when none did.
    pub op: String,
    /// The revision it made; absent when it made none.
    pub revision: Option<u64>,
    /// What came of it.
    pub verdict: Verdict,
    /// Why nothing came of it; what happened, for a note.
    pub error: String,
    /// Whether a guard was overridden, or was to be.
    pub forced: bool,
}

/// A call of the admin API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What the caller may do; absent for somebody who may do nothing.
    pub role: Option<Role>,
    /// The full name of the method: "/gatewayd.v1.Backends/Add".
    pub method: String,
    /// The listener it came by: "socket", "viewer socket" or "tcp".
    pub listener: &'static str,
}

/// What came of what somebody tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It was done.
    #[default]
    Accepted,
    /// The gateway said no.
    Rejected,
    /// The caller may not do it.
    Denied,
    /// It was accepted, and then could not be kept: nothing happened.
    Failed,
    /// Nobody tried anything: something happened to the audit log itself.
    Note,
}

impl AuditEntry {
    /// What came of a change that was accepted as `operation`.
    #[must_use]
    pub fn accepted(operation: &Operation, call: Option<Call>, forced: bool) -> AuditEntry {
        AuditEntry {
            actor: operation.actor.clone(),
            call,
            via: operation.via.clone(),
            what: operation.what.clone(),
            target: operation.target.clone(),
            reason: operation.reason.clone(),
            before: operation.before.clone(),
            after: operation.after.clone(),
            op: operation.id.clone(),
            revision: Some(operation.revision),
            verdict: Verdict::Accepted,
            error: String::new(),
            forced,
        }
    }

    /// The same, when it could not be kept because of `why`.
    #[must_use]
    pub fn failed(self, why: &str) -> AuditEntry {
        AuditEntry { verdict: Verdict::Failed, error: why.to_owned(), ..self }
    }

    /// What came of what was wanted of `target`, and was rejected because of `why`.
    #[must_use]
    pub fn rejected(intent: &Intent, target: String, why: String) -> AuditEntry {
        AuditEntry {
            actor: intent.actor.clone(),
            call: intent.call.clone(),
            via: intent.via.clone(),
            target,
            reason: intent.reason.clone(),
            verdict: Verdict::Rejected,
            error: why,
            forced: intent.force,
            ..AuditEntry::default()
        }
    }
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Verdict; 5] =
        [Verdict::Accepted, Verdict::Rejected, Verdict::Denied, Verdict::Failed, Verdict::Note];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Rejected => "rejected",
            Verdict::Denied => "denied",
            Verdict::Failed => "failed",
            Verdict::Note => "note",
        }
    }
}
