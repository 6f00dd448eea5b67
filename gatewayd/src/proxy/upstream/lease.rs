//! A lease: the connection and the place in flight that one attempt has on a backend.

use std::rc::Rc;

use crate::state::{AttemptCells, Flight};

use super::super::worker::Worker;
use super::{Answer, Connection};

/// What one attempt holds of a backend until its answer has come to its end. Dropping it closes
/// the connection.
pub(in crate::proxy) struct Lease {
    pub(in crate::proxy) connection: Connection,
    pub(in crate::proxy) answer: Answer,
    flight: Flight,
    worker: Rc<Worker>,
    started_us: u64,
}

impl Lease {
    pub(super) fn new(
        connection: Connection,
        flight: Flight,
        worker: &Rc<Worker>,
        started_us: u64,
    ) -> Lease {
        let answer = Answer::new(worker);
        Lease { connection, answer, flight, worker: Rc::clone(worker), started_us }
    }

    /// Whether the connection had served before.
    pub(super) fn is_kept(&self) -> bool {
        self.connection.is_kept()
    }

    /// The slot of the backend.
    pub(in crate::proxy) fn slot(&self) -> u64 {
        self.flight.backend().slot
    }

    /// The head of the answer has come.
    pub(in crate::proxy) fn answered(&self, failed: bool, cpu: Option<f64>) {
        let cells = self.cells();
        cells.attempts.add(1);
        cells.latency.record(self.worker.clock.now_us() - self.started_us);
        if failed {
            cells.failures.add(1);
        }
        if let Some(cpu) = cpu {
            self.flight.backend().report_cpu(cpu);
        }
    }

    /// No answer came, by the backend's fault.
    pub(in crate::proxy) fn failed(&self) {
        self.answered(true, None);
    }

    /// The answer began and broke off.
    pub(in crate::proxy) fn broke_off(&self) {
        self.cells().failures.add(1);
    }

    /// The exchange is over: the connection serves the next request if it can.
    pub(in crate::proxy) fn finish(mut self) {
        if self.answer.leaves_reusable() {
            self.connection.rest(self.worker.now_ms());
            let slot = self.slot();
            self.worker.pools.borrow_mut().put(slot, self.connection);
        }
    }

    /// The socket, what came behind the switch of protocols, and the place in flight.
    pub(in crate::proxy) fn into_parts(self) -> (tokio::net::TcpStream, Vec<u8>, Flight) {
        let read = self.answer.unread().to_vec();
        (self.connection.into_stream(), read, self.flight)
    }

    fn cells(&self) -> &AttemptCells {
        self.flight.backend().cells.of(self.worker.index)
    }
}
