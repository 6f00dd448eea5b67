//! A meter: cumulative counts at the last ticks, and what they say of the time between.

use std::collections::VecDeque;

use super::Histogram;
use super::histogram::{BUCKETS, quantile_ms};

/// Percentiles and ratios are over this many ticks.
const WINDOW: usize = 10;

/// Counts since the start, at one moment.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    /// Things counted.
    pub(super) count: u64,
    /// Those that failed.
    pub(super) errors: u64,
    /// Those that were the client's fault.
    pub(super) client_errors: u64,
    buckets: Box<[u64; BUCKETS]>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { count: 0, errors: 0, client_errors: 0, buckets: Box::new([0; BUCKETS]) }
    }
}

impl Tally {
    /// Adds one worker's counts.
    pub(super) fn add(&mut self, count: u64, errors: u64, latency: &Histogram) {
        self.count += count;
        self.errors += errors;
        latency.add_to(&mut self.buckets);
    }

    /// Adds another tally.
    pub(super) fn merge(&mut self, other: &Tally) {
        self.count += other.count;
        self.errors += other.errors;
        self.client_errors += other.client_errors;
        for (sum, count) in self.buckets.iter_mut().zip(other.buckets.iter()) {
            *sum += count;
        }
    }
}

/// The tallies of the last ticks.
#[derive(Debug, Default)]
pub(super) struct Meter {
    ticks: VecDeque<(u64, Tally)>,
}

/// What a meter says of the last ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// Things per second over the last tick.
    pub(super) rate: f64,
    /// Things counted over the window.
    pub(super) counted: u64,
    /// Median over the window.
    pub(super) p50_ms: Option<f64>,
    /// 99th percentile over the window.
    pub(super) p90_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    pub(super) p999_ms: Option<f64>,
    /// The longest, as finely as durations are told apart.
    pub(super) max_ms: Option<f64>,
    /// Part that failed over the window.
    pub(super) error_ratio: Option<f64>,
    /// Part that was the client's fault over the window.
    pub(super) client_error_ratio: Option<f64>,
}

impl Meter {
    /// Takes the counts at `now_us`.
    pub(super) fn tick(&mut self, now_us: u64, tally: Tally) {
        if self.ticks.len() > WINDOW {
            self.ticks.pop_front();
        }
        self.ticks.push_back((now_us, tally));
    }

    /// What the ticks say.
    pub(super) fn read(&self) -> Reading {
        let mut newest_first = self.ticks.iter().rev();
        let (Some((now, newest)), Some((before, last))) =
            (newest_first.next(), newest_first.next())
        else {
            return Reading::default();
        };
        let (_, oldest) = &self.ticks[0];
        let seconds = (now - before) as f64 / 1e6;
        let counted = newest.count.saturating_sub(oldest.count);
        let part = |count: u64| (counted > 0).then(|| count as f64 / counted as f64);
        let mut buckets = [0; BUCKETS];
        for (index, bucket) in buckets.iter_mut().enumerate() {
            *bucket = newest.buckets[index].saturating_sub(oldest.buckets[index]);
        }
        Reading {
            rate: newest.count.saturating_sub(last.count) as f64 / seconds.max(1e-3),
            counted,
            p50_ms: quantile_ms(&buckets, 0.5),
            p90_ms: quantile_ms(&buckets, 0.9),
            p99_ms: quantile_ms(&buckets, 0.99),
            p999_ms: quantile_ms(&buckets, 0.999),
            max_ms: quantile_ms(&buckets, 1.0),
            error_ratio: part(newest.errors.saturating_sub(oldest.errors)),
            client_error_ratio: part(newest.client_errors.saturating_sub(oldest.client_errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(count: u64, errors: u64) -> Tally {
        Tally { count, errors, ..Tally::default() }
    }

    #[test]
    fn rates_are_of_the_last_tick_and_ratios_of_the_window() {
        let mut meter = Meter::default();
        assert_eq!(meter.read(), Reading::default());
        for second in 0..30_u64 {
            meter.tick(second * 1_000_000, tally(second * 100, second * 10));
        }
        meter.tick(30_500_000, tally(2900 + 300, 290));
        let reading = meter.read();
        assert_eq!(reading.rate, 200.0);
        assert_eq!(reading.error_ratio, Some(90.0 / 1200.0));
        assert_eq!(reading.p50_ms, None);
    }

    #[test]
    fn without_traffic_ratios_are_unknown() {
        let mut meter = Meter::default();
        (0..3).for_each(|second| meter.tick(second * 1_000_000, tally(7, 1)));
        assert_eq!((meter.read().rate, meter.read().error_ratio), (0.0, None));
    }
}
