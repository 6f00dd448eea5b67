//! A lease: the connection and the place in flight that one attempt has on a backend.

use http::StatusCode;
use tokio::net::TcpStream;

use crate::model::{AttemptFailure, Refusal};
use crate::state::OpenConnection;

use super::super::fields::Report;
use super::{Answer, Attempt, Connection};

/// What one attempt holds of a backend until its answer has come to its end. Dropping it closes
/// the connection.
pub(in crate::proxy) struct Lease {
    pub(in crate::proxy) connection: Connection,
    pub(in crate::proxy) answer: Answer,
    pub(in crate::proxy) attempt: Attempt,
}

impl Lease {
    pub(super) fn new(connection: Connection, attempt: Attempt) -> Lease {
        let answer = Answer::new(attempt.worker());
        Lease { connection, answer, attempt }
    }

    /// Whether the connection had served before.
    pub(in crate::proxy) fn is_kept(&self) -> bool {
        self.connection.is_kept()
    }

    /// The head of the answer has come.
    pub(in crate::proxy) fn answered(&self, status: StatusCode, report: Option<Report>) {
        self.attempt.answered(status, report);
    }

    /// No answer came, by the backend's fault: the client is told so.
    pub(in crate::proxy) fn failed(&self, refusal: Refusal) {
        self.attempt.failed(AttemptFailure::behind(refusal));
    }

    /// The answer began and broke off, for this reason.
    pub(in crate::proxy) fn broke_off(&self, refusal: Refusal) {
        self.attempt.broke_off(AttemptFailure::behind(refusal));
    }

    /// The exchange is over: the connection serves the next request if it can.
    pub(in crate::proxy) fn finish(mut self) {
        if self.answer.leaves_reusable() {
            let worker = self.attempt.worker();
            self.connection.rest(worker.now_ms());
            worker.pools.borrow_mut().put(self.attempt.slot(), self.connection);
        }
    }

    /// The socket, what came behind the switch of protocols, and the place in flight.
    pub(in crate::proxy) fn into_parts(self) -> ((TcpStream, OpenConnection), Vec<u8>, Attempt) {
        let read = self.answer.unread().to_vec();
        (self.connection.into_stream(), read, self.attempt)
    }
}
