//! Counters: one set for each worker, written by that worker alone, summed by the publisher.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::{AttemptFailure, FailureCounts, Refusal};

use super::{Arrivals, CollapseCells, Histogram, Rejections};

/// A count that one thread writes and others read.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts `n` more. Only the owning worker may call this: a plain load and store, which is
    /// why it costs nothing.
    pub fn add(&self, n: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
    }

    /// Counts one less; for gauges.
    pub fn sub(&self, n: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_sub(n), Ordering::Relaxed);
    }

    /// The count now.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One `T` for each worker, each on cache lines of its own.
#[derive(Debug)]
pub struct Cells<T>(Box<[Padded<T>]>);

/// Two cache lines: neighbouring lines are fetched in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Padded<T>(T);

impl<T> FromIterator<T> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = T>>(cells: I) -> Cells<T> {
        Cells(cells.into_iter().map(Padded).collect())
    }
}

impl<T: Default> Cells<T> {
    /// Cells for this many workers.
    #[must_use]
    pub fn new(workers: usize) -> Cells<T> {
        (0..workers).map(|_| T::default()).collect()
    }
}

impl<T> Cells<T> {
    /// The cell of the worker `index`.
    #[must_use]
    pub fn of(&self, index: usize) -> &T {
        &self.0[index].0
    }

    /// All cells.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|padded| &padded.0)
    }

    /// The sum over all cells of what `read` gives.
    pub fn sum(&self, read: impl Fn(&T) -> u64) -> u64 {
        self.iter().map(read).fold(0, u64::wrapping_add)
    }
}

/// What one worker counts of its clients' requests.
#[derive(Debug, Default)]
pub struct WorkerCells {
    /// Requests answered.
    pub requests: Counter,
    /// Answers by class: 1xx, 2xx, 3xx, 4xx, 5xx.
    pub by_class: [Counter; 5],
    /// Requests under way; a gauge.
    pub in_flight: Counter,
    /// Client connections open; a gauge.
    pub connections: Counter,
    /// Connections that were idle and closed because room was needed.
    pub idle_closed: Counter,
    /// Requests answered by the gateway itself.
    pub refused: RefusedCells,
    /// Fields behind a body that must not stand there and were dropped.
    pub trailers_dropped: Counter,
    /// Load reports of backends that break their grammar.
    pub reports_malformed: Counter,
    /// Connections to backends that were begun.
    pub connections_made: Counter,
    /// Idle ones that other workers may have.
    pub connections_shared: Counter,
    /// Those that this one had of them.
    pub connections_taken: Counter,
    /// Attempts made again on another backend.
    pub retries: Counter,
    /// Those that were not made because too many were under way.
    pub retries_denied: Counter,
    /// Connections that failed to speak TLS.
    pub handshake_failures: Counter,
    /// Time to answer.
    pub latency: Histogram,
    /// What limits were asked of late.
    pub arrivals: Arrivals,
    /// Whether most come from one address that may be a proxy.
    pub collapse: CollapseCells,
    /// Whom they refused of late.
    pub rejections: Rejections,
}

/// One counter for each reason to refuse.
#[derive(Debug)]
pub struct RefusedCells([Counter; Refusal::ALL.len()]);

impl RefusedCells {
    /// The counter of `refusal`.
    #[must_use]
    pub fn of(&self, refusal: Refusal) -> &Counter {
        &self.0[refusal.index()]
    }
}

impl Default for RefusedCells {
    fn default() -> RefusedCells {
        RefusedCells(std::array::from_fn(|_| Counter::default()))
    }
}

/// What one worker counts of its attempts against one backend.
#[derive(Debug, Default)]
pub struct AttemptCells {
    /// Attempts that ended.
    pub attempts: Counter,
    /// Those that failed.
    pub failures: FailureCells,
    /// Those that failed and whose request went to another backend.
    pub retried_away: Counter,
    /// Attempts that have a connection now; a gauge.
    pub connected: Counter,
    /// Time from the attempt's start to the answer's head.
    pub latency: Histogram,
}

/// One counter for each way to fail.
#[derive(Debug, Default)]
pub struct FailureCells([Counter; AttemptFailure::ALL.len()]);

impl FailureCells {
    /// The counter of `failure`.
    #[must_use]
    pub fn of(&self, failure: AttemptFailure) -> &Counter {
        &self.0[failure.index()]
    }

    /// All of them together.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.iter().map(Counter::read).sum()
    }

    /// Those that no backend heard of.
    #[must_use]
    pub fn unreached(&self) -> u64 {
        let unreached = AttemptFailure::ALL.into_iter().filter(|it| it.is_unreached());
        unreached.map(|it| self.of(it).read()).sum()
    }
}

impl Cells<AttemptCells> {
    /// How many failed on all workers, by why.
    #[must_use]
    pub fn failures(&self) -> FailureCounts {
        FailureCounts::of_each(|failure| self.sum(|cell| cell.failures.of(failure).read()))
    }
}

/// What one worker counts of one limit.
#[derive(Debug, Default)]
pub struct LimitCells {
    /// Requests let pass.
    pub passed: Counter,
    /// Requests refused.
    pub rejected: Counter,
    /// Requests that shadow mode let pass although they were over the limit.
    pub would_reject: Counter,
    /// Keys that took a place in the store.
    pub keys_entered: Counter,
    /// Keys that lost their place, for whatever reason.
    pub keys_left: Counter,
    /// Keys that lost it while they still counted.
    pub keys_evicted: Counter,
    /// Requests it did not concern, by their network.
    pub exempted: Counter,
    /// Requests counted together with others because there was no place for their key.
    pub overflowed: Counter,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_add_up() {
        let cells: Cells<AttemptCells> = Cells::new(3);
        cells.of(0).attempts.add(2);
        cells.of(2).attempts.add(5);
        cells.of(2).attempts.sub(1);
        assert_eq!(cells.sum(|cell| cell.attempts.read()), 6);
    }

    #[test]
    fn workers_share_no_cache_line() {
        let cells: Cells<Counter> = Cells::new(2);
        let at = |index| std::ptr::from_ref(cells.of(index)) as usize;
        assert!(at(1) - at(0) >= 128);
    }
}
