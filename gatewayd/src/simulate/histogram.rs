//! A histogram of times: sixteen steps to each doubling, so that none is told wrong by more than 6 %.

/// Steps to each doubling.
const STEPS: u32 = 16;

/// Times in nanoseconds, counted.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum_ns: u128,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { counts: vec![0; (64 * STEPS) as usize], count: 0, sum_ns: 0 }
    }
}

impl Histogram {
    /// Counts a time.
    pub(super) fn add(&mut self, time_ns: u64) {
        self.counts[place(time_ns)] += 1;
        self.count += 1;
        self.sum_ns += u128::from(time_ns);
    }

    /// The mean, exactly.
    pub(super) fn mean_ns(&self) -> f64 {
        self.sum_ns as f64 / self.count.max(1) as f64
    }

    /// The time that so many percent of all do not exceed; 0 of none.
    pub(super) fn percentile_ns(&self, percent: f64) -> u64 {
        let wanted = (self.count as f64 * percent / 100.0).ceil() as u64;
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && *count > 0 {
                return middle(place);
            }
        }
        0
    }
}

fn place(time_ns: u64) -> usize {
    let time = time_ns.max(u64::from(STEPS));
    let doublings = time.ilog2();
    let step = (time >> (doublings - STEPS.ilog2())) as u32 - STEPS;
    (doublings * STEPS + step) as usize
}

fn middle(place: usize) -> u64 {
    let (doublings, step) = (place as u32 / STEPS, place as u32 % STEPS);
    let width = 1_u64 << (doublings - STEPS.ilog2());
    u64::from(STEPS + step) * width + width / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_near_and_the_mean_is_exact() {
        let mut times = Histogram::default();
        (1..=1000).for_each(|time| times.add(time * 1_000_000));
        assert_eq!(times.mean_ns(), 500_500_000.0);
        for (percent, ms) in [(50.0, 500.0), (90.0, 900.0), (99.0, 990.0), (100.0, 1000.0)] {
            let told = times.percentile_ns(percent) as f64 / 1e6;
            assert!((told / ms - 1.0).abs() < 0.06, "{percent}: {told}");
        }
        assert_eq!(Histogram::default().percentile_ns(99.0), 0);
    }

    #[test]
    fn every_time_has_a_place() {
        let mut times = Histogram::default();
        [0, 1, 15, 16, 17, u64::MAX].into_iter().for_each(|time| times.add(time));
        assert!(times.percentile_ns(100.0) > u64::MAX / 2);
    }
}
