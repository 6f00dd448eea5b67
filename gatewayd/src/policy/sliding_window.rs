//! A sliding window: may one more request pass, if no window of the period may see too many?
//!
//! Remembering every request would tell, at too many bytes for each client. Instead there are two
//! witnesses, each of which proves that one more is allowed, and one of them is enough.
//!
//! The *counts* of six sub-windows, each a fifth of the period. Wherever now is in the newest, the
//! six reach back a whole period or more, so if they hold fewer than the limit, so does the period.
//! The oldest is counted in full. Alone they would refuse an even stream close to the limit, and
//! keep a client that spent it all at once waiting for up to 6/5 of the period.
//!
//! The *pace* (the theoretical arrival time of GCRA, ITU-T I.371, without a burst): the time at
//! which all requests so far would have been sent, had they come evenly. Each moves it on by
//! `step = period / limit`, from now if it was behind. Whoever is not ahead of it is allowed: of n
//! requests in a window, the last found the pace at `first + (n - 1) * step` or later and came
//! less than a period after the first, so `n - 1 < limit`.
//!
//! Time is in whole milliseconds, and a window is as many of those as the period has.

use crate::model::Allowance;

/// How many sub-windows are counted.
const COUNTED: usize = 6;
/// How many of them make a period.
const IN_A_PERIOD: u64 = COUNTED as u64 - 1;
/// The pace is kept in parts of a millisecond: this many bits of them.
const FRACTION_BITS: u32 = 32;

/// What one client used of one limit.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// What it counts for.
    tuning: Tuning,
    /// The number of the newest sub-window since time 0.
    newest: u32,
    /// The newest first.
    counts: [u32; COUNTED],
    /// From the start of the newest sub-window, in parts of a millisecond.
    pace: u64,
}

/// What is decided of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes and is counted.
    Admitted {
        /// How many more could pass at once.
        left: u32,
    },
    /// It does not pass and is not counted.
    Rejected {
        /// When the next will pass if none does before: not 1 ms earlier.
        retry_after_ms: u64,
    },
}

/// An allowance in the units of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tuning {
    requests: u32,
    /// The length of a sub-window in milliseconds.
    width_ms: u32,
}

impl Tuning {
    fn of(allowance: Allowance) -> Tuning {
        // Whole seconds of at most a day: divisible, and small.
        let width_ms = allowance.period().as_millis() as u64 / IN_A_PERIOD;
        Tuning { requests: allowance.requests(), width_ms: width_ms as u32 }
    }

    fn width_ms(self) -> u64 {
        u64::from(self.width_ms)
    }

    fn period_ms(self) -> u64 {
        self.width_ms() * IN_A_PERIOD
    }

    /// How far a request moves the pace; rounded up, for the strict side.
    fn step(self) -> u64 {
        (self.period_ms() << FRACTION_BITS).div_ceil(u64::from(self.requests))
    }

    /// The number of the sub-window at `ms`.
    fn number(self, ms: u64) -> u32 {
        u32::try_from(ms / self.width_ms()).unwrap_or(u32::MAX)
    }
}

impl Window {
    /// One in which nothing was counted. Times are milliseconds since the start of the process.
    #[must_use]
    pub fn new(allowance: Allowance, now_ms: u64) -> Window {
        Window::tuned(Tuning::of(allowance), now_ms)
    }

    fn tuned(tuning: Tuning, now_ms: u64) -> Window {
        Window { tuning, newest: tuning.number(now_ms), counts: [0; COUNTED], pace: 0 }
    }

    /// Decides of one request now, under an allowance that may have changed since the last one.
    pub fn admit(&mut self, now_ms: u64, allowance: Allowance) -> Verdict {
        let tuning = Tuning::of(allowance);
        if self.tuning != tuning {
            *self = self.retuned(tuning, now_ms);
        }
        self.roll(now_ms);
        let into_ms = now_ms.saturating_sub(self.start_ms());
        let pace_ms = self.pace >> FRACTION_BITS;
        let used = self.total();
        if used >= tuning.requests && pace_ms > into_ms {
            let free_ms = pace_ms.min(self.counts_free_ms());
            return Verdict::Rejected { retry_after_ms: free_ms - into_ms };
        }
        self.counts[0] += 1;
        self.pace = self.pace.max(into_ms << FRACTION_BITS) + tuning.step();
        Verdict::Admitted { left: tuning.requests.saturating_sub(used + 1) }
    }

    /// How many requests it holds against its client now.
    #[must_use]
    pub fn count(&self, now_ms: u64) -> u32 {
        let mut rolled = *self;
        rolled.roll(now_ms);
        rolled.total()
    }

    /// Whether it can be forgotten: a new one would decide the same.
    #[must_use]
    pub fn is_idle(&self, now_ms: u64) -> bool {
        self.count(now_ms) == 0
    }

    fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    fn start_ms(&self) -> u64 {
        u64::from(self.newest) * self.tuning.width_ms()
    }

    /// Makes the sub-window of `now_ms` the newest. A time before it, seen by another core, counts
    /// as its start.
    fn roll(&mut self, now_ms: u64) {
        let passed = self.tuning.number(now_ms).saturating_sub(self.newest);
        if passed == 0 {
            return;
        }
        self.newest += passed;
        // Nothing reaches further than two periods.
        let passed = passed.min(2 * COUNTED as u32);
        let gone = COUNTED.min(passed as usize);
        self.counts.rotate_right(gone);
        self.counts[..gone].fill(0);
        let passed_ms = u64::from(passed) * self.tuning.width_ms();
        self.pace = self.pace.saturating_sub(passed_ms << FRACTION_BITS);
    }

    /// When the counts will allow one more, from the start of the newest sub-window.
    fn counts_free_ms(&self) -> u64 {
        let mut left = self.total();
        let mut free_ms = 0;
        for count in self.counts.iter().rev() {
            left -= count;
            free_ms += self.tuning.width_ms();
            if left < self.tuning.requests {
                break;
            }
        }
        free_ms
    }

    /// The same past under another allowance. What was counted in a sub-window may have come as
    /// late as its end, so it is taken to have.
    fn retuned(&self, tuning: Tuning, now_ms: u64) -> Window {
        let mut window = Window::tuned(tuning, now_ms);
        let step = u128::from(tuning.step());
        let mut pace = 0;
        for (age, count) in (0..COUNTED as u32).zip(self.counts).rev() {
            let next = u64::from((self.newest + 1).saturating_sub(age)) * self.tuning.width_ms();
            let latest_ms = now_ms.min(next.saturating_sub(1));
            let new_age = (window.newest - tuning.number(latest_ms)) as usize;
            if let Some(new_count) = window.counts.get_mut(new_age) {
                *new_count += count;
                let latest = u128::from(latest_ms) << FRACTION_BITS;
                pace = latest.max(pace) + u128::from(count) * step;
            }
        }
        // After a whole period nothing of this past is in any window.
        let start = u128::from(window.start_ms()) << FRACTION_BITS;
        let into_ms = now_ms - window.start_ms();
        let latest = (into_ms + tuning.period_ms()) << FRACTION_BITS;
        window.pace = u64::try_from(pace.saturating_sub(start)).unwrap_or(latest).min(latest);
        window
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allowance(requests: u32, seconds: u64) -> Allowance {
        format!("{requests}/{seconds}s").parse().unwrap()
    }

    /// The times among `asked` at which a request passed.
    fn admitted(
        window: &mut Window,
        asked: impl IntoIterator<Item = u64>,
        allowed: Allowance,
    ) -> Vec<u64> {
        let passes =
            |now_ms: &u64| matches!(window.admit(*now_ms, allowed), Verdict::Admitted { .. });
        asked.into_iter().filter(passes).collect()
    }

    /// The most requests in any window of the period.
    fn most_in_a_window(times: &[u64], period_ms: u64) -> usize {
        let within = |first: usize| {
            times[first..].iter().take_while(move |it| **it < times[first] + period_ms)
        };
        (0..times.len()).map(|first| within(first).count()).max().unwrap_or(0)
    }

    #[test]
    fn the_hundred_and_first_of_a_minute_waits_for_exactly_a_minute_after_the_first() {
        let hundred = allowance(100, 60);
        let mut window = Window::new(hundred, 0);
        for nth in 0..100 {
            assert_eq!(window.admit(5_000, hundred), Verdict::Admitted { left: 99 - nth });
        }
        let refused = Verdict::Rejected { retry_after_ms: 60_000 };
        assert_eq!(window.admit(5_000, hundred), refused);
        assert_eq!(window.admit(64_999, hundred), Verdict::Rejected { retry_after_ms: 1 });
        assert_eq!(window.admit(65_000, hundred), Verdict::Admitted { left: 0 });
    }

    #[test]
    fn what_is_two_windows_old_is_forgotten() {
        let ten = allowance(10, 60);
        let mut window = Window::new(ten, 0);
        admitted(&mut window, [1_000; 10], ten);
        assert_eq!((window.count(1_000), window.is_idle(1_000)), (10, false));
        assert_eq!((window.count(71_999), window.is_idle(71_999)), (10, false));
        assert_eq!((window.count(72_000), window.is_idle(72_000)), (0, true));
    }

    #[test]
    fn a_window_of_long_ago_decides_as_a_new_one() {
        let ten = allowance(10, 60);
        for later in [72_000, 60_000 << 32, 12_000 << 27] {
            let mut window = Window::new(ten, 0);
            admitted(&mut window, [0; 10], ten);
            let mut fresh = Window::new(ten, later);
            for _ in 0..12 {
                assert_eq!(window.admit(later, ten), fresh.admit(later, ten));
            }
        }
    }

    #[test]
    fn a_time_from_before_the_newest_is_no_way_around_the_limit() {
        let two = allowance(2, 1);
        let mut window = Window::new(two, 10_000);
        assert_eq!(admitted(&mut window, [10_400, 9_000, 0, 10_399], two).len(), 2);
    }

    #[test]
    fn a_client_that_never_stops_gets_all_that_is_allowed() {
        for (requests, seconds) in [(1, 1), (7, 1), (100, 3), (999, 1), (3000, 1)] {
            let allowed = allowance(requests, seconds);
            for start in [0, 1, 777] {
                let mut window = Window::new(allowed, start);
                let times = start..start + seconds * 5_000;
                let asked = times.flat_map(|it| std::iter::repeat_n(it, 4));
                let admitted = admitted(&mut window, asked, allowed).len();
                assert!(admitted >= 5 * requests as usize, "{allowed}: {admitted}");
            }
        }
    }

    #[test]
    fn a_lower_limit_holds_at_once_and_a_higher_one_opens_at_once() {
        let (hundred, ten) = (allowance(100, 60), allowance(10, 60));
        let mut window = Window::new(hundred, 0);
        admitted(&mut window, (0..50).map(|nth| nth * 600), hundred);
        assert!(matches!(window.admit(30_000, ten), Verdict::Rejected { .. }));
        assert_eq!(window.admit(30_000, hundred), Verdict::Admitted { left: 49 });
    }

    #[test]
    fn what_was_used_of_a_higher_limit_is_paid_off_within_a_period() {
        let (much, little) = (allowance(1_000, 10), allowance(10, 10));
        let mut window = Window::new(much, 0);
        admitted(&mut window, [0; 1_000], much);
        assert!(matches!(window.admit(0, little), Verdict::Rejected { .. }));
        let stream = (10..60).map(|second| second * 1_000);
        assert_eq!(admitted(&mut window, stream, little).len(), 50);
    }

    #[test]
    fn a_window_is_small() {
        assert!(size_of::<Window>() <= 48);
    }

    /// Times at which an adversary asks who knows where the sub-windows begin.
    fn times() -> impl Strategy<Value = Vec<u64>> {
        let gap = prop_oneof![
            4 => Just(0_u64),
            2 => 0..5_u64,
            2 => 0..400_u64,
            1 => prop::sample::select(vec![199, 200, 201, 799, 800, 999, 1000, 1001, 1199, 1200]),
        ];
        (0..3_000_u64, prop::collection::vec(gap, 1..200)).prop_map(|(start, gaps)| {
            gaps.iter()
                .scan(start, |now, gap| {
                    *now += gap;
                    Some(*now)
                })
                .collect()
        })
    }

    fn allowances() -> impl Strategy<Value = Allowance> {
        (prop_oneof![1..12_u32, 1..300_u32], 1..4_u64).prop_map(|(it, s)| allowance(it, s))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_window_of_the_period_ever_sees_more_than_allowed(
            times in times(), allowed in allowances(),
        ) {
            let mut window = Window::new(allowed, 0);
            let passed = admitted(&mut window, times, allowed);
            let period_ms = allowed.period().as_millis() as u64;
            prop_assert!(most_in_a_window(&passed, period_ms) <= allowed.requests() as usize);
        }

        #[test]
        fn a_greedy_client_gets_no_more_in_any_phase(
            pauses in prop::collection::vec((0..1_500_u64, 1..400_u64), 1..12), requests in 1..60_u32,
        ) {
            // Bursts of a request each millisecond, with pauses between.
            let allowed = allowance(requests, 1);
            let mut window = Window::new(allowed, 0);
            let mut now = 0;
            let bursts = pauses.iter().flat_map(|(pause, burst)| {
                now += pause + burst;
                now - burst..now
            });
            let passed = admitted(&mut window, bursts, allowed);
            prop_assert!(most_in_a_window(&passed, 1000) <= requests as usize);
        }

        #[test]
        fn an_even_stream_is_never_refused(
            requests in prop_oneof![1..20_u32, 1..400_u32, Just(3_000)], seconds in 1..10_u64,
            phase in 0.0..5_000.0_f64,
        ) {
            let allowed = allowance(requests, seconds);
            let mut window = Window::new(allowed, 0);
            let gap_ms = (seconds * 1000) as f64 / f64::from(requests);
            for nth in 0..requests * 3 {
                // Half a nanosecond against rounding.
                let now_ms = phase + f64::from(nth) * gap_ms + 5e-7;
                let verdict = window.admit(now_ms as u64, allowed);
                prop_assert!(matches!(verdict, Verdict::Admitted { .. }), "{} {:?}", nth, verdict);
            }
        }

        #[test]
        fn retry_after_is_neither_early_nor_late(
            times in times(), allowed in allowances(), again in 0..20_usize,
        ) {
            let mut window = Window::new(allowed, 0);
            for now_ms in times.iter().flat_map(|it| std::iter::repeat_n(*it, 1 + again)) {
                if let Verdict::Rejected { retry_after_ms } = window.admit(now_ms, allowed) {
                    let then = |ms: u64| window.clone().admit(now_ms + ms, allowed);
                    let early = Verdict::Rejected { retry_after_ms: 1 };
                    prop_assert_eq!(then(retry_after_ms - 1), early);
                    let punctual = matches!(then(retry_after_ms), Verdict::Admitted { .. });
                    prop_assert!(punctual);
                }
            }
        }

        #[test]
        fn counts_survive_a_change_of_the_allowance(
            before in times(), after in times(), was in allowances(), is in allowances(),
        ) {
            let mut window = Window::new(was, 0);
            let change = *before.last().unwrap();
            let mut passed = admitted(&mut window, before, was);
            let old = passed.len();
            passed.extend(admitted(&mut window, after.iter().map(|it| it + change), is));
            // The past is known for as long as the old period.
            let known_from = (change + 1).saturating_sub(was.period().as_millis() as u64);
            let period_ms = is.period().as_millis() as u64;
            for (place, now) in passed.iter().enumerate().skip(old) {
                let from = (now + 1).saturating_sub(period_ms).max(known_from);
                let in_window = passed[..=place].iter().filter(|it| **it >= from).count();
                prop_assert!(in_window <= is.requests() as usize, "{} at {}", in_window, now);
            }
        }

        #[test]
        fn a_window_that_is_idle_decides_as_a_new_one(
            before in times(), after in times(), was in allowances(), is in allowances(), idle: bool,
        ) {
            let mut window = Window::new(was, 0);
            let last = *before.last().unwrap();
            admitted(&mut window, before, was);
            let then = last + if idle { 5_000 } else { 0 };
            if window.is_idle(then) {
                let mut fresh = Window::new(is, then);
                for now_ms in after.iter().map(|it| it + then) {
                    prop_assert_eq!(window.admit(now_ms, is), fresh.admit(now_ms, is));
                }
            }
        }
    }
}
