//! The single writer: applies changes one after the other, journals them, publishes the table. What
//! is observed meanwhile is published beside it, and waits for no disk.
//!
//! ```text
//!  submit ─▶ apply (pure) ─▶ guard ─▶ audit ─▶ commit (fsync) ─▶ compile ─▶ publish ─▶ answer, event
//!                                                  refresh ─▶ ┘
//! ```
//! Changes that wait together are committed together, so that many writers share one fsync.

mod judge;
mod keys;
mod publish;
mod room;
mod taking_back;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::{
    Audit, Events, Inquiry, Journal, Limiter, MessagePace, Observatory, Operations, Past, Table,
    Troubles,
};
use crate::clock::Clock;
use crate::model::{Change, Desired, Intent, Operation, Rejection};

use publish::{Publisher, Shared};
use room::Room;

/// How many requests may wait; further callers wait for their place.
const QUEUE: usize = 256;
/// How many changes are committed together at most.
const BATCH: usize = 64;

/// The way to the single writer; cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    requests: mpsc::Sender<Request>,
    refreshes: mpsc::Sender<oneshot::Sender<()>>,
    published: Arc<ArcSwap<Table>>,
    desired: Arc<ArcSwap<Desired>>,
    operations: Operations,
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
    /// For how long operations can be undone.
    pub undo_window: Duration,
    /// Where the workers count.
    pub limiter: Arc<Limiter>,
    /// The process's clock.
    pub clock: Clock,
    /// Where facts are told.
    pub events: Events,
    /// Where it is told that the journal cannot be written.
    pub troubles: Troubles,
    /// Where the present figures are.
    pub observatory: Observatory,
    /// What workers remember of late.
    pub inquiry: Inquiry,
}

enum Request {
    Change(Box<Submitted>),
    /// The journal could not be written: whether it can be now.
    TryAgain(oneshot::Sender<()>),
    /// Another process is to write the journal, or is not any more.
    Leave(bool, oneshot::Sender<()>),
}

struct Submitted {
    change: Change,
    intent: Intent,
    answer: oneshot::Sender<Result<Operation, Rejection>>,
}

impl Writer {
    /// Starts the writer on threads of its own, which end when the last handle is dropped.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start(started: Started) -> std::io::Result<Writer> {
        let desired = started.past.desired.clone().unwrap_or_default();
        let now_ms = started.clock.now_ms();
        let now = (now_ms, started.clock.wall_ms());
        let table = Arc::new(Table::compile(&desired, None, &started.limiter, now));
        let published = Arc::new(ArcSwap::from(Arc::clone(&table)));
        let shared = Arc::new(ArcSwap::from_pointee(desired.clone()));
        let publisher = Shared::new(Publisher {
            desired: shared.load_full(),
            table,
            limiter: started.limiter,
            clock: started.clock,
            events: started.events.clone(),
            published: Arc::clone(&published),
        });
        publisher.hold().set_gates();
        let (requests, queue) = mpsc::channel(QUEUE);
        let (refreshes, asked) = mpsc::channel(QUEUE);
        let operations =
            Operations::new(started.past.operations, started.undo_window, started.clock);
        let mut room = Room {
            desired,
            publisher: publisher.clone(),
            operations: operations.clone(),
            journal: started.journal,
            audit: started.audit,
            left: false,
            clock: started.clock,
            events: started.events,
            troubles: started.troubles,
            observatory: started.observatory,
            inquiry: started.inquiry,
            pace: MessagePace::default(),
            published: Arc::clone(&published),
            shared: Arc::clone(&shared),
        };
        std::thread::Builder::new().name("writer".into()).spawn(move || room.run(queue))?;
        std::thread::Builder::new().name("table".into()).spawn(move || publisher.run(asked))?;
        Ok(Writer { requests, refreshes, published, desired: shared, operations })
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

    /// Publishes the table anew from what is observed now; done when this returns, however long a
    /// change waits for the disk.
    pub async fn refresh(&self) {
        let (done, is_done) = oneshot::channel();
        // When the publisher is gone there is nobody to publish for.
        if self.refreshes.send(done).await.is_ok() {
            let _ = is_done.await;
        }
    }

    /// Tries whether the journal can be written that could not; done when this returns.
    pub async fn try_again(&self) {
        let (done, is_done) = oneshot::channel();
        if self.requests.send(Request::TryAgain(done)).await.is_ok() {
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

    /// Returns once one of the writer's threads is no more. While somebody has a handle, nothing but a
    /// panic ends them.
    pub async fn ended(&self) {
        tokio::select! {
            () = self.requests.closed() => {}
            () = self.refreshes.closed() => {}
        }
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

    /// The operations of late.
    #[must_use]
    pub fn operations(&self) -> &Operations {
        &self.operations
    }
}

#[cfg(test)]
mod tests;
