//! What do backends weigh that say how busy they are?
//!
//! As gRPC's weighted round robin (gRFC A58): what a report says of a backend counts once it has
//! reported for a while, and no longer than a while after the last one.

use crate::model::Weight;

/// Reports count after so long: the first ones are of a server that warms up.
const BLACKOUT_MS: u64 = 10_000;
/// A report counts for so long.
const EXPIRES_MS: u64 = 180_000;
/// Fewer that report say nothing about the others.
const FEWEST: usize = 2;

/// The weight that a backend reported last, since when, and when. Times are milliseconds, wrapping.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reported {
    weight: f32,
    since_ms: u32,
    at_ms: u32,
}

impl Reported {
    /// With a report of `weight` at `now_ms`.
    #[must_use]
    pub fn with(self, weight: f64, now_ms: u64) -> Reported {
        let now = now_ms as u32;
        let anew = self.weight == 0.0 || self.has_expired(now_ms);
        Reported {
            weight: weight as f32,
            since_ms: if anew { now } else { self.since_ms },
            at_ms: now,
        }
    }

    /// The weight that counts at `now_ms`.
    #[must_use]
    pub fn weight(self, now_ms: u64) -> Option<f64> {
        let now = now_ms as u32;
        let counts = self.weight > 0.0
            && !self.has_expired(now_ms)
            && u64::from(now.wrapping_sub(self.since_ms)) >= BLACKOUT_MS;
        counts.then(|| self.weight.into())
    }

    /// The latest report as one word, 0 for none, and since when.
    #[must_use]
    pub fn to_words(self) -> (u64, u32) {
        (u64::from(self.weight.to_bits()) << 32 | u64::from(self.at_ms), self.since_ms)
    }

    /// From [`Reported::to_words`].
    #[must_use]
    pub fn from_words(latest: u64, since_ms: u32) -> Reported {
        let weight = f32::from_bits((latest >> 32) as u32);
        Reported { weight, since_ms, at_ms: latest as u32 }
    }

    /// Whether the last one is so old that it is as if there were none.
    #[must_use]
    pub fn has_expired(self, now_ms: u64) -> bool {
        // Another worker's clock may have been read a little earlier.
        i64::from((now_ms as u32).wrapping_sub(self.at_ms).cast_signed()) > EXPIRES_MS as i64
    }
}

/// The weights of backends of which each weighs `weight` as desired and reported what it should: in
/// proportion to that, so that their mean stays. One that does not report weighs what it would if
/// it reported the mean of the others. None becomes 0.
#[must_use]
pub fn followed(all: &[(Weight, Option<f64>)]) -> Vec<Weight> {
    let reported: Vec<f64> = all.iter().filter_map(|(_, reported)| *reported).collect();
    if reported.len() < FEWEST {
        return all.iter().map(|(weight, _)| *weight).collect();
    }
    let mean = reported.iter().sum::<f64>() / reported.len() as f64;
    let factor = |reported: &Option<f64>| reported.map_or(1.0, |it| it / mean);
    let wanted =
        |(weight, reported): &(Weight, Option<f64>)| f64::from(weight.get()) * factor(reported);
    let highest = all.iter().map(wanted).fold(0.0, f64::max);
    let scale = (f64::from(Weight::MAX.get()) / highest).min(1.0);
    let weight = |it: &(Weight, Option<f64>)| match it.0 {
        Weight::ZERO => Weight::ZERO,
        _ => Weight::nearest(((wanted(it) * scale).round() as i64).max(1)),
    };
    all.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_report_counts_after_a_while_and_no_longer_than_a_while() {
        let first = Reported::default().with(50.0, 1_000);
        assert_eq!(Reported::default().weight(999_999), None);
        assert_eq!(first.weight(10_999), None);
        let next = first.with(80.0, 9_000);
        assert_eq!(next.weight(10_999), None, "the first one begins it");
        assert_eq!(next.weight(11_000), Some(80.0));
        assert_eq!(next.weight(189_000), Some(80.0));
        assert_eq!(next.weight(189_001), None);
        let again = next.with(70.0, 200_000);
        assert_eq!((again.weight(205_000), again.weight(210_000)), (None, Some(70.0)));
        assert_eq!(next.with(70.0, 8_990).weight(11_000), Some(70.0), "an earlier clock");
    }

    fn weights(all: &[(i64, Option<f64>)]) -> Vec<u16> {
        let all: Vec<_> =
            all.iter().map(|(weight, reported)| (Weight::nearest(*weight), *reported)).collect();
        followed(&all).into_iter().map(Weight::get).collect()
    }

    #[test]
    fn weights_follow_what_is_reported_around_what_is_desired() {
        assert_eq!(weights(&[(100, Some(400.0)), (100, Some(100.0))]), [160, 40]);
        assert_eq!(weights(&[(100, Some(400.0)), (100, Some(100.0)), (100, None)]), [160, 40, 100]);
        assert_eq!(weights(&[(200, Some(9.0)), (100, Some(9.0)), (0, Some(9.0))]), [200, 100, 0]);
        assert_eq!(weights(&[(100, Some(400.0)), (100, None)]), [100, 100], "one says nothing");
        assert_eq!(weights(&[(1000, Some(3.0)), (1000, Some(1.0))]), [1000, 333]);
        assert_eq!(weights(&[(1, Some(1.0)), (1, Some(1e9))]), [1, 2]);
        assert_eq!(weights(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn shares_are_those_that_were_reported(
            all in prop::collection::vec((1..=100_i64, 0.5..2.0_f64), 2..12),
        ) {
            // Weights large enough that rounding is nothing.
            let told: Vec<_> = all.iter().map(|(it, to)| (*it * 5, Some(*to))).collect();
            let got = weights(&told);
            let (mut wanted, mut sum) = (Vec::new(), 0.0);
            for (weight, to) in &told {
                wanted.push(*weight as f64 * to.unwrap());
                sum += *weight as f64 * to.unwrap();
            }
            let whole: f64 = got.iter().map(|it| f64::from(*it)).sum();
            for (got, wanted) in got.iter().zip(wanted) {
                let (got, wanted) = (f64::from(*got) / whole, wanted / sum);
                prop_assert!((got - wanted).abs() < 0.02 + wanted * 0.02, "{} {}", got, wanted);
            }
        }
    }
}
