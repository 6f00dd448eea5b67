//! Cost: the seconds of a server's whole CPU that one request takes.

use std::time::Duration;

/// The time over which the cost is averaged.
const MEMORY: Duration = Duration::from_secs(30);
/// Requests that must be in that average before it says anything.
const FEWEST: f64 = 20.0;
/// The cost at most doubles or halves within this.
const DOUBLING: Duration = Duration::from_secs(10);

/// The cost of a request, averaged by work: busy seconds over requests.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cost {
    busy_s: f64,
    requests: f64,
    believed_s: Option<f64>,
}

/// What one tick saw of the servers that report.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Work {
    /// How long the tick was.
    pub(super) elapsed_s: f64,
    /// Busy seconds of all of them.
    pub(super) busy_s: f64,
    /// Requests that ended on them.
    pub(super) requests: u64,
}

impl Cost {
    /// Takes `work` into the average. While many answers fail, a falling cost is not believed:
    /// failing is cheap.
    pub(super) fn observe(&mut self, work: Work, failing: bool) {
        let kept = (-work.elapsed_s / MEMORY.as_secs_f64()).exp();
        self.busy_s = self.busy_s * kept + work.busy_s;
        self.requests = self.requests * kept + work.requests as f64;
        if self.requests < FEWEST || self.busy_s <= 0.0 {
            return;
        }
        let seen = self.busy_s / self.requests;
        self.believed_s = Some(match self.believed_s {
            None => seen,
            Some(before) => {
                let step = (work.elapsed_s / DOUBLING.as_secs_f64()).exp2();
                let least = if failing { before } else { before / step };
                seen.clamp(least, before * step)
            }
        });
    }

    /// Seconds of a server's whole CPU per request; `None` until enough was seen.
    pub(super) fn per_request_s(&self) -> Option<f64> {
        self.believed_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(busy_s: f64, requests: u64) -> Work {
        Work { elapsed_s: 1.0, busy_s, requests }
    }

    #[test]
    fn the_cost_is_busy_time_over_requests_and_nothing_until_enough_were_seen() {
        let mut cost = Cost::default();
        cost.observe(work(0.1, 10), false);
        assert_eq!(cost.per_request_s(), None);
        for _ in 0..60 {
            cost.observe(work(0.5, 50), false);
        }
        let seen = cost.per_request_s().unwrap();
        assert!((seen - 0.01).abs() < 1e-9, "{seen}");
    }

    #[test]
    fn a_wild_report_moves_it_by_a_bounded_step() {
        let mut cost = Cost::default();
        cost.observe(work(1.0, 100), false);
        cost.observe(work(1e6, 100), false);
        let seen = cost.per_request_s().unwrap();
        assert!(seen < 0.0108, "{seen}");
    }

    #[test]
    fn cheap_failures_make_requests_no_cheaper() {
        let mut cost = Cost::default();
        cost.observe(work(1.0, 100), false);
        for _ in 0..60 {
            cost.observe(work(0.01, 1000), true);
        }
        assert_eq!(cost.per_request_s(), Some(0.01));
        cost.observe(work(0.01, 1000), false);
        assert!(cost.per_request_s() < Some(0.01));
    }
}
