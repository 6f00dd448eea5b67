//! What became of the requests of a load, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;
use serde::Serialize;

/// The counters of a running load.
#[derive(Debug, Default)]
pub(in crate::demo) struct Tally {
    sent: AtomicU64,
    ok: AtomicU64,
    not_found: AtomicU64,
    rejected: AtomicU64,
    failed: AtomicU64,
    skipped: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in crate::demo) struct Report {
    /// Requests that were sent.
    pub(in crate::demo) sent: u64,
    /// Answers below 400.
    pub(in crate::demo) ok: u64,
    /// Answers 404: links that nobody made.
    pub(in crate::demo) not_found: u64,
    /// Answers 429.
    pub(in crate::demo) rejected: u64,
    /// Other answers, and requests without one.
    pub(in crate::demo) failed: u64,
    /// Requests that were due while too many were under way.
    pub(in crate::demo) skipped: u64,
}

impl Tally {
    /// The counters now.
    pub(in crate::demo) fn report(&self) -> Report {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Report {
            sent: read(&self.sent),
            ok: read(&self.ok),
            not_found: read(&self.not_found),
            rejected: read(&self.rejected),
            failed: read(&self.failed),
            skipped: read(&self.skipped),
        }
    }

    pub(super) fn send(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn skip(&self) {
        self.skipped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn record(&self, outcome: anyhow::Result<StatusCode>) {
        let counter = match outcome {
            Ok(status) if status.as_u16() < 400 => &self.ok,
            Ok(StatusCode::NOT_FOUND) => &self.not_found,
            Ok(StatusCode::TOO_MANY_REQUESTS) => &self.rejected,
            Ok(status) => {
                tracing::debug!(%status, "a request failed");
                &self.failed
            }
            Err(error) => {
                tracing::debug!(%error, "a request failed");
                &self.failed
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
