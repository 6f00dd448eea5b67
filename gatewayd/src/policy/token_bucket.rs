//! A token bucket: `burst` requests at once, and as many as the rate fills in again.
//!
//! Decided by GCRA (ITU-T I.371) as the `governor` crate has it. Its store is one number that the
//! caller keeps: the theoretical arrival time, in nanoseconds since the start of the process.
//! Governor reads a clock and counts from its own first reading; here the clock stands still at the
//! one reading that the request has already, and the store counts from that.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::nanos::Nanos;
use governor::state::{NotKeyed, StateStore};
use governor::{NotUntil, Quota, RateLimiter};

use crate::model::Rate;

use super::Verdict;

const NS_IN_MS: u64 = 1_000_000;

/// How a bucket is filled, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The time between two requests at this rate.
    step_ns: u64,
    burst: NonZeroU32,
}

/// A clock for one request.
#[derive(Clone, Debug)]
struct Still;

/// The arrival time of one key; times that governor sees begin at `now_ns`.
struct Arrival<'a> {
    at_ns: &'a Cell<u64>,
    now_ns: u64,
}

impl Clock for Still {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(0)
    }
}

impl StateStore for Arrival<'_> {
    type Key = NotKeyed;

    fn measure_and_replace<T, F, E>(&self, _: &NotKeyed, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // One that has passed is as good as now.
        let ahead = self.at_ns.get().saturating_sub(self.now_ns);
        let (outcome, next) = decide(Some(Nanos::new(ahead)))?;
        self.at_ns.set(self.now_ns + next.as_u64());
        Ok(outcome)
    }
}

impl Bucket {
    /// The bucket of a rate.
    #[must_use]
    pub fn of(rate: Rate) -> Bucket {
        // Whole seconds of at most a day; rounded up, for the strict side.
        let period_ns = rate.pace().period().as_nanos() as u64;
        Bucket { step_ns: period_ns.div_ceil(rate.pace().requests().into()), burst: rate.burst() }
    }

    /// Decides of one request now, and moves the arrival time on if it passes.
    pub fn admit(&self, arrival_ns: &mut u64, now_ns: u64) -> Verdict {
        let at_ns = Cell::new(*arrival_ns);
        let store = Arrival { at_ns: &at_ns, now_ns };
        let decided: Result<StateSnapshot, NotUntil<Nanos>> =
            RateLimiter::<_, _, _, StateInformationMiddleware>::new(self.quota(), store, Still)
                .check();
        *arrival_ns = at_ns.get();
        match decided {
            Ok(state) => Verdict::Admitted { left: state.remaining_burst_capacity() },
            Err(until) => {
                let wait = until.wait_time_from(Nanos::new(0));
                let wait_ns = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
                Verdict::Rejected { retry_after_ms: wait_ns.div_ceil(NS_IN_MS) }
            }
        }
    }

    /// How many requests it holds against its client now.
    #[must_use]
    pub fn count(&self, arrival_ns: u64, now_ns: u64) -> u32 {
        let ahead = arrival_ns.saturating_sub(now_ns).div_ceil(self.step_ns);
        u32::try_from(ahead).unwrap_or(u32::MAX)
    }

    /// The arrival time of a client that holds `count` requests now.
    #[must_use]
    pub fn after(&self, count: u32, now_ns: u64) -> u64 {
        now_ns + self.step_ns * u64::from(count.min(self.burst.get()))
    }

    /// How many it holds at once.
    #[must_use]
    pub fn burst(&self) -> u32 {
        self.burst.get()
    }

    fn quota(&self) -> Quota {
        Quota::with_period(Duration::from_nanos(self.step_ns))
            .expect("a period and a number of requests are never 0")
            .allow_burst(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bucket(rate: &str, burst: u32) -> Bucket {
        Bucket::of(Rate::new(rate.parse().unwrap(), NonZeroU32::new(burst).unwrap()).unwrap())
    }

    fn passes(bucket: &Bucket, arrival_ns: &mut u64, now_ns: u64) -> bool {
        matches!(bucket.admit(arrival_ns, now_ns), Verdict::Admitted { .. })
    }

    #[test]
    fn a_burst_passes_at_once_and_the_rate_fills_it_again() {
        let bucket = bucket("10/second", 20);
        let (mut arrival, start) = (0, 5_000 * NS_IN_MS);
        for left in (0..20).rev() {
            assert_eq!(bucket.admit(&mut arrival, start), Verdict::Admitted { left });
        }
        let refused = Verdict::Rejected { retry_after_ms: 100 };
        assert_eq!(bucket.admit(&mut arrival, start), refused);
        assert_eq!(bucket.count(arrival, start), 20);
        let second = start + 1_000 * NS_IN_MS;
        let passed = (0..20).filter(|_| passes(&bucket, &mut arrival, second)).count();
        assert_eq!(passed, 10);
        assert_eq!(bucket.count(arrival, second + 2_000 * NS_IN_MS), 0);
    }

    #[test]
    fn what_was_counted_elsewhere_can_be_carried_over() {
        let bucket = bucket("10/second", 20);
        let mut arrival = bucket.after(15, NS_IN_MS);
        let passed = (0..20).filter(|_| passes(&bucket, &mut arrival, NS_IN_MS)).count();
        assert_eq!(passed, 5);
        assert_eq!(bucket.after(4_000_000_000, 0), bucket.after(20, 0));
    }

    fn rates() -> impl Strategy<Value = (u32, u64, Bucket)> {
        (1..2_000_u32, 1..5_u64, 1..50_u32).prop_map(|(requests, seconds, burst)| {
            (requests, seconds, bucket(&format!("{requests}/{seconds}s"), burst))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_more_pass_than_the_burst_and_what_the_rate_filled_in(
            (requests, seconds, bucket) in rates(),
            gaps_us in prop::collection::vec(prop_oneof![Just(0_u64), 0..90_u64, 0..300_000_u64], 1..300),
        ) {
            let (mut arrival, mut now_us) = (0, 0);
            let mut passed: Vec<u64> = Vec::new();
            for gap in gaps_us {
                now_us += gap;
                if passes(&bucket, &mut arrival, now_us * 1000) {
                    passed.push(now_us);
                }
            }
            for (first, from) in passed.iter().enumerate() {
                for (last, to) in passed.iter().enumerate().skip(first) {
                    let filled = (to - from) as f64 * f64::from(requests) / (seconds * 1_000_000) as f64;
                    let most = f64::from(bucket.burst()) + filled + 1e-6;
                    prop_assert!((last - first + 1) as f64 <= most);
                }
            }
        }

        #[test]
        fn a_client_that_never_stops_gets_all_but_a_hundredth(
            (requests, seconds, bucket) in rates(),
        ) {
            let step_us = seconds * 1_000_000 / u64::from(requests) / 4 + 1;
            let mut arrival = 0;
            let end_us = 3 * seconds * 1_000_000;
            let asked = (0..=end_us).step_by(step_us as usize);
            let times = asked.clone().count() as u32;
            let passed = asked.filter(|now_us| passes(&bucket, &mut arrival, now_us * 1000)).count();
            // A large burst is more than it asks for.
            let most = times.min(bucket.burst() + 3 * requests);
            prop_assert!(passed as f64 >= 0.99 * f64::from(most) - 1.0, "{} of {}", passed, most);
        }

        #[test]
        fn retry_after_is_neither_early_nor_late(
            (_, _, bucket) in rates(), gaps_ms in prop::collection::vec(0..200_u64, 1..60),
        ) {
            let (mut arrival, mut now_ms) = (0, 0);
            for gap in gaps_ms {
                now_ms += gap;
                for _ in 0..20 {
                    if let Verdict::Rejected { retry_after_ms } = bucket.admit(&mut arrival, now_ms * NS_IN_MS) {
                        let then = |ms: u64| passes(&bucket, &mut arrival.clone(), (now_ms + ms) * NS_IN_MS);
                        prop_assert!(!then(retry_after_ms - 1));
                        prop_assert!(then(retry_after_ms));
                    }
                }
            }
        }
    }
}
