//! A measure: a rule in the units it is counted in. What one key used of it is 89 bits.

use std::num::NonZeroU32;

use crate::model::Rule;

use super::{Bucket, Packing, Tuning, Verdict, Window};

/// What one key used, as its measure packs it.
pub type Used = u128;

/// A rule in the units it is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Never more than so many in any window.
    Window(Packing),
    /// On average, with bursts.
    Bucket(Bucket),
    /// So many at once. What a key used is how many it has now.
    InFlight(NonZeroU32),
}

/// After how long a client may ask again whose requests are still under way: nobody knows when they
/// end.
const AGAIN_MS: u64 = 1000;

impl Measure {
    /// How full the measure of a key is when it used everything.
    pub const FULL: u32 = 1 << 16;

    /// The measure of a rule.
    #[must_use]
    pub fn of(rule: Rule) -> Measure {
        match rule {
            Rule::Max(allowance) => Measure::Window(Packing::of(Tuning::of(allowance))),
            Rule::Rate(rate) => Measure::Bucket(Bucket::of(rate)),
            Rule::Concurrent(most) => Measure::InFlight(most),
        }
    }

    /// What a key used that never asked. Times are microseconds since the start of the process.
    #[must_use]
    pub fn unused(&self, now_us: u64) -> Used {
        match self {
            Measure::Window(packing) => packing.pack(&Window::new(packing.tuning(), now_us / 1000)),
            Measure::Bucket(_) | Measure::InFlight(_) => 0,
        }
    }

    /// Decides of one request now, and counts it if it passes.
    pub fn admit(&self, used: &mut Used, now_us: u64) -> Verdict {
        match self {
            Measure::Window(packing) => {
                let mut window = packing.unpack(*used, now_us / 1000);
                let verdict = window.admit(now_us / 1000, packing.tuning());
                *used = packing.pack(&window);
                verdict
            }
            Measure::Bucket(bucket) => {
                let mut arrival_ns = *used as u64;
                let verdict = bucket.admit(&mut arrival_ns, now_us * 1000);
                *used = arrival_ns.into();
                verdict
            }
            Measure::InFlight(most) => match most.get().checked_sub(*used as u32) {
                None | Some(0) => Verdict::Rejected { retry_after_ms: AGAIN_MS },
                Some(free) => {
                    *used += 1;
                    Verdict::Admitted { left: free - 1 }
                }
            },
        }
    }

    /// Whether what was admitted has to be given back.
    #[must_use]
    pub fn is_in_flight(&self) -> bool {
        matches!(self, Measure::InFlight(_))
    }

    /// One request that was admitted is over.
    pub fn give_back(&self, used: &mut Used) {
        if self.is_in_flight() {
            *used = used.saturating_sub(1);
        }
    }

    /// How full it is now: 0 can be forgotten, [`Measure::FULL`] and more must not be.
    #[must_use]
    pub fn fill(&self, used: Used, now_us: u64) -> u32 {
        let (count, most) = match self {
            Measure::Window(packing) => (self.count(used, now_us), packing.tuning().requests()),
            Measure::Bucket(bucket) => (self.count(used, now_us), bucket.burst()),
            // Whoever is forgotten while it has some could have as many again.
            Measure::InFlight(_) => return if used == 0 { 0 } else { Measure::FULL },
        };
        let fill = u64::from(count) * u64::from(Measure::FULL) / u64::from(most);
        // Less than a part is more than nothing.
        u32::try_from(fill).unwrap_or(u32::MAX).max(u32::from(count > 0))
    }

    /// How many requests it holds against the key now.
    #[must_use]
    pub fn count(&self, used: Used, now_us: u64) -> u32 {
        match self {
            Measure::Window(packing) => packing.unpack(used, now_us / 1000).count(now_us / 1000),
            Measure::Bucket(bucket) => bucket.count(used as u64, now_us * 1000),
            Measure::InFlight(_) => used as u32,
        }
    }

    /// The same past in this measure, which was taken in another. Where the two count in different
    /// ways, everything is taken to have come now; what is in flight and what came is not compared.
    #[must_use]
    pub fn translate(&self, used: Used, was: &Measure, now_us: u64) -> Used {
        let now_ms = now_us / 1000;
        match (self, was) {
            (Measure::Window(to), Measure::Window(from)) => {
                to.pack(&from.unpack(used, now_ms).retuned(to.tuning(), now_ms))
            }
            (Measure::Window(to), Measure::Bucket(_)) => {
                to.pack(&Window::holding(was.count(used, now_us), to.tuning(), now_ms))
            }
            (Measure::InFlight(_), Measure::InFlight(_)) => used,
            (Measure::InFlight(_), _) | (_, Measure::InFlight(_)) => self.unused(now_us),
            (Measure::Bucket(_), Measure::Bucket(_)) if self == was => used,
            (Measure::Bucket(to), _) => to.after(was.count(used, now_us), now_us * 1000).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::model::Rate;

    fn max(text: &str) -> Measure {
        Measure::of(Rule::Max(text.parse().unwrap()))
    }

    fn rate(text: &str, burst: u32) -> Measure {
        let burst = NonZeroU32::new(burst).unwrap();
        Measure::of(Rule::Rate(Rate::new(text.parse().unwrap(), burst).unwrap()))
    }

    fn passes(measure: &Measure, used: &mut Used, times: u32, now_us: u64) -> u32 {
        let passes = |_: &u32| matches!(measure.admit(used, now_us), Verdict::Admitted { .. });
        (0..times).filter(passes).count() as u32
    }

    #[test]
    fn a_key_is_as_full_as_the_part_it_used() {
        for measure in [max("10/minute"), rate("10/minute", 10)] {
            let mut used = measure.unused(5_000_000);
            assert_eq!(measure.fill(used, 5_000_000), 0);
            passes(&measure, &mut used, 5, 5_000_000);
            assert_eq!(measure.fill(used, 5_000_000), Measure::FULL / 2);
            passes(&measure, &mut used, 9, 5_000_000);
            assert_eq!(measure.fill(used, 5_000_000), Measure::FULL);
            assert_eq!(measure.fill(used, 80_000_000), 0);
        }
        let large = max("1000000/minute");
        let mut used = large.unused(0);
        passes(&large, &mut used, 1, 0);
        assert_eq!(large.fill(used, 0), 1);
    }

    #[test]
    fn what_is_in_flight_counts_until_it_is_given_back() {
        let measure = Measure::of(Rule::Concurrent(NonZeroU32::new(2).unwrap()));
        let mut used = measure.unused(0);
        assert_eq!(passes(&measure, &mut used, 9, 0), 2);
        assert_eq!(measure.fill(used, u64::MAX), Measure::FULL, "no time makes it less");
        measure.give_back(&mut used);
        assert_eq!((measure.count(used, 0), measure.fill(used, 0)), (1, Measure::FULL));
        assert_eq!(passes(&measure, &mut used, 9, 0), 1);
        let fewer = Measure::of(Rule::Concurrent(NonZeroU32::MIN));
        let mut used = fewer.translate(used, &measure, 0);
        assert_eq!(passes(&fewer, &mut used, 9, 0), 0);
        (0..3).for_each(|_| fewer.give_back(&mut used));
        assert_eq!(fewer.fill(used, 0), 0);
        assert_eq!(max("5/minute").count(max("5/minute").translate(1, &measure, 0), 0), 0);
    }

    #[test]
    fn what_was_used_counts_on_whatever_the_rule_becomes() {
        let all = [max("30/minute"), max("40/hour"), rate("10/minute", 25), rate("1/minute", 30)];
        for was in &all {
            let mut used = was.unused(7_000_000);
            assert_eq!(passes(was, &mut used, 20, 7_000_000), 20);
            for (is, most) in all.iter().zip([30, 40, 25, 30]) {
                let mut now = is.translate(used, was, 7_000_000);
                let more = passes(is, &mut now, 99, 7_000_000);
                assert_eq!(more, most - 20, "{was:?} {is:?}");
            }
        }
    }
}
