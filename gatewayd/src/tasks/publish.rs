//! Publishes snapshots: one a second for everybody, and fresh ones for those who ask.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::{Clock, every};
use crate::model::{EventKind, ListenerView, Phase, Severity, Snapshot};
use crate::policy;
use crate::state::{
    AttemptCells, Cells, Certificates, Events, Feed, History, HostFigures, Limiter, Painter, Sight,
    Troubles, WorkerCells, Writer,
};

const TICK: Duration = Duration::from_secs(1);
/// The limiter lets go of keys that count nothing any more this often.
const SWEEP_TICKS: u64 = 30;

/// What is published from.
pub struct Publish {
    /// The process's clock.
    pub clock: Clock,
    /// Where table and desired gateway are.
    pub writer: Writer,
    /// What workers count.
    pub cells: Arc<Cells<WorkerCells>>,
    /// The limiter's store.
    pub limiter: Arc<Limiter>,
    /// The host's figures.
    pub host: watch::Receiver<HostFigures>,
    /// The listeners as bound.
    pub listeners: Vec<ListenerView>,
    /// The certificates that are served.
    pub certificates: Certificates,
    /// Access log lines dropped so far.
    pub access_log_dropped: Arc<AtomicU64>,
    /// Lines of the process's own log dropped so far.
    pub log_dropped: fn() -> u64,
    /// Where facts are told.
    pub events: Events,
    /// What the process does with clients.
    pub phase: watch::Receiver<Phase>,
    /// What was before.
    pub history: History,
    /// What cannot be kept on disk.
    pub troubles: Troubles,
}

/// Publishes until nobody can ask any more.
pub async fn publish(from: Publish, mut painter: Painter, mut feed: Feed) {
    let mut ticks = every(TICK);
    let mut count = 0_u64;
    let mut collapsed = Vec::new();
    let mut sweeping = None;
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                count += 1;
                from.learn();
                from.with_sight(|sight| painter.tick(sight));
                let snapshot = from.paint(&mut painter);
                from.tell_collapse(&snapshot, &mut collapsed);
                from.history.note(&snapshot);
                feed.latest.send_replace(Some(snapshot));
                if count.is_multiple_of(SWEEP_TICKS) {
                    from.sweep(&mut sweeping);
                }
            }
            asked = feed.asks.recv() => {
                let Some(answer) = asked else { return };
                let snapshot = from.paint(&mut painter);
                // Those who asked since are answered with the same picture.
                let _ = answer.send(Arc::clone(&snapshot));
                while let Ok(answer) = feed.asks.try_recv() {
                    let _ = answer.send(Arc::clone(&snapshot));
                }
            }
        }
    }
}

impl Publish {
    /// Learns how long requests are under way in each pool, by which failures count as load.
    fn learn(&self) {
        let now_us = self.clock.now_us();
        for pool in &self.writer.table().pools {
            let count = |it: &AttemptCells| it.attempts.read().wrapping_sub(it.failures.all());
            let well = pool.backends.iter().map(|live| live.cells.sum(count));
            pool.live.learn_stay(now_us, pool.in_flight(), well.fold(0, u64::wrapping_add));
            pool.backends.iter().for_each(|live| live.forget_old(now_us / 1000));
        }
    }

    /// Tells when most requests begin, or cease, to come from addresses that may be proxies.
    fn tell_collapse(&self, snapshot: &Snapshot, told: &mut Vec<IpAddr>) {
        let tell = |severity, what: &str| {
            self.events.record(EventKind::Limit, severity, "gateway", "gateway", what);
        };
        match &snapshot.collapse {
            Some(collapse) if collapse.proxies != *told => {
                tell(Severity::Warn, &policy::collapsed(collapse));
                told.clone_from(&collapse.proxies);
            }
            None if !told.is_empty() => {
                let what = "requests no longer come from one address that is not believed";
                tell(Severity::Info, what);
                told.clear();
            }
            Some(_) | None => {}
        }
    }

    /// Sweeps the limiter's store beside everything else, unless that is still being done: it takes
    /// as long as the store is large.
    fn sweep(&self, sweeping: &mut Option<JoinHandle<()>>) {
        if sweeping.as_ref().is_none_or(JoinHandle::is_finished) {
            let (limiter, now_us) = (Arc::clone(&self.limiter), self.clock.now_us());
            *sweeping = Some(tokio::task::spawn_blocking(move || limiter.sweep(now_us)));
        }
    }

    fn paint(&self, painter: &mut Painter) -> Arc<Snapshot> {
        Arc::new(self.with_sight(|sight| painter.paint(sight)))
    }

    fn with_sight<T>(&self, look: impl FnOnce(&Sight<'_>) -> T) -> T {
        let (table, desired) = (self.writer.table(), self.writer.desired());
        // Whoever sends these waits for as long as somebody borrows them.
        let (host, phase) = (*self.host.borrow(), *self.phase.borrow());
        look(&Sight {
            table: &table,
            desired: &desired,
            cells: &self.cells,
            host,
            listeners: &self.listeners,
            certificates: self.certificates.views(),
            access_log_dropped_total: self.access_log_dropped.load(Ordering::Relaxed),
            log_dropped_total: (self.log_dropped)(),
            phase,
            troubles: self.troubles.all(),
        })
    }
}
