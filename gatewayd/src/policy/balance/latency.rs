//! Latency: how long a backend takes to answer, as slow as its latest peak.
//!
//! After Finagle's Peak EWMA: a slower answer counts whole at once, quicker ones bring the estimate
//! down by and by. An estimate says less the older it is: then the slower one of two counts as
//! slower by a smaller part, until it is worth another try; it never counts as the quicker one, so
//! that not everybody tries at once.

/// What is older than this counts for little.
const DECAY_MS: f32 = 10_000.0;
/// What is older is forgotten: before its age could wrap.
const WORTHLESS_MS: u32 = 600_000;

/// The estimate, and when it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Latency {
    /// Microseconds; 0 is unknown.
    us: f32,
    /// Milliseconds, wrapping.
    at_ms: u32,
}

/// An estimate with its age.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Aged {
    us: f32,
    age_ms: u32,
}

impl Latency {
    /// With an answer at `now_ms` that took `us`.
    #[must_use]
    pub fn answered(self, us: u64, now_ms: u64) -> Latency {
        let us = (us as f32).max(1.0);
        let at_ms = now_ms as u32;
        if self.us == 0.0 || us >= self.us {
            return Latency { us, at_ms };
        }
        let news = 1.0 - kept(self.aged(now_ms).age_ms);
        Latency { us: self.us + (us - self.us) * news, at_ms }
    }

    /// With an attempt that failed at `now_ms` after `us`: that it took long is known from it, that
    /// it was quick says nothing.
    #[must_use]
    pub fn failed(self, us: u64, now_ms: u64) -> Latency {
        if self.us > 0.0 && us as f32 > self.us { self.answered(us, now_ms) } else { self }
    }

    /// The estimate as it is seen at `now_ms`.
    #[must_use]
    pub fn aged(self, now_ms: u64) -> Aged {
        // Another worker's clock may have been read a little earlier.
        let age_ms = (now_ms as u32).wrapping_sub(self.at_ms).cast_signed().max(0);
        Aged { us: self.us, age_ms: age_ms.cast_unsigned() }
    }

    /// As one word, 0 for unknown.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        u64::from(self.us.to_bits()) << 32 | u64::from(self.at_ms)
    }

    /// From [`Latency::to_bits`].
    #[must_use]
    pub fn from_bits(bits: u64) -> Latency {
        Latency { us: f32::from_bits((bits >> 32) as u32), at_ms: bits as u32 }
    }
}

impl Aged {
    /// Whether so much time has passed that it might as well be unknown.
    #[must_use]
    pub fn is_worthless(self) -> bool {
        self.us > 0.0 && self.age_ms > WORTHLESS_MS
    }

    /// Whether one that bears so much answers sooner than another one. One that is unknown counts as
    /// quick as the other: who is new is judged by what it bears alone.
    pub(super) fn beats(self, bears: f32, other: Aged, other_bears: f32) -> bool {
        if self.us == 0.0 || other.us == 0.0 || self.us == other.us {
            bears < other_bears
        } else if self.us > other.us {
            // However old the estimate is: with as much to bear the slower one is no better.
            bears < other_bears && self.as_slow(other.us) * bears < other.us * other_bears
        } else {
            bears <= other_bears || self.us * bears < other.as_slow(self.us) * other_bears
        }
    }

    /// What the estimate counts beside a quicker one.
    fn as_slow(self, quick_us: f32) -> f32 {
        quick_us + (self.us - quick_us) * kept(self.age_ms)
    }
}

/// The part of an estimate's say that is left at this age.
fn kept(age_ms: u32) -> f32 {
    // Most are answered all the time: nothing that can be told is lost.
    if age_ms == 0 { 1.0 } else { (-(age_ms as f32) / DECAY_MS).exp() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(us: u64, at_ms: u64) -> Latency {
        Latency::default().answered(us, at_ms)
    }

    #[test]
    fn a_peak_counts_at_once_and_quick_answers_bring_it_down_by_and_by() {
        let slow = known(1000, 0).answered(90_000, 5);
        assert_eq!(slow.us, 90_000.0);
        let after = |seconds: u64| {
            (1..=seconds * 100).fold(slow, |it, nth| it.answered(1000, 5 + nth * 10)).us
        };
        assert!((30_000.0..36_000.0).contains(&after(10)), "{}", after(10));
        assert!(after(90) < 1100.0, "{}", after(90));
    }

    #[test]
    fn answers_within_a_millisecond_change_nothing_but_peaks_do() {
        let at = known(500, 7);
        assert_eq!(at.answered(100, 7), at);
        assert_eq!(at.answered(600, 7).us, 600.0);
    }

    #[test]
    fn a_failure_tells_that_it_was_slow_and_never_that_it_was_quick() {
        assert_eq!(known(500, 0).failed(3, 9000), known(500, 0));
        assert_eq!(known(500, 0).failed(60_000_000, 9000), known(60_000_000, 9000));
        assert_eq!(Latency::default().failed(3, 9000), Latency::default());
    }

    #[test]
    fn an_estimate_of_long_ago_is_worthless_and_an_unknown_one_is_nothing_to_forget() {
        assert!(!known(500, 0).aged(600_000).is_worthless());
        assert!(known(500, 0).aged(600_001).is_worthless());
        assert!(!Latency::default().aged(900_000).is_worthless());
    }

    #[test]
    fn who_is_unknown_counts_as_the_other() {
        let (new, known) = (Latency::default().aged(5), known(700, 0).aged(5));
        for (one, two) in [(new, known), (known, new), (new, new)] {
            assert!(one.beats(1.0, two, 2.0));
            assert!(!one.beats(2.0, two, 2.0) && !one.beats(3.0, two, 2.0));
        }
    }

    proptest! {
        #[test]
        fn of_two_the_one_with_less_to_wait_for_beats_the_other(
            one in (1..9_000_000_u64, 1..50_u32), two in (1..9_000_000_u64, 1..50_u32),
            age_ms in 0..60_000_u64,
        ) {
            let aged = |us: u64| known(us, 0).aged(age_ms);
            let [one, two] = [one, two].map(|(us, bears)| (aged(us), bears as f32));
            let cost = |(it, bears): (Aged, f32), other: Aged| {
                let us = if it.us > other.us { it.as_slow(other.us) } else { it.us };
                us * bears
            };
            let (first, second) = (cost(one, two.0), cost(two, one.0));
            if (first - second).abs() > first * 1e-5 {
                prop_assert_eq!(one.0.beats(one.1, two.0, two.1), first < second);
                prop_assert_eq!(two.0.beats(two.1, one.0, one.1), second < first);
            }
        }

        #[test]
        fn with_age_the_slower_nears_the_quicker_and_never_gets_ahead(
            slow_us in 1_000..60_000_000_u64, quick_us in 1..1_000_u64,
            ages in prop::collection::vec(0..200_000_u64, 2), quick_at in 0..400_000_u64,
        ) {
            let (slow, quick) = (known(slow_us, 0), known(quick_us, quick_at));
            let (young, old) = (ages[0].min(ages[1]), ages[0].max(ages[1]));
            let quick = quick.aged(quick_at);
            let at = |now_ms| slow.aged(now_ms).as_slow(quick.us);
            prop_assert!(at(old) <= at(young));
            prop_assert!([young, old, 1_000_000].iter().all(|now_ms| at(*now_ms) >= quick.us));
            prop_assert!(at(400_000) - quick.us < 1.0, "{}", at(400_000));
            for now_ms in [young, old, 400_000] {
                let slow = slow.aged(now_ms);
                prop_assert!(!slow.beats(2.0, quick, 2.0), "as much to bear");
                prop_assert!(quick.beats(2.0, slow, 2.0));
            }
        }

        #[test]
        fn an_estimate_lies_within_what_was_seen_and_survives_its_word(
            answers in prop::collection::vec((1..60_000_000_u64, 0..20_000_u64), 1..50),
        ) {
            let (mut latency, mut now_ms) = (Latency::default(), u64::from(u32::MAX) - 1000);
            for (us, later_ms) in &answers {
                now_ms += later_ms;
                latency = Latency::from_bits(latency.answered(*us, now_ms).to_bits());
            }
            let all = || answers.iter().map(|(us, _)| *us as f32);
            prop_assert!(latency.us <= all().fold(0.0, f32::max));
            prop_assert!(latency.us >= all().fold(f32::INFINITY, f32::min) * 0.999);
            prop_assert!(latency.us >= answers.last().unwrap().0 as f32 * 0.999);
        }
    }
}
