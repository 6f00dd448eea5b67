//! Where the writer works: requests in, one commit for those that wait together, answers out.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::publish::Shared;
use super::{BATCH, Request, Submitted, keys};
use crate::clock::Clock;
use crate::model::{
    AuditEntry, Change, Desired, EventKind, Intent, LimitTarget, Operation, Rejection, Severity,
    Store,
};
use crate::state::{
    Audit, Events, Inquiry, Journal, MessagePace, Observatory, Operations, Table, Troubles,
};

/// Where the writer works, alone.
pub(super) struct Room {
    pub(super) desired: Desired,
    pub(super) publisher: Shared,
    pub(super) operations: Operations,
    pub(super) journal: Journal,
    pub(super) audit: Audit,
    /// The journal is another process's.
    pub(super) left: bool,
    pub(super) clock: Clock,
    pub(super) events: Events,
    pub(super) troubles: Troubles,
    pub(super) observatory: Observatory,
    pub(super) inquiry: Inquiry,
    /// Of the message that the journal cannot be written.
    pub(super) pace: MessagePace,
    pub(super) published: Arc<ArcSwap<Table>>,
    pub(super) shared: Arc<ArcSwap<Desired>>,
}

/// A change that was applied and waits for its commit.
pub(super) struct Pending {
    pub(super) operation: Operation,
    /// What the audit log tells of it.
    entry: AuditEntry,
    /// What is forgotten once it holds.
    forgets: Option<LimitTarget>,
    /// Who waits for it: whoever asked, and whoever asked again with the same key.
    pub(super) answers: Vec<oneshot::Sender<Result<Operation, Rejection>>>,
}

impl Room {
    pub(super) fn run(&mut self, mut queue: mpsc::Receiver<Request>) {
        let mut requests = Vec::with_capacity(BATCH);
        while queue.blocking_recv_many(&mut requests, BATCH) > 0 {
            self.serve(requests.drain(..));
        }
    }

    fn serve(&mut self, requests: impl Iterator<Item = Request>) {
        let (mut next, mut pending, mut waiting) = (self.desired.clone(), Vec::new(), Vec::new());
        let (mut leaving, mut tries) = (None, false);
        for request in requests {
            match request {
                Request::TryAgain(done) => {
                    tries = true;
                    waiting.push(done);
                }
                Request::Leave(left, done) => leaving = Some((left, done)),
                Request::Change(submitted) => self.consider(*submitted, &mut next, &mut pending),
            }
        }
        if !pending.is_empty() {
            self.commit(next, pending);
        } else if tries {
            self.try_again();
        }
        if let Some((left, done)) = leaving {
            self.left = left;
            if left {
                self.journal.release();
            }
            waiting.push(done);
        }
        for done in waiting {
            // Whoever asked may have gone.
            let _ = done.send(());
        }
    }

    /// Answers what needs no commit; what does goes to `pending`, and `next` moves on.
    fn consider(&self, submitted: Submitted, next: &mut Desired, pending: &mut Vec<Pending>) {
        let Submitted { change, intent, answer } = submitted;
        if self.left {
            // Whoever asked may have gone.
            return drop(answer.send(Err(Rejection::HandingOver)));
        }
        let key = (!intent.validate_only).then(|| keys::key(&change, &intent)).flatten();
        let Some(answer) = self.unless_known(key.as_ref(), &intent, pending, answer) else {
            return;
        };
        // Whoever asked may have gone; the change holds all the same.
        match self.judge(next, &change, &intent) {
            Err(rejection) => drop(answer.send(Err(rejection))),
            Ok(applied) if intent.validate_only || applied.operation.unchanged => {
                let revision = next.revision;
                let operation = Operation { revision, key, ..applied.operation };
                if operation.key.is_some() {
                    self.operations.answered(&operation);
                }
                drop(answer.send(Ok(operation)));
            }
            Ok(mut applied) => {
                let operation = &mut applied.operation;
                operation.id = Operation::id_of(applied.desired.revision);
                operation.key = key;
                *next = applied.desired;
                let forgets = match change {
                    Change::ResetLimit(target) => Some(target),
                    _ => None,
                };
                let Intent { call, force, .. } = intent;
                let entry = AuditEntry::accepted(&applied.operation, call, force);
                let (operation, answers) = (applied.operation, vec![answer]);
                pending.push(Pending { operation, entry, forgets, answers });
            }
        }
    }

    fn commit(&mut self, next: Desired, pending: Vec<Pending>) {
        let entries: Vec<AuditEntry> = pending.iter().map(|it| it.entry.clone()).collect();
        if let Err(error) = self.audit.append_all(entries.clone()) {
            return refuse(pending, &Rejection::NotAudited(error.to_string()));
        }
        let operations: Vec<Operation> = pending.iter().map(|it| it.operation.clone()).collect();
        if let Err(error) = self.journal.commit(&next, &operations) {
            if let Some(more) = self.pace.due() {
                let what = format!("a change could not be journaled ({more} before it): {error}");
                let (kind, severity) = (EventKind::Gateway, Severity::Error);
                self.events.record(kind, severity, "gateway", "gateway", &what);
            }
            // They stand in the audit log as accepted. That this cannot be written either is told there.
            let failed = entries.into_iter().map(|it| it.failed(&error.to_string())).collect();
            let _ = self.audit.append_all(failed);
            self.troubles.failed(Store::Journal, &error.to_string());
            return refuse(pending, &Rejection::NotJournaled(error.to_string()));
        }
        self.written();
        self.desired = next;
        let desired = Arc::new(self.desired.clone());
        self.publisher.hold().turn_to(Arc::clone(&desired));
        self.shared.store(desired);
        for Pending { operation, forgets, answers, .. } in pending {
            if let Some(target) = forgets {
                self.inquiry.forget(&self.published.load(), &target);
            }
            self.tell(&operation);
            self.operations.push(&operation);
            let operation = self.told(operation);
            for answer in answers {
                drop(answer.send(Ok(operation.clone())));
            }
        }
    }
}

impl Room {
    /// Writes what is desired once more, where that could not be written.
    fn try_again(&mut self) {
        if self.left || self.troubles.with(Store::Journal).is_none() {
            return;
        }
        // That it still cannot is no news.
        if self.journal.commit(&self.desired, &[]).is_ok() {
            self.written();
        }
    }

    fn tell(&self, operation: &Operation) {
        let Operation { actor, what, target, before, after, reason, id, .. } = operation;
        let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        let sentence = format!("{what}: {before} -> {after}{why}");
        let kind = if what == "config" { EventKind::Config } else { EventKind::Change };
        self.events.record_op(kind, Severity::Info, actor, target, &sentence, id);
        for warning in &operation.warnings {
            self.events.record_op(kind, Severity::Warn, actor, target, warning, id);
        }
    }

    fn written(&self) {
        if self.troubles.written(Store::Journal).is_some() {
            let what = "the journal can be written again";
            self.events.record(EventKind::Gateway, Severity::Info, "gateway", "gateway", what);
        }
    }
}

/// Tells all who wait that nothing happened, and why.
fn refuse(pending: Vec<Pending>, why: &Rejection) {
    for answer in pending.into_iter().flat_map(|it| it.answers) {
        // Whoever asked may have gone.
        drop(answer.send(Err(why.clone())));
    }
}
