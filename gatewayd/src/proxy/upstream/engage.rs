//! Engaging a backend: one is picked and a connection to it had; another one when that fails.

use std::rc::Rc;

use crate::model::Refusal;
use crate::state::Flight;

use super::super::account::Account;
use super::super::pick::pick;
use super::super::worker::{Held, Worker};
use super::Lease;

/// Attempts on different backends for one request.
const ATTEMPTS: u32 = 2;

/// Where a request may go, and where it has been.
pub(in crate::proxy) struct Search {
    pub(in crate::proxy) table: Rc<Held>,
    pub(in crate::proxy) pool: usize,
    pub(in crate::proxy) hash: u64,
    attempts: u32,
    except: Option<u64>,
}

impl Search {
    pub(in crate::proxy) fn new(table: Rc<Held>, pool: usize, hash: u64) -> Search {
        Search { table, pool, hash, attempts: 0, except: None }
    }

    /// Whether another backend may be tried.
    pub(in crate::proxy) fn has_another(&self) -> bool {
        self.attempts < ATTEMPTS
    }

    /// A backend that was not tried yet and the connection to it.
    ///
    /// # Errors
    /// When none takes requests, or those that do cannot be reached.
    pub(in crate::proxy) async fn engage(
        &mut self,
        worker: &Rc<Worker>,
        account: &mut Account,
    ) -> Result<Lease, Refusal> {
        let mut failure = Refusal::NoBackend;
        while self.has_another() {
            let picked = pick(worker, &self.table, self.pool, self.hash, self.except);
            let Some(flight) = picked else { return Err(failure) };
            self.attempts += 1;
            self.except = Some(flight.backend().slot);
            account.attempted(&flight.backend().name);
            if self.attempts > 1 {
                worker.cells().retries.add(1);
            }
            let started_us = worker.clock.now_us();
            match worker.connect(flight.backend()).await {
                Ok(connection) => return Ok(Lease::new(connection, flight, worker, started_us)),
                Err(error) => {
                    tracing::debug!(backend = %flight.backend().name, %error, "no connection");
                    if error.is_backends_fault() {
                        charge(worker, &flight, started_us);
                    }
                    failure = Refusal::UpstreamConnect;
                }
            }
        }
        Err(failure)
    }
}

/// Counts an attempt that came to nothing.
fn charge(worker: &Worker, flight: &Flight, started_us: u64) {
    let cells = flight.backend().cells.of(worker.index);
    cells.attempts.add(1);
    cells.failures.add(1);
    cells.latency.record(worker.clock.now_us() - started_us);
}
