//! How much of its weight does a backend take while it starts?

use std::time::Duration;

use crate::model::Weight;

use super::Part;

/// What a starting backend takes at least, in percent: caches do not warm up on nothing.
const FLOOR: u64 = 10;

/// A backend that takes requests.
#[derive(Clone, Copy, Debug)]
pub struct Serving {
    /// Its weight as desired.
    pub weight: Weight,
    /// For how long it has been taking requests: since it joined, recovered or was enabled.
    pub since: Duration,
}

/// The part of its weight that each of a pool's serving backends takes, in their order.
///
/// It grows evenly over `slow_start`. While more than half of the pool's capacity is starting, all
/// take their whole: sparing them would load the others with more than twice their share.
pub fn slow_start(pool: &[Serving], slow_start: Duration) -> impl Iterator<Item = Part> {
    let weight = |it: &Serving| u32::from(it.weight.get());
    let all: u32 = pool.iter().map(weight).sum();
    let starting = pool.iter().filter(|it| it.since < slow_start);
    let mostly_new = starting.map(weight).sum::<u32>() * 2 > all;
    pool.iter().map(move |it| if mostly_new { Part::WHOLE } else { part(it.since, slow_start) })
}

fn part(since: Duration, slow_start: Duration) -> Part {
    if since >= slow_start {
        return Part::WHOLE;
    }
    let percent = since.as_millis() * 100 / slow_start.as_millis().max(1);
    Part::nearest((percent as u64).max(FLOOR))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(pool: &[(i64, u64)], seconds: u64) -> Vec<u8> {
        let serving = |(weight, since): &(i64, u64)| Serving {
            weight: Weight::nearest(*weight),
            since: Duration::from_secs(*since),
        };
        let pool: Vec<_> = pool.iter().map(serving).collect();
        slow_start(&pool, Duration::from_secs(seconds)).map(Part::percent).collect()
    }

    #[test]
    fn a_new_backend_takes_a_growing_part() {
        let at = |since| parts(&[(100, 900), (100, since)], 30)[1];
        assert_eq!([0, 1, 3, 6, 15, 29, 30, 31].map(at), [10, 10, 10, 20, 50, 96, 100, 100]);
    }

    #[test]
    fn those_that_serve_for_long_take_their_whole() {
        assert_eq!(parts(&[(100, 30), (100, 0), (50, 31)], 30), [100, 10, 100]);
    }

    #[test]
    fn a_pool_that_is_mostly_new_spares_nobody() {
        assert_eq!(parts(&[(100, 0), (100, 0)], 30), [100, 100]);
        assert_eq!(parts(&[(100, 0)], 30), [100]);
        assert_eq!(parts(&[(100, 900), (101, 0)], 30), [100, 100]);
        // Half is not more than half.
        assert_eq!(parts(&[(100, 900), (100, 0)], 30), [100, 10]);
    }

    #[test]
    fn no_slow_start_is_the_whole_at_once() {
        assert_eq!(parts(&[(100, 0), (100, 900), (100, 900)], 0), [100, 100, 100]);
        assert_eq!(part(Duration::ZERO, Duration::from_micros(500)).percent(), 10);
    }

    proptest! {
        #[test]
        fn a_part_only_grows_and_is_never_nothing(
            since in 0..100_000_u64, more in 0..100_000_u64, whole in 0..60_000_u64,
        ) {
            let part = |ms| part(Duration::from_millis(ms), Duration::from_millis(whole));
            prop_assert!(part(since) <= part(since + more));
            prop_assert!(part(since) >= Part::nearest(FLOOR));
            prop_assert_eq!(part(since) == Part::WHOLE, since >= whole);
        }
    }
}
