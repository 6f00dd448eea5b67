//! Error load: what failed attempts still weigh on a backend.
//!
//! A server that fails in a millisecond has nothing under way and looks idle. So a failed attempt
//! counts as one under way for as long as a good one would have taken. By Little's law it then
//! looks about as loaded as its neighbours when it has the same rate of requests, however soon it
//! fails, and there is nothing to be gained by asking it more.

use std::time::Duration;

/// Less than this is nothing; more, however little, counts as a whole one: in doubt a server that
/// fails is asked less.
const LEAST: f32 = 1.0 / 16.0;
/// More is not counted, so that nobody is shunned for long after he recovered.
const MOST: f32 = 10_000.0;
/// What a good attempt takes is told between these.
const SHORTEST_STAY: Duration = Duration::from_millis(1);
const LONGEST_STAY: Duration = Duration::from_secs(60);
/// How much of what was known the latest second replaces.
const NEWS: f64 = 0.3;

/// Failed attempts that count as under way: so many at a time, fading since.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ErrorLoad {
    requests: f32,
    /// Milliseconds, wrapping.
    at_ms: u32,
}

impl ErrorLoad {
    /// With one more that failed at `now_ms`, where a good one is under way for `stay`.
    #[must_use]
    pub fn failed(self, now_ms: u64, stay: Duration) -> ErrorLoad {
        let requests = (self.left(now_ms, stay) + 1.0).min(MOST);
        ErrorLoad { requests, at_ms: now_ms as u32 }
    }

    /// How many of them count at `now_ms`; 0 once all have faded.
    #[must_use]
    pub fn requests(self, now_ms: u64, stay: Duration) -> u32 {
        let left = self.left(now_ms, stay);
        if left < LEAST { 0 } else { left.ceil() as u32 }
    }

    /// As one word, 0 for none.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        u64::from(self.requests.to_bits()) << 32 | u64::from(self.at_ms)
    }

    /// From [`ErrorLoad::to_bits`].
    #[must_use]
    pub fn from_bits(bits: u64) -> ErrorLoad {
        ErrorLoad { requests: f32::from_bits((bits >> 32) as u32), at_ms: bits as u32 }
    }

    fn left(self, now_ms: u64, stay: Duration) -> f32 {
        // Another worker's clock may have been read a little earlier.
        let age_ms = (now_ms as u32).wrapping_sub(self.at_ms).cast_signed().max(0);
        let stay_ms = stay.as_secs_f32() * 1000.0;
        self.requests * (-(age_ms as f32) / stay_ms).exp()
    }
}

/// How long a good attempt is under way in a pool, as its figures tell from second to second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stay {
    in_flight: f64,
    per_second: f64,
}

impl Stay {
    /// What it is before anything is known: rather too long, so that who fails is asked little.
    pub const UNKNOWN: Duration = Duration::from_secs(1);

    /// Takes in how many are under way now and how many went well per second since it was looked
    /// last; tells how long one is under way, unless nothing went well for long (Little's law:
    /// L = λW).
    pub fn observe(&mut self, in_flight: f64, per_second: f64) -> Option<Duration> {
        self.in_flight += NEWS * (in_flight - self.in_flight);
        self.per_second += NEWS * (per_second - self.per_second);
        let seconds = self.in_flight / self.per_second;
        let told = self.per_second > 1e-3 && seconds.is_finite();
        told.then(|| Duration::from_secs_f64(seconds.min(1e6)).clamp(SHORTEST_STAY, LONGEST_STAY))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAY: Duration = Duration::from_millis(50);

    #[test]
    fn a_failure_counts_at_once_and_fades() {
        let one = ErrorLoad::default().failed(1000, STAY);
        assert_eq!(one.requests(1000, STAY), 1);
        assert_eq!(one.failed(1000, STAY).requests(1000, STAY), 2);
        assert_eq!(one.requests(1100, STAY), 1, "faded, but there");
        assert_eq!(one.requests(1400, STAY), 0);
        assert_eq!(ErrorLoad::default().requests(u64::MAX, STAY), 0);
        assert_eq!(ErrorLoad::from_bits(0), ErrorLoad::default());
    }

    #[test]
    fn a_clock_that_was_read_earlier_or_wrapped_makes_nothing_fade() {
        let one = ErrorLoad::default().failed(1000, STAY);
        assert_eq!(one.requests(990, STAY), 1);
        let wrapped = ErrorLoad::default().failed(u64::from(u32::MAX), STAY);
        assert_eq!(wrapped.requests(u64::from(u32::MAX) + 20, STAY), 1);
        assert_eq!(wrapped.requests(u64::from(u32::MAX) + 900, STAY), 0);
    }

    #[test]
    fn a_stay_is_what_is_under_way_by_what_ends_per_second() {
        let mut stay = Stay::default();
        assert_eq!(stay.observe(0.0, 0.0), None);
        let told = (0..20).filter_map(|_| stay.observe(30.0, 600.0)).last();
        assert_eq!(told, Some(Duration::from_millis(50)));
        assert_eq!((0..90).filter_map(|_| stay.observe(9e9, 1.0)).last(), Some(LONGEST_STAY));
        assert_eq!((0..90).filter_map(|_| stay.observe(0.0, 1e5)).last(), Some(SHORTEST_STAY));
        assert_eq!((0..90).map(|_| stay.observe(7.0, 0.0)).last(), Some(None), "none ends");
    }

    proptest! {
        #[test]
        fn what_counts_is_bounded_and_gone_a_while_later(
            failures in prop::collection::vec(0..100_u64, 1..300), stay_ms in 1..60_000_u64,
        ) {
            let (mut load, mut now_ms) = (ErrorLoad::default(), 0);
            let stay = Duration::from_millis(stay_ms);
            for (count, later_ms) in (1..).zip(failures) {
                now_ms += later_ms;
                load = ErrorLoad::from_bits(load.failed(now_ms, stay).to_bits());
                let requests = load.requests(now_ms, stay);
                prop_assert!((1..=count).contains(&requests), "{} of {}", requests, count);
            }
            prop_assert_eq!(load.requests(now_ms + 20 * stay_ms, stay), 0);
        }
    }
}
