//! Load: how many requests were offered, over windows of time.

use std::collections::VecDeque;
use std::time::Duration;

/// How long the highest load is remembered: a fall from it may be an outage before a retry storm.
const MEMORY: Duration = Duration::from_secs(120);

/// Requests offered to a pool over the last minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Load {
    samples: VecDeque<Sample>,
}

/// What one tick adds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Arrivals {
    /// Requests that came: those that ended and those that are more in flight than before.
    pub(super) offered: f64,
    /// Requests that ended.
    pub(super) ended: u64,
    /// Those of them that failed.
    pub(super) failed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    at_ms: u64,
    offered_total: f64,
    ended_total: u64,
    failed_total: u64,
    surge_rps: Option<f64>,
}

impl Load {
    /// Adds what came since the last tick.
    pub(super) fn add(&mut self, now_ms: u64, arrivals: Arrivals, panic_window: Duration) {
        let last = self.samples.back();
        let mut sample = Sample {
            at_ms: now_ms,
            offered_total: last.map_or(0.0, |it| it.offered_total + arrivals.offered),
            ended_total: last.map_or(0, |it| it.ended_total + arrivals.ended),
            failed_total: last.map_or(0, |it| it.failed_total + arrivals.failed),
            surge_rps: None,
        };
        self.samples.push_back(sample);
        sample.surge_rps = self.rps(panic_window, panic_window);
        self.samples.pop_back();
        self.samples.push_back(sample);
    }

    /// Forgets what no window reaches any more.
    pub(super) fn forget(&mut self, now_ms: u64, stable_window: Duration) {
        let reach = ms(stable_window.max(MEMORY));
        while self.samples.front().is_some_and(|it| it.at_ms + reach < now_ms) {
            self.samples.pop_front();
        }
    }

    /// Requests per second over `window`; `None` before so much was seen as `fewest`, since a rate
    /// of a moment is chance.
    pub(super) fn rps(&self, window: Duration, fewest: Duration) -> Option<f64> {
        let (oldest, (first, last)) = (self.samples.front()?, self.span(window)?);
        if oldest.at_ms + ms(fewest) > last.at_ms {
            return None;
        }
        let seconds = (last.at_ms - first.at_ms) as f64 / 1000.0;
        Some(((last.offered_total - first.offered_total) / seconds).max(0.0))
    }

    /// Requests per second since the sample before the last.
    pub(super) fn latest_rps(&self) -> Option<f64> {
        let mut newest = self.samples.iter().rev();
        let (last, before) = (newest.next()?, newest.next()?);
        let seconds = (last.at_ms - before.at_ms) as f64 / 1000.0;
        Some(((last.offered_total - before.offered_total) / seconds).max(0.0))
    }

    /// The highest rate of the panic window in memory.
    pub(super) fn peak_rps(&self) -> Option<f64> {
        let last = self.samples.back()?;
        let remembered = self.samples.iter().filter(|it| it.at_ms + ms(MEMORY) >= last.at_ms);
        remembered.filter_map(|it| it.surge_rps).reduce(f64::max)
    }

    /// Part of answers that failed over `window`, 0..=1.
    pub(super) fn error_ratio(&self, window: Duration) -> f64 {
        let Some((first, last)) = self.span(window) else { return 0.0 };
        match last.ended_total - first.ended_total {
            0 => 0.0,
            ended => (last.failed_total - first.failed_total) as f64 / ended as f64,
        }
    }

    fn span(&self, window: Duration) -> Option<(&Sample, &Sample)> {
        let last = self.samples.back()?;
        let first = self.samples.iter().find(|it| it.at_ms + ms(window) >= last.at_ms)?;
        (first.at_ms < last.at_ms).then_some((first, last))
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surge_is_seen_in_the_short_window_at_once_and_in_the_long_one_in_time() {
        let (stable, panic) = (Duration::from_secs(60), Duration::from_secs(6));
        let mut load = Load::default();
        for second in 0..=126_u64 {
            let offered = if second <= 120 { 100.0 } else { 300.0 };
            let arrivals = Arrivals { offered, ended: 100, failed: u64::from(second > 120) };
            load.add(second * 1000, arrivals, panic);
            load.forget(second * 1000, stable);
        }
        assert_eq!(load.rps(panic, panic), Some(300.0));
        assert_eq!(load.rps(stable, panic), Some(120.0));
        assert_eq!(load.peak_rps(), Some(300.0));
        assert_eq!(load.error_ratio(panic), 0.01);
        assert_eq!(load.samples.len(), 121, "what no window reaches is forgotten");
    }

    #[test]
    fn the_first_moments_tell_no_rate() {
        let (stable, panic) = (Duration::from_secs(60), Duration::from_secs(6));
        let mut load = Load::default();
        for second in 0..=10_u64 {
            // The first second is far off, by chance.
            let offered = if second == 1 { 200.0 } else { 100.0 };
            load.add(second * 1000, Arrivals { offered, ..Arrivals::default() }, panic);
            let known = second >= 6;
            assert_eq!(load.rps(stable, panic).is_some(), known, "{second}");
            assert_eq!(load.rps(panic, panic).is_some(), known, "{second}");
        }
        assert!(load.peak_rps() < Some(120.0), "{:?}", load.peak_rps());
    }

    #[test]
    fn a_peak_is_forgotten_after_two_minutes() {
        let panic = Duration::from_secs(6);
        let mut load = Load::default();
        for second in 0..=140_u64 {
            let offered = if second <= 10 { 900.0 } else { 100.0 };
            load.add(second * 1000, Arrivals { offered, ..Arrivals::default() }, panic);
            let expected = if second < 130 { 900.0 } else { 100.0 };
            if second >= 6 && !(130..=136).contains(&second) {
                assert_eq!(load.peak_rps(), Some(expected), "{second}");
            }
        }
    }
}
