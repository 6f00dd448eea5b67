//! Arrivals: what one worker asked of limits of late, in a ring of a fixed size.
//!
//! Its worker writes, others read: an entry is four words, and a reader leaves out those that may
//! have been written over meanwhile. What was never used of it costs no memory.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::policy::Arrival;

/// How many are remembered: 4 MiB for each worker.
const REMEMBERED: usize = 1 << 17;
/// How many of them are made at once.
const CHUNK: usize = 1 << 12;
/// The bits of a limit's mark in an entry.
const MARK_BITS: u32 = 20;

/// The latest arrivals.
#[derive(Debug)]
pub struct Arrivals {
    /// Made as they are first needed.
    chunks: Box<[OnceLock<Chunk>]>,
    /// How many there ever were.
    written: AtomicU64,
}

type Chunk = Box<[[AtomicU64; 4]]>;

fn chunk() -> Chunk {
    (0..CHUNK).map(|_| Default::default()).collect()
}

impl Default for Arrivals {
    fn default() -> Arrivals {
        let chunks = (0..REMEMBERED / CHUNK).map(|_| OnceLock::new()).collect();
        Arrivals { chunks, written: AtomicU64::new(0) }
    }
}

impl Arrivals {
    /// The mark of a limit, from its own hash.
    #[must_use]
    pub fn mark(limit: u64) -> u32 {
        limit as u32 & ((1 << MARK_BITS) - 1)
    }

    /// Remembers a request of `key` under the limit of `mark`. Only the owning worker may call this.
    pub fn note(&self, mark: u32, key: u64, client: IpAddr, refused: bool, now_us: u64) {
        let written = self.written.load(Ordering::Relaxed);
        let place = written as usize % REMEMBERED;
        let chunk = self.chunks[place / CHUNK].get_or_init(chunk);
        let [first, second, upper, lower] = &chunk[place % CHUNK];
        let bits = match client {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        upper.store((bits >> 64) as u64, Ordering::Relaxed);
        lower.store(bits as u64, Ordering::Relaxed);
        let low = u64::from(mark) << 1 | u64::from(refused);
        first.store((now_us / 1000) << (MARK_BITS + 1) | low, Ordering::Relaxed);
        second.store(key, Ordering::Relaxed);
        self.written.store(written + 1, Ordering::Release);
    }

    /// Hands on what came since `since_us`, oldest first, each with the mark of its limit.
    pub fn each(&self, since_us: u64, mut found: impl FnMut(u32, Arrival)) {
        let written = self.written.load(Ordering::Acquire);
        let mut number = written.saturating_sub(REMEMBERED as u64);
        let mut read = Vec::with_capacity(CHUNK);
        while number < written {
            let end = written.min(number + CHUNK as u64);
            read.extend((number..end).map(|number| (number, self.words(number))));
            // The worker went on: what it wrote over is the oldest.
            let now = self.written.load(Ordering::Acquire);
            let whole = (now + 1).saturating_sub(REMEMBERED as u64);
            for (number, words) in read.drain(..) {
                let (mark, arrival) = told(words);
                if number >= whole && arrival.at_us + 999 >= since_us {
                    found(mark, arrival);
                }
            }
            number = end;
        }
    }

    /// What came under the limit of `mark` since `since_us`, oldest first.
    #[must_use]
    pub fn since(&self, mark: u32, since_us: u64) -> Vec<Arrival> {
        let mut all = Vec::new();
        self.each(since_us, |of, arrival| all.extend((of == mark).then_some(arrival)));
        all
    }

    /// When the oldest that is remembered came; `None` when nothing was forgotten yet.
    #[must_use]
    pub fn oldest_us(&self) -> Option<u64> {
        let written = self.written.load(Ordering::Acquire);
        let oldest = written.checked_sub(REMEMBERED as u64)?;
        let [word, ..] = self.words(oldest);
        Some((word >> (MARK_BITS + 1)) * 1000)
    }

    /// The words of an entry as they are now.
    fn words(&self, number: u64) -> [u64; 4] {
        let place = number as usize % REMEMBERED;
        let entry = self.chunks[place / CHUNK].get().map(|chunk| &chunk[place % CHUNK]);
        entry.map_or([0; 4], |entry| entry.each_ref().map(|word| word.load(Ordering::Relaxed)))
    }
}

/// What the words of an entry say.
fn told([first, key, upper, lower]: [u64; 4]) -> (u32, Arrival) {
    let client_bits = u128::from(upper) << 64 | u128::from(lower);
    let at_us = (first >> (MARK_BITS + 1)) * 1000;
    let mark = (first >> 1) as u32 & ((1 << MARK_BITS) - 1);
    (mark, Arrival { at_us, key, refused: first & 1 == 1, client_bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_come_back_by_limit_and_time() {
        let arrivals = Arrivals::default();
        for number in 0..10_u64 {
            let client = [192, 0, 2, number as u8].into();
            arrivals.note((number % 2) as u32, number, client, number == 8, number * 1_000_000);
        }
        let keys = |mark, since| -> Vec<u64> {
            arrivals.since(mark, since).iter().map(|it| it.key).collect()
        };
        assert_eq!(keys(0, 0), [0, 2, 4, 6, 8]);
        assert_eq!(keys(1, 5_000_000), [5, 7, 9]);
        let last = arrivals.since(0, 8_000_000)[0];
        assert!(last.refused);
        assert_eq!(last.client().to_string(), "192.0.2.8");
        assert_eq!(arrivals.oldest_us(), None);
    }

    #[test]
    fn a_full_ring_forgets_the_oldest() {
        let arrivals = Arrivals::default();
        let more = REMEMBERED as u64 + 500;
        (0..more).for_each(|number| arrivals.note(7, number, [0; 16].into(), false, number * 1000));
        let kept = arrivals.since(7, 0);
        assert_eq!(kept.len(), REMEMBERED - 1, "the next to be written over is left out");
        assert_eq!(kept.last().map(|it| it.key), Some(more - 1));
        assert_eq!(arrivals.oldest_us(), Some(500_000));
    }
}
