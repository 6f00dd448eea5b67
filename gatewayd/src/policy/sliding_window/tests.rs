//! What a window promises, tried with every phase and pattern that an adversary may choose.

use proptest::prelude::*;

use super::*;

pub(super) fn allowance(requests: u32, seconds: u64) -> Tuning {
    Tuning::of(format!("{requests}/{seconds}s").parse().unwrap())
}

/// The times among `asked` at which a request passed.
pub(super) fn admitted(
    window: &mut Window,
    asked: impl IntoIterator<Item = u64>,
    allowed: Tuning,
) -> Vec<u64> {
    let passes = |now_ms: &u64| matches!(window.admit(*now_ms, allowed), Verdict::Admitted { .. });
    asked.into_iter().filter(passes).collect()
}

/// The most requests in any window of the period.
pub(super) fn most_in_a_window(times: &[u64], period_ms: u64) -> usize {
    let mut end = 0;
    let within = |(first, from): (usize, &u64)| {
        end += times[end..].iter().take_while(|it| **it < from + period_ms).count();
        end - first
    };
    times.iter().enumerate().map(within).max().unwrap_or(0)
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
    assert_eq!(admitted(&mut window, [u64::from(u32::MAX) * 1000; 99], ten).len(), 10);
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
            assert!(admitted >= 5 * requests as usize, "{allowed:?}: {admitted}");
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

/// Times at which an adversary asks who knows where the sub-windows begin.
pub(super) fn times() -> impl Strategy<Value = Vec<u64>> {
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

pub(super) fn allowances() -> impl Strategy<Value = Tuning> {
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
        let period_ms = allowed.period_ms();
        prop_assert!(most_in_a_window(&passed, period_ms) <= allowed.requests as usize);
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
        let known_from = (change + 1).saturating_sub(was.period_ms());
        let period_ms = is.period_ms();
        for (place, now) in passed.iter().enumerate().skip(old) {
            let from = (now + 1).saturating_sub(period_ms).max(known_from);
            let in_window = passed[..=place].iter().filter(|it| **it >= from).count();
            prop_assert!(in_window <= is.requests as usize, "{} at {}", in_window, now);
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

#[test]
fn a_window_of_long_ago_decides_as_a_new_one() {
    let ten = allowance(10, 60);
    for later in [72_000, 12_000 << 27] {
        let mut window = Window::new(ten, 0);
        admitted(&mut window, [0; 10], ten);
        let mut fresh = Window::new(ten, later);
        for _ in 0..12 {
            assert_eq!(window.admit(later, ten), fresh.admit(later, ten));
        }
    }
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
