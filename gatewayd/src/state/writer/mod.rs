//! The single writer: applies changes one after the other, journals them, publishes the table.
//!
//! ```text
//!  submit ─▶ apply (pure) ─▶ guard ─▶ audit ─▶ commit (fsync) ─▶ compile ─▶ publish ─▶ answer, event
//! ```
//! Changes that wait together are committed together, so that many writers share one fsync.

mod judge;

use std::collections::VecDeque;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::{
    Audit, Events, Inquiry, Journal, Limiter, MessagePace, Observatory, Past, PoolTable, Table,
};
use crate::clock::Clock;
use crate::model::{
    AuditEntry, Change, Desired, EventKind, Intent, LimitTarget, Operation, Rejection, Severity,
    Standing,
};

/// How many requests may wait; further callers wait for their place.
const QUEUE: usize = 256;
/// How many changes are committed together at most.
const BATCH: usize = 64;
/// How many operations are kept in memory.
const KEPT: usize = 1000;

/// The way to the single writer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    requests: mpsc::Sender<Request>,
    published: Arc<ArcSwap<Table>>,
    desired: Arc<ArcSwap<Desired>>,
}

/// What the writer is started with.
#[derive(Debug)]
pub struct Started {
    /// Where changes are written first.
    pub journal: Journal,
    /// Where it is written who did what.
    pub audit: Audit,
    /// What the journal held.
    pub past: Past,
    /// Where the workers count.
    pub limiter: Arc<Limiter>,
    /// The process's clock.
    pub clock: Clock,
    /// Where facts are told.
    pub events: Events,
    /// Where the present figures are.
    pub observatory: Observatory,
    /// What workers remember of late.
    pub inquiry: Inquiry,
}

enum Request {
    Change(Box<Submitted>),
    /// Something observed changed what the table says: health, or a slow start's progress.
    Refresh(oneshot::Sender<()>),
    /// Another process is to write the journal, or is not any more.
    Leave(bool, oneshot::Sender<()>),
}

struct Submitted {
    change: Change,
    intent: Intent,
    answer: oneshot::Sender<Result<Operation, Rejection>>,
}

impl Writer {
    /// Starts the writer on a thread of its own, which ends when the last handle is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(started: Started) -> std::io::Result<Writer> {
        let desired = started.past.desired.clone().unwrap_or_default();
        let now_ms = started.clock.now_ms();
        let now = (now_ms, started.clock.wall_ms());
        let table = Arc::new(Table::compile(&desired, None, &started.limiter, now));
        let published = Arc::new(ArcSwap::from(Arc::clone(&table)));
        let shared = Arc::new(ArcSwap::from_pointee(desired.clone()));
        let (requests, queue) = mpsc::channel(QUEUE);
        let mut room = Room {
            desired,
            table,
            operations: started.past.operations.into(),
            journal: started.journal,
            audit: started.audit,
            left: false,
            limiter: started.limiter,
            clock: started.clock,
            events: started.events,
            observatory: started.observatory,
            inquiry: started.inquiry,
            pace: MessagePace::default(),
            published: Arc::clone(&published),
            shared: Arc::clone(&shared),
        };
        room.set_gates();
        std::thread::Builder::new().name("writer".into()).spawn(move || room.run(queue))?;
        Ok(Writer { requests, published, desired: shared })
    }

    /// Asks for a change. When this returns an operation, it is on disk and holds for every
    /// request that begins from now on.
    ///
    /// # Errors
    /// When it is rejected; then nothing happened.
    pub async fn submit(&self, change: Change, intent: Intent) -> Result<Operation, Rejection> {
        let (answer, answered) = oneshot::channel();
        let submitted = Box::new(Submitted { change, intent, answer });
        let gone = || Rejection::NotJournaled("the gateway is stopping".to_owned());
        self.requests.send(Request::Change(submitted)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Publishes the table anew from what is observed now; done when this returns.
    pub async fn refresh(&self) {
        let (done, is_done) = oneshot::channel();
        // When the writer is gone there is nobody to publish for.
        if self.requests.send(Request::Refresh(done)).await.is_ok() {
            let _ = is_done.await;
        }
    }

    /// Leaves the journal to another process: it is closed when this returns, and changes are
    /// refused until it is taken back.
    pub async fn leave_journal(&self) {
        self.leave(true).await;
    }

    /// Takes the journal back that was left to another process.
    pub async fn take_journal_back(&self) {
        self.leave(false).await;
    }

    async fn leave(&self, left: bool) {
        let (done, is_done) = oneshot::channel();
        // A writer that is gone has no journal.
        if self.requests.send(Request::Leave(left, done)).await.is_ok() {
            let _ = is_done.await;
        }
    }

    /// Where the table is published; workers keep an [`arc_swap::Cache`] of it.
    #[must_use]
    pub fn published(&self) -> &Arc<ArcSwap<Table>> {
        &self.published
    }

    /// The table now.
    #[must_use]
    pub fn table(&self) -> Arc<Table> {
        self.published.load_full()
    }

    /// What is desired now.
    #[must_use]
    pub fn desired(&self) -> Arc<Desired> {
        self.desired.load_full()
    }
}

/// Where the writer works, alone.
struct Room {
    desired: Desired,
    table: Arc<Table>,
    /// Newest last.
    operations: VecDeque<Operation>,
    journal: Journal,
    audit: Audit,
    /// The journal is another process's.
    left: bool,
    limiter: Arc<Limiter>,
    clock: Clock,
    events: Events,
    observatory: Observatory,
    inquiry: Inquiry,
    /// Of the message that the journal cannot be written.
    pace: MessagePace,
    published: Arc<ArcSwap<Table>>,
    shared: Arc<ArcSwap<Desired>>,
}

/// A change that was applied and waits for its commit.
struct Pending {
    operation: Operation,
    /// What the audit log tells of it.
    entry: AuditEntry,
    /// What is forgotten once it holds.
    forgets: Option<LimitTarget>,
    answer: oneshot::Sender<Result<Operation, Rejection>>,
}

impl Room {
    fn run(&mut self, mut queue: mpsc::Receiver<Request>) {
        let mut requests = Vec::with_capacity(BATCH);
        while queue.blocking_recv_many(&mut requests, BATCH) > 0 {
            self.serve(requests.drain(..));
        }
    }

    fn serve(&mut self, requests: impl Iterator<Item = Request>) {
        let (mut next, mut pending, mut refreshed) = (self.desired.clone(), Vec::new(), Vec::new());
        let mut leaving = None;
        for request in requests {
            match request {
                Request::Refresh(done) => refreshed.push(done),
                Request::Leave(left, done) => leaving = Some((left, done)),
                Request::Change(submitted) => self.consider(*submitted, &mut next, &mut pending),
            }
        }
        if !pending.is_empty() {
            self.commit(next, pending);
        }
        if !refreshed.is_empty() {
            self.publish();
        }
        if let Some((left, done)) = leaving {
            self.left = left;
            if left {
                self.journal.release();
            }
            refreshed.push(done);
        }
        for done in refreshed {
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
        // Whoever asked may have gone; the change holds all the same.
        match self.judge(next, &change, &intent) {
            Err(rejection) => drop(answer.send(Err(rejection))),
            Ok(applied) if intent.validate_only || applied.operation.unchanged => {
                let revision = next.revision;
                drop(answer.send(Ok(Operation { revision, ..applied.operation })));
            }
            Ok(mut applied) => {
                applied.operation.id = format!("{:04x}", applied.desired.revision);
                *next = applied.desired;
                let forgets = match change {
                    Change::ResetLimit(target) => Some(target),
                    _ => None,
                };
                let Intent { call, force, .. } = intent;
                let entry = AuditEntry::accepted(&applied.operation, call, force);
                pending.push(Pending { operation: applied.operation, entry, forgets, answer });
            }
        }
    }

    fn commit(&mut self, next: Desired, pending: Vec<Pending>) {
        let entries: Vec<AuditEntry> = pending.iter().map(|it| it.entry.clone()).collect();
        if let Err(error) = self.audit.append_all(entries.clone()) {
            for pending in pending {
                drop(pending.answer.send(Err(Rejection::NotAudited(error.to_string()))));
            }
            return;
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
            for pending in pending {
                drop(pending.answer.send(Err(Rejection::NotJournaled(error.to_string()))));
            }
            return;
        }
        let before = std::mem::replace(&mut self.desired, next);
        self.note_standings(&before);
        self.publish();
        self.shared.store(Arc::new(self.desired.clone()));
        for Pending { operation, forgets, answer, .. } in pending {
            if let Some(target) = forgets {
                self.inquiry.forget(&self.table, &target);
            }
            self.tell(&operation);
            if self.operations.len() == KEPT {
                self.operations.pop_front();
            }
            self.operations.push_back(operation.clone());
            drop(answer.send(Ok(operation)));
        }
    }

    /// Compiles and publishes. Gates are shut before and opened after, so that a request either
    /// sees the new table or a shut gate.
    fn publish(&mut self) {
        let now = (self.clock.now_ms(), self.clock.wall_ms());
        let table = Table::compile(&self.desired, Some(&self.table), &self.limiter, now);
        let before = std::mem::replace(&mut self.table, Arc::new(table));
        for gone in before.backends() {
            let stays = self
                .desired
                .gateway
                .backend(gone.name.as_str())
                .is_some_and(|(_, it)| it.takes_requests() && it.address == gone.address);
            if !stays {
                gone.set_open(false);
            }
        }
        self.published.store(Arc::clone(&self.table));
        self.set_gates();
        for pool in &self.table.pools {
            pool.live.changed();
            self.tell_panic(pool, before.pool(pool.name.as_str()).is_some_and(|it| it.panic));
        }
    }

    /// Tells that a pool has so few healthy backends that all are used, and when it has more again.
    fn tell_panic(&self, pool: &PoolTable, before: bool) {
        let ranks = pool.ranks();
        let counts = format!("{} of {} backends are healthy", ranks.healthy, ranks.eligible);
        let (severity, what) = match (before, pool.panic) {
            (false, true) => {
                (Severity::Error, format!("panic: {counts}, too few, so all are used"))
            }
            (true, false) => (Severity::Info, format!("panic is over: {counts}")),
            _ => return,
        };
        if pool.panic {
            pool.live.panicked();
        }
        let target = format!("pool/{}", pool.name);
        self.events.record(EventKind::Health, severity, "gateway", &target, &what);
    }

    fn set_gates(&self) {
        for (_, backend) in self.desired.gateway.backends() {
            if let Some(live) = self.table.backend(backend.name.as_str()) {
                live.set_open(backend.takes_requests());
            }
        }
    }

    /// Remembers what was under way where a standing changed, and starts slow starts.
    fn note_standings(&self, before: &Desired) {
        for (_, backend) in self.desired.gateway.backends() {
            let name = backend.name.as_str();
            let was = before.gateway.backend(name).map(|(_, it)| it.standing);
            let Some(live) = self.table.backend(name) else { continue };
            if was != Some(backend.standing) {
                live.mark_standing();
                if was == Some(Standing::Maintenance) {
                    live.check_anew(self.clock.now_ms());
                }
                if backend.standing == Standing::Active {
                    live.join(self.clock.now_ms());
                }
            }
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
}
