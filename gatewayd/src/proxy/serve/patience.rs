//! Patience: how long the sides of a request may take.

use std::time::Duration;

use super::super::worker::Worker;

/// How long a connection may be silent before its first request, and between requests.
pub(super) const FIRST_BYTE: Duration = Duration::from_secs(10);
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How long a draining worker waits for a request that may be on its way already.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);
/// How long a request's head may take from its first byte to its last.
pub(super) const HEAD: Duration = Duration::from_secs(10);
/// How long the answer's head may take once the request is sent.
pub(super) const ANSWER_HEAD: Duration = Duration::from_secs(15);
/// How long a client may be silent in the middle of its body, and a backend in that of its own.
pub(super) const BODY_IDLE: Duration = Duration::from_secs(30);
pub(super) const STREAM_IDLE: Duration = Duration::from_secs(60);
/// How long a side may take nothing of what is written to it.
pub(super) const WRITE_STALL: Duration = Duration::from_secs(30);

/// A body may be slow for so long; then it must keep the rate below.
const SLOW: Duration = Duration::from_secs(10);
const SLOWEST_BYTES_PER_S: u64 = 500;

/// What a request on its way to a backend waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaits {
    /// Nothing: it is over.
    Nothing,
    /// More of the body.
    Client,
    /// That the backend takes it.
    Backend,
}

impl Awaits {
    /// How long it may take.
    pub(super) fn patience(self) -> Duration {
        match self {
            Awaits::Client => BODY_IDLE,
            Awaits::Backend => WRITE_STALL,
            Awaits::Nothing => ANSWER_HEAD,
        }
    }
}

/// The pace of a body that a client sends: one that trickles holds a backend for as long as it
/// likes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    started_ms: u64,
}

impl Pace {
    /// The pace of a body that begins now.
    pub(super) fn new(worker: &Worker) -> Pace {
        Pace { started_ms: worker.now_ms() }
    }

    /// Whether a body of which so many bytes have come is too slow by now.
    pub(super) fn is_too_slow(&self, worker: &Worker, bytes: u64) -> bool {
        let elapsed_ms = worker.now_ms().saturating_sub(self.started_ms);
        u128::from(elapsed_ms) > SLOW.as_millis() && bytes < SLOWEST_BYTES_PER_S * elapsed_ms / 1000
    }
}
