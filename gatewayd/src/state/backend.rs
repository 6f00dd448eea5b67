//! A live backend: what the process knows of a backend beside what is desired of it.

use std::cell::Cell;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::model::{Backend, Health, Name, Pool};
use crate::policy::{Aged, Checkup, ErrorLoad, FailedRow, Findings, Latency, LoadReport, Reported};

use super::{AttemptCells, Cells, LivePool, OpenConnections, ReportedRatio, UnderWayCell};

/// One backend as long as its name, pool, address and protocol stay the same, across all revisions.
#[derive(Debug)]
pub struct LiveBackend {
    /// Tells it apart from every other one of this process, earlier ones of its name too.
    pub slot: u64,
    /// Its name.
    pub name: Name,
    /// Its pool.
    pub pool: Name,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it is spoken to in HTTP/2.
    pub h2: bool,
    /// What each worker counts of it.
    pub cells: Cells<AttemptCells>,
    /// What each worker has under way on it while it is out of service.
    pub under_way: Cells<UnderWayCell>,
    load: Load,
    /// What the process knows of its pool.
    live_pool: Arc<LivePool>,
    /// Requests under way when its present standing began.
    at_standing: AtomicU32,
    /// When it last began to take requests, milliseconds since the start of the process.
    joined_ms: AtomicU64,
    /// What probes and answers say. The data plane never takes this lock.
    findings: Mutex<Findings>,
    /// Told when what probes said was forgotten.
    forgotten: Notify,
    /// Connections to it.
    pub connections: OpenConnections,
    /// CPU use it reported last, of its cores.
    pub cpu: ReportedRatio,
    /// Memory use it reported last, of what it has.
    pub memory: ReportedRatio,
}

/// What every worker writes; on cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Load {
    in_flight: AtomicU32,
    /// Failed attempts that count as under way: [`ErrorLoad`] as bits, 0 for none.
    errors: AtomicU64,
    /// How long it takes to answer: [`Latency`] as bits, 0 for unknown.
    latency: AtomicU64,
    /// Whether somebody asks for that.
    timed: AtomicBool,
    /// The weight that it reported last, and when: a number and milliseconds; 0 is none.
    report: AtomicU64,
    /// When the first of its reports came that count.
    reports_since_ms: AtomicU32,
    open: AtomicBool,
    /// Attempts that failed since one last went well.
    failed_row: AtomicU32,
    /// The status of the last of them; 0 is none.
    failed_status: AtomicU16,
    /// Each so many of them are an accusation; 0 is never.
    accused_at: AtomicU32,
    accused: AtomicBool,
}

impl LiveBackend {
    pub(super) fn new(
        slot: u64,
        (pool, live_pool): (&Pool, &Arc<LivePool>),
        backend: &Backend,
        workers: usize,
        now_ms: u64,
    ) -> LiveBackend {
        LiveBackend {
            slot,
            name: backend.name.clone(),
            pool: pool.name.clone(),
            address: backend.address,
            h2: pool.h2,
            cells: Cells::new(workers),
            under_way: Cells::new(workers),
            load: Load::default(),
            live_pool: Arc::clone(live_pool),
            at_standing: AtomicU32::new(0),
            joined_ms: AtomicU64::new(now_ms),
            findings: Mutex::new(Findings::of(Checkup::new(now_ms))),
            forgotten: Notify::new(),
            connections: OpenConnections::default(),
            cpu: ReportedRatio::default(),
            memory: ReportedRatio::default(),
        }
    }

    /// Requests under way on it, of all workers.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.load.in_flight.load(Ordering::Relaxed)
    }

    /// Requests under way on it at `now_ms` and those that count as such because they failed.
    #[must_use]
    pub fn load(&self, now_ms: u64) -> u32 {
        let in_flight = self.in_flight();
        match self.load.errors.load(Ordering::Relaxed) {
            0 => in_flight,
            bits => {
                let errors = ErrorLoad::from_bits(bits).requests(now_ms, self.live_pool.stay());
                in_flight.saturating_add(errors)
            }
        }
    }

    /// How long it takes to answer, as it is seen at `now_ms`.
    #[must_use]
    pub fn latency(&self, now_ms: u64) -> Aged {
        Latency::from_bits(self.load.latency.load(Ordering::Relaxed)).aged(now_ms)
    }

    /// Begins or ceases to remember how long it takes to answer.
    pub(super) fn set_timed(&self, timed: bool) {
        self.load.timed.store(timed, Ordering::Relaxed);
        if !timed {
            self.load.latency.store(0, Ordering::Relaxed);
        }
    }

    /// Takes in that an attempt ended at `now_us` after so long, well or not.
    pub fn took(&self, us: u64, went_well: bool, now_us: u64) {
        if !self.load.timed.load(Ordering::Relaxed) {
            return;
        }
        let before = Latency::from_bits(self.load.latency.load(Ordering::Relaxed));
        let now_ms = now_us / 1000;
        let next = if went_well { before.answered(us, now_ms) } else { before.failed(us, now_ms) };
        // Of two at once one may be lost: the next one tells.
        if next != before {
            self.load.latency.store(next.to_bits(), Ordering::Relaxed);
        }
    }

    /// Forgets what was seen so long ago that it counts no more.
    pub fn forget_old(&self, now_ms: u64) {
        if self.latency(now_ms).is_worthless() {
            self.load.latency.store(0, Ordering::Relaxed);
        }
        if self.last_report().has_expired(now_ms) {
            self.load.report.store(0, Ordering::Relaxed);
        }
        self.forget_errors(now_ms);
    }

    fn forget_errors(&self, now_ms: u64) {
        let bits = self.load.errors.load(Ordering::Relaxed);
        if ErrorLoad::from_bits(bits).requests(now_ms, self.live_pool.stay()) == 0 {
            // One that fails in between is counted all the same.
            let errors = &self.load.errors;
            let _ = errors.compare_exchange(bits, 0, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Begins a request on it, unless it was closed to new ones since the table was read or `most`
    /// are under way already.
    ///
    /// The count is raised before the gate is read, and the writer shuts the gate before it reads
    /// the count: whoever saw the gate open is counted when a drain looks.
    #[must_use]
    pub fn enter(self: &Arc<LiveBackend>, most: u32) -> Option<Flight> {
        self.enter_bound(most).filter(|_| self.load.open.load(Ordering::SeqCst))
    }

    /// Begins a request of a client that is bound to it, whatever the gate, unless `most` are under
    /// way already.
    #[must_use]
    pub fn enter_bound(self: &Arc<LiveBackend>, most: u32) -> Option<Flight> {
        let before = self.load.in_flight.fetch_add(1, Ordering::SeqCst);
        let flight = Flight { backend: Arc::clone(self), went_well: Cell::new(false) };
        (before < most).then_some(flight)
    }

    /// Opens or shuts the gate to new requests.
    pub(super) fn set_open(&self, open: bool) {
        self.load.open.store(open, Ordering::SeqCst);
    }

    /// Remembers how much is under way as its standing changes.
    pub(super) fn mark_standing(&self) {
        self.at_standing.store(self.in_flight(), Ordering::Relaxed);
        self.under_way.iter().for_each(|cell| cell.tell(Default::default()));
    }

    /// Requests under way when its present standing began.
    #[must_use]
    pub fn in_flight_at_standing(&self) -> u32 {
        self.at_standing.load(Ordering::Relaxed)
    }

    /// Starts its slow start anew at `now_ms`.
    pub fn join(&self, now_ms: u64) {
        self.joined_ms.store(now_ms, Ordering::Relaxed);
        // It may be another process by now.
        self.load.report.store(0, Ordering::Relaxed);
    }

    /// When it last began to take requests, milliseconds since the start of the process.
    #[must_use]
    pub fn joined_ms(&self) -> u64 {
        self.joined_ms.load(Ordering::Relaxed)
    }

    /// What probes and answers say of it, to be read or told. Nothing else of the backend's health
    /// can be asked by who holds this.
    pub fn findings(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What probes say of it, and if that is nothing bad, its answers.
    #[must_use]
    pub fn health(&self) -> Health {
        self.findings().health()
    }

    /// Whether it could serve if probes and traffic had nothing against it today: it did once.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.findings().checkup.is_proven()
    }

    /// Forgets what probes and traffic said: it is checked as a new one is.
    pub(super) fn check_anew(&self, now_ms: u64) {
        *self.findings() = Findings::of(Checkup::new(now_ms));
        self.load.errors.store(0, Ordering::Relaxed);
        self.load.latency.store(0, Ordering::Relaxed);
        self.acquit();
        self.forgotten.notify_one();
    }

    /// Goes on from what an earlier process knew: it is healthy, and has taken requests since
    /// `joined_ms`.
    pub fn vouch(&self, joined_ms: u64, now_ms: u64) {
        self.findings().checkup = Checkup::passed(now_ms);
        self.join(joined_ms);
    }

    /// Waits until what probes said was forgotten, so that it is to be asked again. Cancel-safe.
    pub async fn forgotten(&self) {
        self.forgotten.notified().await;
    }

    /// How many failed attempts in a row are an accusation; 0 is never.
    pub(super) fn set_accused_at(&self, failures: u32) {
        self.load.accused_at.store(failures, Ordering::Relaxed);
    }

    /// Counts an attempt that failed, with the status of its answer if there was one. Tells whether
    /// somebody should look, which is after so many in a row and each so many more.
    fn failed(&self, status: Option<u16>, now_ms: u64) -> bool {
        let stay = self.live_pool.stay();
        let one_more = |bits| Some(ErrorLoad::from_bits(bits).failed(now_ms, stay).to_bits());
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.load.errors.fetch_update(set, fetch, one_more);
        self.load.failed_status.store(status.unwrap_or(0), Ordering::Relaxed);
        let row = self.load.failed_row.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let at = self.load.accused_at.load(Ordering::Relaxed);
        let accused = at > 0 && row.is_multiple_of(at);
        if accused {
            self.load.accused.store(true, Ordering::Release);
        }
        accused
    }

    /// Takes the accusation against it, if there is one. A success meanwhile does not undo it.
    #[must_use]
    pub fn take_accusation(&self) -> Option<FailedRow> {
        if !self.load.accused.swap(false, Ordering::Acquire) {
            return None;
        }
        let least = self.load.accused_at.load(Ordering::Relaxed);
        let status = self.load.failed_status.load(Ordering::Relaxed);
        Some(FailedRow {
            failures: self.load.failed_row.load(Ordering::Relaxed).max(least),
            status: (status > 0).then_some(status),
        })
    }

    /// Forgets what failed.
    pub fn acquit(&self) {
        self.load.failed_row.store(0, Ordering::Relaxed);
        self.load.accused.store(false, Ordering::Relaxed);
    }

    /// Takes in what it says of itself at `now_ms`.
    pub fn reported(&self, report: &LoadReport, now_ms: u64) {
        if let Some(cpu) = report.cpu {
            self.cpu.tell(cpu);
        }
        if let Some(memory) = report.memory {
            self.memory.tell(memory);
        }
        if let Some(weight) = report.weight() {
            // Of two at once one is lost, which is as fresh.
            let next = self.last_report().with(weight, now_ms);
            let (latest, since_ms) = next.to_words();
            self.load.report.store(latest, Ordering::Relaxed);
            if self.load.reports_since_ms.load(Ordering::Relaxed) != since_ms {
                self.load.reports_since_ms.store(since_ms, Ordering::Relaxed);
            }
        }
    }

    /// What it should weigh by its own reports, as it counts at `now_ms`.
    #[must_use]
    pub fn reported_weight(&self, now_ms: u64) -> Option<f64> {
        self.last_report().weight(now_ms)
    }

    fn last_report(&self) -> Reported {
        let latest = self.load.report.load(Ordering::Relaxed);
        Reported::from_words(latest, self.load.reports_since_ms.load(Ordering::Relaxed))
    }
}

/// A request under way on a backend; its end is counted when this is dropped.
#[derive(Debug)]
pub struct Flight {
    backend: Arc<LiveBackend>,
    went_well: Cell<bool>,
}

impl Flight {
    /// The backend it is on.
    #[must_use]
    pub fn backend(&self) -> &Arc<LiveBackend> {
        &self.backend
    }

    /// The answer began well. It counts as a success once it is over, unless it fails until then.
    pub fn went_well(&self) {
        self.went_well.set(true);
    }

    /// It failed at `now_ms`, with the status of the answer if there was a whole one. Tells whether
    /// it is time to look at the backend.
    #[must_use]
    pub fn failed(&self, status: Option<u16>, now_ms: u64) -> bool {
        self.went_well.set(false);
        self.backend.failed(status, now_ms)
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let load = &self.backend.load;
        // Read first: a line that no core writes stays with all of them.
        if self.went_well.get() && load.failed_row.load(Ordering::Relaxed) > 0 {
            load.failed_row.store(0, Ordering::Relaxed);
        }
        load.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.backend.live_pool.freed();
    }
}
