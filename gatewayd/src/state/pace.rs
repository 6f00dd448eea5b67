//! A pace: how often something that may repeat without end is done.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

/// How often like messages are told.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// The pace of one message: the first is told, then one in a while, with the count of those between.
#[derive(Debug)]
pub struct MessagePace {
    limiter: DefaultDirectRateLimiter,
    kept_back: AtomicU64,
}

impl Default for MessagePace {
    fn default() -> MessagePace {
        MessagePace::every(TOLD_EVERY)
    }
}

impl MessagePace {
    fn every(period: Duration) -> MessagePace {
        let quota = Quota::with_period(period).expect("the period is not zero");
        MessagePace { limiter: RateLimiter::direct(quota), kept_back: AtomicU64::new(0) }
    }

    /// Whether it is time to tell, and how many were kept back since the last time.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        if self.limiter.check().is_ok() {
            return Some(self.kept_back.swap(0, Ordering::Relaxed));
        }
        self.kept_back.fetch_add(1, Ordering::Relaxed);
        None
    }
}

/// The pace of callers, each on its own; cheap to clone.
#[derive(Clone, Debug)]
pub struct CallerPace(Arc<DefaultKeyedRateLimiter<String>>);

impl CallerPace {
    /// So many calls per second of each caller, and so many at once.
    #[must_use]
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> CallerPace {
        CallerPace(Arc::new(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst))))
    }

    /// Counts a call of `caller`.
    ///
    /// # Errors
    /// How long it has to wait, when it calls too often.
    pub fn admit(&self, caller: &str) -> Result<(), Duration> {
        let wait =
            |early: governor::NotUntil<_>| early.wait_time_from(DefaultClock::default().now());
        self.0.check_key(&caller.to_owned()).map_err(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_repeats_is_told_once_in_a_while_with_the_count_of_those_between() {
        let pace = MessagePace::every(Duration::from_millis(50));
        assert_eq!(pace.due(), Some(0));
        let mut kept_back = 0;
        let told = loop {
            match pace.due() {
                Some(told) => break told,
                None => kept_back += 1,
            }
        };
        assert!(kept_back > 0);
        assert_eq!(told, kept_back);
    }

    #[test]
    fn one_caller_who_calls_too_often_waits_and_no_other() {
        let (rate, burst) = (NonZeroU32::MIN, NonZeroU32::new(3).unwrap());
        let pace = CallerPace::new(rate, burst);
        assert_eq!([0; 3].map(|_| pace.admit("ana")), [Ok(()); 3]);
        let wait = pace.admit("ana").unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(pace.admit("bo"), Ok(()));
    }
}
