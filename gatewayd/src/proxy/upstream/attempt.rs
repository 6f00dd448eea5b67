//! An attempt: one try against one backend, and what is counted of it.

use std::rc::Rc;

use http::StatusCode;

use crate::model::AttemptFailure;
use crate::policy::MalformedReport;
use crate::state::{AttemptCells, Flight};

use super::super::fields::Report;
use super::super::under_way::{Going, Stage};
use super::super::worker::Worker;

/// One try against one backend; the place in flight is given up when it is dropped.
pub(in crate::proxy) struct Attempt {
    flight: Flight,
    worker: Rc<Worker>,
    started_us: u64,
    going: Going,
}

impl Attempt {
    pub(super) fn new(
        flight: Flight,
        worker: &Rc<Worker>,
        started_us: u64,
        going: Going,
    ) -> Attempt {
        flight.backend().cells.of(worker.index).connected.add(1);
        Attempt { flight, worker: Rc::clone(worker), started_us, going }
    }

    /// The request as it is under way.
    pub(in crate::proxy) fn going(&self) -> &Going {
        &self.going
    }

    /// The worker that makes it.
    pub(super) fn worker(&self) -> &Rc<Worker> {
        &self.worker
    }

    /// The slot of the backend.
    pub(super) fn slot(&self) -> u64 {
        self.flight.backend().slot
    }

    /// The head of the answer has come.
    pub(super) fn answered(&self, status: StatusCode, report: Option<Report>) {
        if let Some(report) = report {
            self.reported(report);
        }
        self.going.is_now(Stage::Stream);
        self.count(status.is_server_error().then_some(AttemptFailure::ServerError));
        match status.is_server_error() {
            true => accuse(&self.worker, &self.flight, Some(status)),
            false => self.flight.went_well(),
        }
    }

    /// The backend said how busy it is, or nothing that can be understood.
    pub(in crate::proxy) fn reported(&self, report: Report) {
        match report {
            Ok(report) => self.flight.backend().reported(&report, self.worker.now_ms()),
            Err(MalformedReport) => self.worker.cells().reports_malformed.add(1),
        }
    }

    /// No answer came, by the backend's fault.
    pub(super) fn failed(&self, failure: AttemptFailure) {
        self.count(Some(failure));
        accuse(&self.worker, &self.flight, None);
    }

    /// The answer began and broke off.
    pub(super) fn broke_off(&self, failure: AttemptFailure) {
        self.cells().failures.of(failure).add(1);
        accuse(&self.worker, &self.flight, None);
    }

    fn count(&self, failure: Option<AttemptFailure>) {
        let cells = self.cells();
        cells.attempts.add(1);
        let now_us = self.worker.read_clock();
        let took_us = now_us - self.started_us;
        cells.latency.record(took_us);
        self.flight.backend().took(took_us, failure.is_none(), now_us);
        if let Some(failure) = failure {
            cells.failures.of(failure).add(1);
        }
    }

    fn cells(&self) -> &AttemptCells {
        self.flight.backend().cells.of(self.worker.index)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.cells().connected.sub(1);
    }
}

/// Counts an attempt that failed against its backend, and calls for a look at it when that was one
/// too many in a row.
pub(super) fn accuse(worker: &Worker, flight: &Flight, status: Option<StatusCode>) {
    let now_ms = worker.read_clock() / 1000;
    if flight.failed(status.map(|status| status.as_u16()), now_ms) {
        worker.accusations.notify_one();
    }
}
