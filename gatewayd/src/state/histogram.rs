//! A histogram of durations: log-linear buckets, written by one worker, read by the publisher.

use super::{Cells, Counter, WorkerCells};
use crate::model::Distribution;

/// Each power of two of microseconds is split into this many buckets: the error is below 6 %.
const SPLIT_BITS: u32 = 3;
const SPLIT: u64 = 1 << SPLIT_BITS;
/// The largest power of two told apart: about 134 s.
const LARGEST_BITS: u32 = 27;

/// How many buckets there are.
pub(super) const BUCKETS: usize = ((LARGEST_BITS - SPLIT_BITS + 2) as usize) << SPLIT_BITS;

/// Durations counted in buckets.
#[derive(Debug)]
pub struct Histogram {
    buckets: Box<[Counter; BUCKETS]>,
    sum_us: Counter,
}

impl Default for Histogram {
    fn default() -> Histogram {
        let buckets = Box::new(std::array::from_fn(|_| Counter::default()));
        Histogram { buckets, sum_us: Counter::default() }
    }
}

impl Histogram {
    /// Counts a duration; only the owning worker may call this.
    pub fn record(&self, duration_us: u64) {
        self.buckets[bucket(duration_us)].add(1);
        self.sum_us.add(duration_us);
    }

    /// All durations together.
    pub(super) fn sum_us(&self) -> u64 {
        self.sum_us.read()
    }

    /// Adds the counts to `sum`.
    pub(super) fn add_to(&self, sum: &mut [u64; BUCKETS]) {
        for (sum, counter) in sum.iter_mut().zip(self.buckets.iter()) {
            *sum += counter.read();
        }
    }
}

/// The bucket that holds `us`.
fn bucket(us: u64) -> usize {
    if us < SPLIT {
        return us as usize;
    }
    let bits = 63 - us.leading_zeros();
    if bits > LARGEST_BITS {
        return BUCKETS - 1;
    }
    let part = (us >> (bits - SPLIT_BITS)) & (SPLIT - 1);
    ((u64::from(bits - SPLIT_BITS + 1) << SPLIT_BITS) + part) as usize
}

/// The smallest duration that falls into `bucket`, in microseconds.
fn lower_us(bucket: usize) -> f64 {
    let (octave, part) = (bucket as u64 >> SPLIT_BITS, bucket as u64 & (SPLIT - 1));
    match octave {
        0 => part as f64,
        _ => ((SPLIT + part) << (octave - 1)) as f64,
    }
}

/// How long answers took, over all workers.
pub(super) fn latency(cells: &Cells<WorkerCells>) -> Distribution {
    let mut counts = [0; BUCKETS];
    for cell in cells.iter() {
        cell.latency.add_to(&mut counts);
    }
    let sum_us = cells.sum(|cell| cell.latency.sum_us());
    Distribution { below_us: cumulative(&counts), count: counts.iter().sum(), sum_us }
}

/// How many of `counts` lie below each power of two from 256 microseconds to 16.8 seconds.
fn cumulative(counts: &[u64; BUCKETS]) -> Vec<(u64, u64)> {
    let below = |bound_us: u64| (bound_us, counts[..bucket(bound_us)].iter().sum());
    (8..=24).map(|bits| below(1 << bits)).collect()
}

/// The duration in milliseconds below which the part `quantile` of `counts` lies, interpolated
/// within its bucket; `None` when nothing was counted.
pub(super) fn quantile_ms(counts: &[u64], quantile: f64) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    let wanted = quantile * total as f64;
    let mut below = 0.0;
    for (bucket, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let here = *count as f64;
        if below + here >= wanted {
            let (low, high) = (lower_us(bucket), lower_us(bucket + 1));
            return Some((low + (high - low) * ((wanted - below) / here).clamp(0.0, 1.0)) / 1000.0);
        }
        below += here;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_duration_lies_in_its_bucket(us in 0_u64..200_000_000) {
            let bucket = bucket(us);
            prop_assert!(lower_us(bucket) <= us as f64);
            if bucket + 1 < BUCKETS {
                prop_assert!((us as f64) < lower_us(bucket + 1));
            }
        }

        #[test]
        fn a_quantile_is_within_an_eighth(durations in proptest::collection::vec(100_u64..10_000_000, 1..200)) {
            let histogram = Histogram::default();
            durations.iter().for_each(|us| histogram.record(*us));
            let mut counts = [0; BUCKETS];
            histogram.add_to(&mut counts);
            let mut sorted = durations.clone();
            sorted.sort_unstable();
            let exact = sorted[(sorted.len() * 99).div_ceil(100) - 1] as f64 / 1000.0;
            let told = quantile_ms(&counts, 0.99).unwrap();
            prop_assert!(told >= exact * 0.87 && told <= exact * 1.13, "{told} for {exact}");
        }
    }

    #[test]
    fn the_ends_are_held() {
        assert_eq!(bucket(0), 0);
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!(quantile_ms(&[0; BUCKETS], 0.5), None);
    }
}
