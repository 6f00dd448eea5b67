//! A lease: a connection and the place in flight that one request has on a backend.

use std::rc::Rc;
use std::task::Context;

use bytes::Bytes;
use tokio::net::TcpStream;

use crate::state::Flight;

use super::super::worker::Worker;
use super::Connection;

/// What one request holds of a backend until its answer has come to its end. Dropping it closes
/// the connection.
pub(in crate::proxy) struct Lease {
    pub(in crate::proxy) connection: Connection,
    pub(in crate::proxy) flight: Flight,
    worker: Rc<Worker>,
}

impl Lease {
    pub(in crate::proxy) fn new(
        connection: Connection,
        flight: Flight,
        worker: &Rc<Worker>,
    ) -> Lease {
        Lease { connection, flight, worker: Rc::clone(worker) }
    }

    /// Moves bytes both ways as far as they go.
    pub(in crate::proxy) fn drive(&mut self, cx: &mut Context<'_>) {
        self.connection.drive(cx);
    }

    /// The answer has come to its end: the connection serves the next request if it can.
    pub(in crate::proxy) fn give_back(mut self, cx: &mut Context<'_>) {
        if self.connection.is_ready(cx) {
            self.connection.rest(self.worker.clock.now_ms());
            let slot = self.flight.backend().slot;
            self.worker.pools.borrow_mut().put(slot, self.connection);
        }
    }

    /// The answer broke off.
    pub(in crate::proxy) fn break_off(self) {
        self.flight.backend().cells.of(self.worker.index).failures.add(1);
    }

    /// The bare socket after a switch of protocols; the request stays in flight with it.
    pub(in crate::proxy) fn into_socket(self) -> Option<(TcpStream, Bytes, Flight)> {
        let (stream, read) = self.connection.into_socket()?;
        Some((stream, read, self.flight))
    }
}
