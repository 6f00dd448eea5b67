//! Publishing: the table for the workers, and gates. It never waits for a disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::BATCH;
use crate::clock::Clock;
use crate::model::{Desired, EventKind, Severity, Standing};
use crate::state::{Events, Limiter, PoolTable, Table};

/// What the table is compiled from, and where it is published.
pub(super) struct Publisher {
    pub(super) desired: Arc<Desired>,
    pub(super) table: Arc<Table>,
    pub(super) limiter: Arc<Limiter>,
    pub(super) clock: Clock,
    pub(super) events: Events,
    pub(super) published: Arc<ArcSwap<Table>>,
}

/// The publisher, which whoever makes changes shares with whoever asks for what is observed.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Publisher>>);

impl Shared {
    pub(super) fn new(publisher: Publisher) -> Shared {
        Shared(Arc::new(Mutex::new(publisher)))
    }

    /// Held for as long as a table is compiled.
    pub(super) fn hold(&self) -> MutexGuard<'_, Publisher> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes anew for those who ask, once for all that wait together.
    pub(super) fn run(&self, mut queue: mpsc::Receiver<oneshot::Sender<()>>) {
        let mut waiting = Vec::with_capacity(BATCH);
        while queue.blocking_recv_many(&mut waiting, BATCH) > 0 {
            self.hold().publish();
            for done in waiting.drain(..) {
                // Whoever asked may have gone.
                let _ = done.send(());
            }
        }
    }
}

impl Publisher {
    /// Publishes what is desired from now on.
    pub(super) fn turn_to(&mut self, desired: Arc<Desired>) {
        let before = std::mem::replace(&mut self.desired, desired);
        self.note_standings(&before);
        self.publish();
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

    pub(super) fn set_gates(&self) {
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
}
