//! A packed window: what one client used of one limit, in 89 bits.
//!
//! ```text
//!  position 12 │ newest count w │ five older counts, c each │ pace r
//! ```
//! `w` holds the whole allowance, so the newest count is exact. The pace takes what it needs to be
//! exact as long as eight bits are left for each older count, and never fewer than nine bits more
//! than `w`. What does not fit is rounded up, and that is the strict side for both: a window that
//! was packed admits no more than one that was not. What it costs:
//!
//! - nothing up to 255 requests in the allowances people write (`100/minute`, `200/hour`,
//!   `50/24h`), where period and limit have much in common, and up to 1000 in a minute or less;
//! - above that, an older count is rounded up to a multiple of `limit / 255`, with 16,384 requests
//!   and more of `limit / 31`; a client that sends evenly, or everything at once, does not notice;
//! - where limit and period have nothing in common and both are large (`99991/24h`), the pace is
//!   rounded up with each request, by at most 1/200 of a step.
//!
//! The position is the number of the newest sub-window, of which the upper bits are left out: a
//! window must be looked at once in [`AGES`] sub-windows (the shortest are 200 ms) or be taken for
//! a newer one. A limit that was lowered forgets what its clients had beyond the lower one.

use super::{COUNTED, Tuning, Window};

const POSITION_BITS: u32 = 12;
/// So many sub-windows have different positions.
const AGES: u32 = 1 << POSITION_BITS;
/// Another core may be ahead by this many of them.
const AHEAD: u32 = 64;
/// What counts and pace share.
const ROOM_BITS: u32 = 89 - POSITION_BITS;
const OLDER: u32 = COUNTED as u32 - 1;
/// The pace leaves this many bits to each older count as long as it can.
const OLDER_WANT_BITS: u32 = 8;
/// The pace has this many bits more than the newest count at least.
const PACE_NEEDS_BITS: u32 = 9;

/// How windows of one tuning are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packing {
    tuning: Tuning,
    newest_bits: u32,
    older: Scale,
    pace: Scale,
}

/// Numbers in so many bits, in multiples of a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale {
    bits: u32,
    shift: u32,
}

impl Packing {
    /// How windows of `tuning` are packed.
    #[must_use]
    pub fn of(tuning: Tuning) -> Packing {
        let newest_bits = bits(u64::from(tuning.requests));
        // It is never ahead of now by more than a period and what rounding adds.
        let furthest = tuning.parts(tuning.period_ms() / 4 * 5);
        let left = ROOM_BITS - newest_bits - OLDER * newest_bits.min(OLDER_WANT_BITS);
        let pace_bits = bits(furthest).min(left.max(newest_bits + PACE_NEEDS_BITS));
        let older_bits = newest_bits.min((ROOM_BITS - newest_bits - pace_bits) / OLDER);
        Packing {
            tuning,
            newest_bits,
            older: Scale::for_up_to(u64::from(tuning.requests), older_bits),
            pace: Scale::for_up_to(furthest, pace_bits),
        }
    }

    /// What it packs for.
    #[must_use]
    pub fn tuning(&self) -> Tuning {
        self.tuning
    }

    /// The 89 bits of `window`, which counts for this tuning.
    #[must_use]
    pub fn pack(&self, window: &Window) -> u128 {
        let [newest, older @ ..] = window.counts;
        let mut packed = u128::from(window.newest % AGES);
        let most = (1 << self.newest_bits) - 1;
        packed = (packed << self.newest_bits) | u128::from(newest.min(most));
        for count in older {
            packed = (packed << self.older.bits) | self.older.up(u64::from(count));
        }
        (packed << self.pace.bits) | self.pace.up(window.pace)
    }

    /// The window that was packed, seen from now.
    #[must_use]
    pub fn unpack(&self, packed: u128, now_ms: u64) -> Window {
        let mut rest = packed;
        let mut take = |bits: u32| {
            let part = rest as u64 & ((1 << bits) - 1);
            rest >>= bits;
            part
        };
        let pace = take(self.pace.bits) << self.pace.shift;
        let mut counts = [0; COUNTED];
        for count in counts[1..].iter_mut().rev() {
            *count = (take(self.older.bits) << self.older.shift) as u32;
        }
        counts[0] = take(self.newest_bits) as u32;
        let position = take(POSITION_BITS) as u32;
        let newest = nearest(position, self.tuning.number(now_ms));
        Window { tuning: self.tuning, newest, counts, pace }
    }

    /// Whether packing rounds nothing.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.older.shift == 0 && self.pace.shift == 0
    }
}

impl Scale {
    fn for_up_to(most: u64, bits: u32) -> Scale {
        let fits = |shift: &u32| most.div_ceil(1 << shift) < 1 << bits;
        Scale { bits, shift: (0..u64::BITS).find(fits).unwrap_or_default() }
    }

    /// `number` in multiples, rounded up.
    fn up(self, number: u64) -> u128 {
        let multiples = number.div_ceil(1 << self.shift);
        u128::from(multiples.min((1 << self.bits) - 1))
    }
}

/// The number with this position that is not far after `current`.
fn nearest(position: u32, current: u32) -> u32 {
    let ahead = current.saturating_add(AHEAD);
    let age = ahead.wrapping_sub(position) % AGES;
    // In the first sub-windows of all there is nothing older.
    ahead.checked_sub(age).unwrap_or(position)
}

fn bits(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{admitted, allowance, most_in_a_window, times};
    use super::*;
    use crate::policy::Verdict;

    /// Packed after each request, as it is kept.
    fn admit(packing: &Packing, packed: &mut u128, now_ms: u64) -> Verdict {
        let mut window = packing.unpack(*packed, now_ms);
        let verdict = window.admit(now_ms, packing.tuning);
        *packed = packing.pack(&window);
        assert!(*packed < 1 << 89);
        verdict
    }

    fn passes(packing: &Packing, packed: &mut u128, now_ms: u64) -> bool {
        matches!(admit(packing, packed, now_ms), Verdict::Admitted { .. })
    }

    fn packing(requests: u32, seconds: u64) -> Packing {
        Packing::of(allowance(requests, seconds))
    }

    #[test]
    fn allowances_as_people_write_them_are_kept_exactly() {
        for (requests, seconds) in [
            (1, 1),
            (20, 1),
            (100, 60),
            (1000, 1),
            (1000, 60),
            (200, 3600),
            (500, 10),
            (7, 60),
            (60, 60),
            (255, 300),
            (50, 86_400),
            (250, 86_400),
        ] {
            assert!(packing(requests, seconds).is_exact(), "{requests}/{seconds}s");
        }
    }

    #[test]
    fn what_does_not_fit_is_rounded_by_as_much_as_is_said() {
        for (requests, seconds) in [
            (997, 60),
            (10_000, 60),
            (20_000, 1),
            (99_991, 86_400),
            (999_983, 86_400),
            (1_000_000, 1),
            (1_000_000, 86_400),
        ] {
            let packing = packing(requests, seconds);
            let count_unit = 1 << packing.older.shift;
            let said = if requests < 16_384 { 255 } else { 31 };
            assert!(count_unit <= (requests / said).next_power_of_two(), "{packing:?}");
            let pace_unit: u64 = 1 << packing.pace.shift;
            let exact = pace_unit == 1;
            assert!(exact || pace_unit * 200 <= packing.tuning.step(), "{packing:?}");
        }
    }

    #[test]
    fn a_large_allowance_can_be_spent_at_once_and_comes_back_whole() {
        for (requests, seconds) in [(10_007, 1), (99_991, 1)] {
            let packing = packing(requests, seconds);
            let mut packed = packing.pack(&Window::new(packing.tuning, 0));
            let mut spend = |now_ms| {
                (0..requests + 9).filter(|_| passes(&packing, &mut packed, now_ms)).count()
            };
            assert_eq!([0, 1_200, 2_400].map(&mut spend), [requests as usize; 3]);
        }
    }

    #[test]
    fn a_client_that_never_stops_gets_a_large_allowance_but_for_a_hundredth() {
        for requests in [4_007, 99_991] {
            let packing = packing(requests, 1);
            let mut packed = packing.pack(&Window::new(packing.tuning, 0));
            let asked = (0..3_000).flat_map(|it| std::iter::repeat_n(it, 120));
            let passed = asked.filter(|now_ms| passes(&packing, &mut packed, *now_ms)).count();
            assert!(passed as f64 >= 3.0 * 0.99 * f64::from(requests), "{passed} of {requests}");
        }
    }

    #[test]
    fn a_position_is_found_again_for_as_long_as_is_said() {
        for current in [0, 5, 63, 64, 4095, 4096, 1_000_000, u32::MAX - 100] {
            for age in [0, 1, 6, 100, AGES - AHEAD - 1] {
                let Some(newest) = current.checked_sub(age) else { continue };
                assert_eq!(nearest(newest % AGES, current), newest, "{current} - {age}");
            }
            assert_eq!(nearest((current + 3) % AGES, current), current + 3);
        }
    }

    fn any_tuning() -> impl Strategy<Value = Tuning> {
        let requests = prop_oneof![1..12_u32, 1..300_u32, 1..2_000_u32, 1..=1_000_000_u32];
        let seconds = prop_oneof![1..4_u64, 1..=86_400_u64];
        (requests, seconds).prop_map(|(requests, seconds)| allowance(requests, seconds))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn a_packed_window_that_rounds_nothing_decides_as_the_window_itself(
            times in times(), requests in 1..400_u32, seconds in 1..4_u64,
        ) {
            let packing = packing(requests, seconds);
            prop_assume!(packing.is_exact());
            let mut window = Window::new(packing.tuning, 0);
            let mut packed = packing.pack(&window);
            for now_ms in times {
                let exact = window.admit(now_ms, packing.tuning);
                prop_assert_eq!(admit(&packing, &mut packed, now_ms), exact);
            }
        }

        #[test]
        fn no_window_of_the_period_ever_sees_more_than_allowed_after_rounding(
            gaps in prop::collection::vec((0..40_u64, 1..400_u32), 1..30),
            requests in 257..2_000_u32, seconds in 1..4_u64,
        ) {
            // A sub-window is a fifth of the period: gaps of up to two of them.
            let mut packing = packing(requests, seconds);
            packing.older.shift = packing.older.shift.max(3);
            packing.pace.shift = packing.pace.shift.max(2);
            let unit_ms = packing.tuning.period_ms() / 100;
            let mut packed = packing.pack(&Window::new(packing.tuning, 0));
            let mut now_ms = 0;
            let mut passed = Vec::new();
            for (gap, burst) in gaps {
                now_ms += gap * unit_ms;
                let asked = (0..burst).filter(|_| passes(&packing, &mut packed, now_ms));
                passed.extend(std::iter::repeat_n(now_ms, asked.count()));
            }
            let most = most_in_a_window(&passed, packing.tuning.period_ms());
            prop_assert!(most <= requests as usize, "{} of {}", most, requests);
        }

        #[test]
        fn packing_never_forgets_and_adds_little(
            counts in prop::array::uniform6(0..=1_000_000_u32), pace: u32, tuning in any_tuning(),
            newest in 100..1_000_000_u32,
        ) {
            let packing = Packing::of(tuning);
            let counts = counts.map(|it| it % (tuning.requests + 1));
            let furthest = tuning.parts(tuning.period_ms());
            let pace = u64::from(pace) % (furthest + 1);
            let window = Window { tuning, newest, counts, pace };
            let now_ms = window.start_ms() + 1;
            let back = packing.unpack(packing.pack(&window), now_ms);
            prop_assert_eq!(back.newest, newest);
            prop_assert_eq!(back.counts[0], counts[0]);
            for (was, is) in counts[1..].iter().zip(&back.counts[1..]) {
                prop_assert!(was <= is && is - was < 1 << packing.older.shift);
            }
            prop_assert!(pace <= back.pace && back.pace - pace < 1 << packing.pace.shift);
        }

        #[test]
        fn a_stream_just_below_the_limit_always_passes_after_packing(
            requests in prop_oneof![2..20_u32, 2..4_000_u32], seconds in 1..10_u64, phase in 0..5_000_u64,
        ) {
            let packing = packing(requests, seconds);
            let mut packed = packing.pack(&Window::new(packing.tuning, 0));
            for nth in 0..u64::from(requests) * 3 {
                let now_ms = phase + nth * seconds * 1_000 / u64::from(requests - 1);
                prop_assert!(passes(&packing, &mut packed, now_ms), "{} of {:?}", nth, packing);
            }
        }

        #[test]
        fn retry_after_is_exact_after_rounding(times in times(), requests in 1..2_000_u32) {
            let packing = packing(requests, 1);
            let mut packed = packing.pack(&Window::new(packing.tuning, 0));
            for now_ms in times.iter().flat_map(|it| std::iter::repeat_n(*it, 1 + requests as usize / 9)) {
                if let Verdict::Rejected { retry_after_ms } = admit(&packing, &mut packed, now_ms) {
                    let then = |ms: u64| passes(&packing, &mut packed.clone(), now_ms + ms);
                    prop_assert!(!then(retry_after_ms - 1));
                    prop_assert!(then(retry_after_ms));
                }
            }
        }
    }

    #[test]
    fn a_lowered_limit_keeps_its_counts_up_to_itself() {
        let (hundred, ten) = (packing(100, 60), packing(10, 60));
        let mut window = Window::new(hundred.tuning, 0);
        assert_eq!(admitted(&mut window, 0..50, hundred.tuning).len(), 50);
        let mut window = hundred.unpack(hundred.pack(&window), 100);
        assert!(matches!(window.admit(100, ten.tuning), Verdict::Rejected { .. }));
        let mut packed = ten.pack(&window);
        assert!(!passes(&ten, &mut packed, 101));
    }
}
