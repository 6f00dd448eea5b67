//! Engaging a backend: one is picked and a connection to it had; another one when that fails.

use std::rc::Rc;

use tokio::time::timeout;

use crate::model::Refusal;
use crate::state::{Flight, PoolTable, Retry};

use super::super::account::Account;
use super::super::pick::{pick, pick_newest};
use super::super::worker::{Held, Worker};
use super::attempt::accuse;
use super::{Attempt, Carrier};

/// Attempts on different backends for one request.
const ATTEMPTS: u32 = 2;

/// Where a request may go, and where it has been.
pub(in crate::proxy) struct Search {
    pub(in crate::proxy) table: Rc<Held>,
    pub(in crate::proxy) pool: usize,
    pub(in crate::proxy) hash: u64,
    attempts: u32,
    except: Option<u64>,
    /// The last attempt broke off on a connection that had served before.
    on_kept: bool,
    /// The last attempt reached a backend, which may have worked on it.
    reached: bool,
    /// The second attempt's part of the pool's budget.
    retry: Option<Retry>,
    /// What the client is told when there is no other backend.
    failure: Refusal,
}

impl Search {
    pub(in crate::proxy) fn new(table: Rc<Held>, pool: usize, hash: u64) -> Search {
        Search {
            table,
            pool,
            hash,
            attempts: 0,
            except: None,
            on_kept: false,
            reached: false,
            retry: None,
            failure: Refusal::NoBackend,
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

    /// The last attempt came to nothing and another may be made: `failure` stands if none can be.
    /// `on_kept` is whether the backend did no more than to close what had served before.
    pub(in crate::proxy) fn broke_off(&mut self, on_kept: bool, failure: Refusal) {
        self.on_kept = on_kept;
        self.reached = true;
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
            if self.reached && !self.may_retry() {
                worker.cells().retries_denied.add(1);
                return Err(self.failure);
            }
            let flight = self.place(worker).await?;
            self.attempts += 1;
            self.except = Some(flight.backend().slot);
            account.attempted(&flight.backend().name);
            if self.attempts > 1 {
                worker.cells().retries.add(1);
            }
            let started_us = worker.clock.now_us();
            match C::reach(worker, flight.backend(), self.attempts > 1).await {
                Ok(carrier) => return Ok(carrier.begin(Attempt::new(flight, worker, started_us))),
                Err(error) => {
                    tracing::debug!(backend = %flight.backend().name, %error, "no connection");
                    if error.is_backends_fault() {
                        charge(worker, &flight, started_us);
                    }
                    self.failure = error.refusal();
                    self.on_kept = false;
                }
            }
        }
        Err(self.failure)
    }

    /// A place in flight on a backend; the first attempt waits for one where all are full.
    async fn place(&self, worker: &Worker) -> Result<Flight, Refusal> {
        let first = self.attempts == 0;
        let has_line = first && self.pool().has_line();
        let picked = if has_line { None } else { self.pick(worker) };
        match picked {
            Some(flight) => Ok(flight),
            None if has_line || first && self.pool().is_full() => Box::pin(self.wait(worker)).await,
            None => Err(self.failure),
        }
    }

    /// Takes part in the pool's budget for retries, which keeps a pool in trouble from being asked
    /// twice as much. Backends that could not be reached were not asked at all.
    fn may_retry(&mut self) -> bool {
        let pool = self.pool();
        self.retry = pool.live.retry(pool.in_flight());
        self.retry.is_some()
    }

    /// Waits in line for a place on a backend of a pool that is full.
    async fn wait(&self, worker: &Worker) -> Result<Flight, Refusal> {
        let pool = self.pool();
        let line = pool.live.line_up(pool.max_pending()).ok_or(Refusal::QueueFull)?;
        let place = line.until(|| pick_newest(worker, pool, self.hash));
        timeout(pool.capacity.patience, place).await.map_err(|_| Refusal::QueueTimeout)
    }

    fn pool(&self) -> &PoolTable {
        &self.table.pools[self.pool]
    }

    /// Another backend than the last; the same one when there is no other and all it did was to
    /// close a connection that had served before, which it may at any time (RFC 9112, section
    /// 9.3.1).
    fn pick(&self, worker: &Worker) -> Option<Flight> {
        let pick = |except| pick(worker, &self.table, self.pool, self.hash, except);
        pick(self.except).or_else(|| self.on_kept.then(|| pick(None)).flatten())
    }
}

/// Counts an attempt that came to nothing.
fn charge(worker: &Worker, flight: &Flight, started_us: u64) {
    accuse(worker, flight, None);
    let cells = flight.backend().cells.of(worker.index);
    cells.attempts.add(1);
    cells.failures.add(1);
    cells.unreached.add(1);
    cells.latency.record(worker.clock.now_us() - started_us);
}
