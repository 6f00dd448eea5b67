//! Arrivals: what one worker asked of limits of late, in a ring of a fixed size.
//!
//! Its worker writes, others read: an entry is two words, and a reader leaves out those that may
//! have been written over meanwhile. What was never used of it costs no memory.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::policy::Arrival;

/// How many are remembered: 2 MiB for each worker.
const REMEMBERED: usize = 1 << 17;
/// The bits of a limit's mark in an entry.
const MARK_BITS: u32 = 20;

/// The latest arrivals.
#[derive(Debug)]
pub struct Arrivals {
    entries: Box<[[AtomicU64; 2]]>,
    /// How many there ever were.
    written: AtomicU64,
}

impl Default for Arrivals {
    fn default() -> Arrivals {
        let entries = (0..REMEMBERED).map(|_| Default::default()).collect();
        Arrivals { entries, written: AtomicU64::new(0) }
    }
}

impl Arrivals {
    /// The mark of a limit, from its own hash.
    #[must_use]
    pub fn mark(limit: u64) -> u32 {
        limit as u32 & ((1 << MARK_BITS) - 1)
    }

    /// Remembers a request of `key` under the limit of `mark`. Only the owning worker may call this.
    pub fn note(&self, mark: u32, key: u64, refused: bool, now_us: u64) {
        let written = self.written.load(Ordering::Relaxed);
        let [first, second] = &self.entries[written as usize % REMEMBERED];
        let low = u64::from(mark) << 1 | u64::from(refused);
        first.store((now_us / 1000) << (MARK_BITS + 1) | low, Ordering::Relaxed);
        second.store(key, Ordering::Relaxed);
        self.written.store(written + 1, Ordering::Release);
    }

    /// What came under the limit of `mark` since `since_us`, oldest first.
    #[must_use]
    pub fn since(&self, mark: u32, since_us: u64) -> Vec<Arrival> {
        let written = self.written.load(Ordering::Acquire);
        let oldest = written.saturating_sub(REMEMBERED as u64);
        let mut found = Vec::new();
        for number in oldest..written {
            let [first, second] = &self.entries[number as usize % REMEMBERED];
            let (first, key) = (first.load(Ordering::Relaxed), second.load(Ordering::Relaxed));
            let at_us = (first >> (MARK_BITS + 1)) * 1000;
            let of = (first >> 1) as u32 & ((1 << MARK_BITS) - 1);
            if of == mark && at_us + 999 >= since_us {
                found.push((number, Arrival { at_us, key, refused: first & 1 == 1 }));
            }
        }
        // The worker went on: what it wrote over is the oldest.
        let now = self.written.load(Ordering::Acquire);
        let whole = (now + 1).saturating_sub(REMEMBERED as u64);
        found.into_iter().filter(|(number, _)| *number >= whole).map(|(_, it)| it).collect()
    }

    /// When the oldest that is remembered came; `None` when nothing was forgotten yet.
    #[must_use]
    pub fn oldest_us(&self) -> Option<u64> {
        let written = self.written.load(Ordering::Acquire);
        let oldest = written.checked_sub(REMEMBERED as u64)?;
        let word = self.entries[oldest as usize % REMEMBERED][0].load(Ordering::Relaxed);
        Some((word >> (MARK_BITS + 1)) * 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_come_back_by_limit_and_time() {
        let arrivals = Arrivals::default();
        for number in 0..10_u64 {
            arrivals.note((number % 2) as u32, number, number == 8, number * 1_000_000);
        }
        let keys = |mark, since| -> Vec<u64> {
            arrivals.since(mark, since).iter().map(|it| it.key).collect()
        };
        assert_eq!(keys(0, 0), [0, 2, 4, 6, 8]);
        assert_eq!(keys(1, 5_000_000), [5, 7, 9]);
        assert!(arrivals.since(0, 8_000_000)[0].refused);
        assert_eq!(arrivals.oldest_us(), None);
    }

    #[test]
    fn a_full_ring_forgets_the_oldest() {
        let arrivals = Arrivals::default();
        let more = REMEMBERED as u64 + 500;
        (0..more).for_each(|number| arrivals.note(7, number, false, number * 1000));
        let kept = arrivals.since(7, 0);
        assert_eq!(kept.len(), REMEMBERED - 1, "the next to be written over is left out");
        assert_eq!(kept.last().map(|it| it.key), Some(more - 1));
        assert_eq!(arrivals.oldest_us(), Some(500_000));
    }
}
