//! Engaging a backend: one is picked and a connection to it had; another one when that fails.

use std::rc::Rc;

use tokio::time::timeout;

use crate::model::{AttemptFailure, Refusal};
use crate::state::{Flight, PoolTable, Retry};

use super::super::account::Account;
use super::super::pick::{pick, pick_newest};
use super::super::sessions::Session;
use super::super::under_way::{Going, PathStart};
use super::super::worker::{Held, Worker};
use super::attempt::accuse;
use super::{Attempt, Carrier, Lease};

/// Attempts on different backends for one request.
const ATTEMPTS: u32 = 2;

/// What an attempt that brought no answer came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum CameTo {
    /// No connection, or no attempt yet.
    Nowhere,
    /// The backend did nothing with the request.
    Nothing,
    /// It closed a connection that had served before, which it may at any time (RFC 9112, section
    /// 9.3.1); it may have worked on the request.
    KeptClosed,
    /// It may have worked on the request.
    Something,
}

impl CameTo {
    /// What one on a connection of HTTP/1.1 came to.
    pub(in crate::proxy) fn on(lease: &Lease, unsent: bool) -> CameTo {
        match () {
            () if unsent => CameTo::Nothing,
            () if lease.is_kept() => CameTo::KeptClosed,
            () => CameTo::Something,
        }
    }
}

/// Where a request may go, and where it has been.
pub(in crate::proxy) struct Search {
    pub(in crate::proxy) table: Rc<Held>,
    pub(in crate::proxy) pool: usize,
    pub(in crate::proxy) hash: u64,
    attempts: u32,
    except: Option<u64>,
    /// What the last attempt came to.
    came_to: CameTo,
    /// The second attempt's part of the pool's budget.
    retry: Option<Retry>,
    /// What the client is told when there is no other backend.
    failure: Refusal,
    path: PathStart,
    session: Option<Session>,
}

impl Search {
    pub(in crate::proxy) fn new(
        table: Rc<Held>,
        pool: usize,
        hash: u64,
        path: PathStart,
        session: Option<Session>,
    ) -> Search {
        Search {
            table,
            pool,
            hash,
            attempts: 0,
            except: None,
            came_to: CameTo::Nowhere,
            retry: None,
            failure: Refusal::NoBackend,
            path,
            session,
        }
    }

    /// Whether another backend may be tried.
    pub(in crate::proxy) fn has_another(&self) -> bool {
        self.attempts < ATTEMPTS
    }

    /// Whether the pool's backends are spoken to in HTTP/2.
    pub(in crate::proxy) fn speaks_http2(&self) -> bool {
        self.pool().h2
    }

    /// The last attempt brought no answer and another may be made: `failure` stands if none can be.
    pub(in crate::proxy) fn broke_off(&mut self, came_to: CameTo, failure: Refusal) {
        self.came_to = came_to;
        self.failure = failure;
    }

    /// A backend that was not tried yet and what takes the request to it. The second attempt is made
    /// on a new connection, because what closed the first may have closed all that were kept.
    ///
    /// # Errors
    /// When none takes requests, or those that do cannot be reached.
    pub(in crate::proxy) async fn engage<C: Carrier>(
        &mut self,
        worker: &Rc<Worker>,
        account: &mut Account,
    ) -> Result<C::Begun, Refusal> {
        while self.has_another() {
            if !self.may_try(worker) {
                return Err(self.failure);
            }
            let flight = self.place(worker).await?;
            self.attempts += 1;
            let before = self.except.replace(flight.backend().slot);
            let started_us = worker.clock.now_us();
            account.attempted(&flight.backend().name, self.failure, started_us);
            if let Some(session) = &self.session {
                account.binds(session.cookie(worker, self.pool(), &flight));
            }
            if self.attempts > 1 {
                worker.cells().retries.add(1);
                self.went_away(worker, before, &flight);
            }
            let (slot, since_ms) = (flight.backend().slot, account.started_us() / 1000);
            let going = Going::begin(worker, slot, since_ms, self.path);
            match C::reach(worker, flight.backend(), self.attempts > 1).await {
                Ok(carrier) => {
                    account.reached(carrier.is_kept());
                    return Ok(carrier.begin(Attempt::new(flight, worker, started_us, going)));
                }
                Err(error) => {
                    tracing::debug!(backend = %flight.backend().name, %error, "no connection");
                    if error.is_backends_fault() {
                        charge(worker, &flight, started_us, error.failure());
                    }
                    self.failure = error.refusal();
                    self.came_to = CameTo::Nowhere;
                }
            }
        }
        Err(self.failure)
    }

    /// Counts a request that goes away from the backend `before`, unless it is tried there again.
    fn went_away(&self, worker: &Worker, before: Option<u64>, flight: &Flight) {
        let slot = before.filter(|slot| *slot != flight.backend().slot);
        let left = self.pool().backends.iter().find(|live| Some(live.slot) == slot);
        if let Some(left) = left {
            left.cells.of(worker.index).retried_away.add(1);
        }
    }

    /// A place in flight on a backend; the first attempt waits for one where all are full.
    async fn place(&self, worker: &Worker) -> Result<Flight, Refusal> {
        let first = self.attempts == 0;
        let bound = self.session.filter(|_| first);
        if let Some(flight) = bound.and_then(|it| it.enter(worker, self.pool())) {
            return Ok(flight);
        }
        let has_line = first && self.pool().has_line();
        let picked = if has_line { None } else { self.pick(worker) };
        match picked {
            Some(flight) => Ok(flight),
            // Whether there is room by now is seen in line.
            None if first && self.pool().has_places() => Box::pin(self.wait(worker)).await,
            None => Err(self.failure),
        }
    }

    /// Whether an attempt may be made: one more on the same request takes part in the pool's budget
    /// for retries, which keeps a pool in trouble from being asked twice as much. What no backend
    /// worked on was not asked at all.
    fn may_try(&mut self, worker: &Worker) -> bool {
        if matches!(self.came_to, CameTo::Nowhere | CameTo::Nothing) {
            return true;
        }
        let pool = self.pool();
        self.retry = pool.live.retry(pool.in_flight());
        worker.cells().retries_denied.add(u64::from(self.retry.is_none()));
        self.retry.is_some()
    }

    /// Waits in line for a place on a backend of a pool that is full.
    async fn wait(&self, worker: &Worker) -> Result<Flight, Refusal> {
        let pool = self.pool();
        let line = pool.live.line_up(pool.max_pending()).ok_or(Refusal::QueueFull)?;
        let place = line.until(|| pick_newest(worker, pool, self.hash), || !pool.is_full());
        timeout(pool.capacity.patience, place).await.map_err(|_| Refusal::QueueTimeout)
    }

    fn pool(&self) -> &PoolTable {
        &self.table.pools[self.pool]
    }

    /// Another backend than the last; the same one when there is no other and it did nothing, or
    /// no more than to close a connection that had served before.
    fn pick(&self, worker: &Worker) -> Option<Flight> {
        let pick = |except| pick(worker, &self.table, self.pool, self.hash, except);
        let same = matches!(self.came_to, CameTo::Nothing | CameTo::KeptClosed);
        pick(self.except).or_else(|| same.then(|| pick(None)).flatten())
    }
}

/// Counts an attempt that came to nothing.
fn charge(worker: &Worker, flight: &Flight, started_us: u64, failure: AttemptFailure) {
    accuse(worker, flight, None);
    let cells = flight.backend().cells.of(worker.index);
    cells.attempts.add(1);
    cells.failures.of(failure).add(1);
    cells.latency.record(worker.clock.now_us() - started_us);
}
