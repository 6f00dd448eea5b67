//! What the store promises: bounded, strict under concurrency, and fair to those who did nothing.

use std::num::NonZeroU32;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Instant;

use super::*;
use crate::model::{Rate, Rule};

fn max(text: &str) -> Rule {
    Rule::Max(text.parse().unwrap())
}

fn seat(limiter: &Limiter, limit: u64, text: &str) -> Arc<Seat> {
    limiter.seat(limit, max(text), Arc::new(limiter.cells()), 0)
}

fn admitted(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Admitted { .. })
}

/// How many of `times` requests pass.
fn passed(limiter: &Limiter, seat: &Seat, name: &[u8], times: usize, now_us: u64) -> usize {
    let key = limiter.key(seat, name);
    (0..times).filter(|_| admitted(limiter.admit(0, key, seat, now_us))).count()
}

fn held(seat: &Seat) -> u64 {
    seat.cells.sum(|cell| cell.keys_entered.read()) - seat.cells.sum(|cell| cell.keys_left.read())
}

fn evicted(seat: &Seat) -> u64 {
    seat.cells.sum(|cell| cell.keys_evicted.read())
}

fn overflowed(seat: &Seat) -> u64 {
    seat.cells.sum(|cell| cell.overflowed.read())
}

#[test]
fn each_key_of_each_limit_has_its_own_allowance() {
    let limiter = Limiter::new(1000, 1, 7);
    let (first, second) = (seat(&limiter, 1, "3/minute"), seat(&limiter, 2, "3/minute"));
    assert_eq!(passed(&limiter, &first, b"one", 5, 0), 3);
    assert_eq!(passed(&limiter, &first, b"other", 5, 0), 3);
    assert_eq!(passed(&limiter, &second, b"one", 5, 0), 3);
    assert_eq!((held(&first), held(&second)), (2, 1));
}

#[test]
fn a_changed_rule_goes_on_with_what_was_counted() {
    let limiter = Limiter::new(1000, 1, 7);
    let before = seat(&limiter, 1, "10/minute");
    assert_eq!(passed(&limiter, &before, b"one", 8, 0), 8);
    let after = limiter.seat(1, max("12/minute"), Arc::clone(&before.cells), 0);
    assert_eq!(passed(&limiter, &after, b"one", 8, 1), 4);
    assert_eq!(held(&after), 1, "it is still one key");
}

#[test]
fn seats_never_run_out_and_no_count_is_lost_with_them() {
    let limiter = Limiter::new(1000, 1, 7);
    let mut newest = seat(&limiter, 1, "10/hour");
    assert_eq!(passed(&limiter, &newest, b"one", 8, 0), 8);
    let _other = seat(&limiter, 2, "10/hour");
    for number in 0..3000 {
        let rule = max(if number % 2 == 0 { "12/hour" } else { "11/hour" });
        newest = limiter.seat(1, rule, Arc::clone(&newest.cells), 0);
    }
    assert_eq!(passed(&limiter, &newest, b"one", 9, 1), 3, "11 less 8");
}

#[test]
fn what_was_counted_of_a_limit_that_is_gone_is_let_go_with_its_seats() {
    let limiter = Limiter::new(1000, 1, 7);
    let first = seat(&limiter, 1, "10/minute");
    assert_eq!(passed(&limiter, &first, b"one", 1, 0), 1);
    let cells = Arc::clone(&first.cells);
    drop(limiter.seat(1, max("12/minute"), Arc::clone(&cells), 0));
    drop(first);
    for limit in 2..2 + entry::SEATS as u64 {
        drop(seat(&limiter, limit, "3/minute"));
    }
    assert_eq!(
        cells.sum(|cell| cell.keys_left.read()),
        1,
        "and is not counted by whoever sits there"
    );
}

#[test]
fn a_full_set_forgets_whoever_used_the_smallest_part() {
    let limiter = Limiter::new(ENTRIES, 1, 7);
    let (small, large) = (seat(&limiter, 1, "4/minute"), seat(&limiter, 2, "1000/minute"));
    assert_eq!(passed(&limiter, &small, b"half", 2, 0), 2);
    assert_eq!(passed(&limiter, &small, b"more", 3, 0), 3);
    assert_eq!(passed(&limiter, &large, b"most", 900, 0), 900);
    assert_eq!(passed(&limiter, &large, b"least", 20, 0), 20);
    assert_eq!(passed(&limiter, &small, b"new", 1, 0), 1);
    assert_eq!((held(&large), evicted(&large), evicted(&small)), (1, 1, 0));
    assert_eq!(passed(&limiter, &small, b"half", 9, 0), 2, "it was not forgotten");
}

#[test]
fn nobody_who_spent_everything_is_forgotten_and_newcomers_share_one_allowance() {
    let limiter = Limiter::new(ENTRIES, 1, 7);
    let limit = seat(&limiter, 1, "5/minute");
    let spent = [b"a", b"b", b"c", b"d"];
    for name in spent {
        assert_eq!(passed(&limiter, &limit, name, 9, 0), 5);
    }
    let shared = (0..100_u32).map(|number| passed(&limiter, &limit, &number.to_le_bytes(), 1, 1));
    assert_eq!(shared.sum::<usize>(), 5);
    for name in spent {
        assert_eq!(passed(&limiter, &limit, name, 1, 2), 0);
    }
    assert_eq!((held(&limit), evicted(&limit), overflowed(&limit)), (4, 0, 100));
}

#[test]
fn idle_entries_are_taken_again_and_are_no_evictions() {
    let limiter = Limiter::new(ENTRIES, 1, 7);
    let limit = seat(&limiter, 1, "1/second");
    for second in 0..100_u64 {
        let name = second.to_le_bytes();
        assert_eq!(passed(&limiter, &limit, &name, 2, second * 1_200_000), 1);
    }
    assert_eq!((held(&limit), evicted(&limit)), (1, 0), "the same entry again and again");
    limiter.sweep(200_000_000);
    assert_eq!((held(&limit), evicted(&limit)), (0, 0));
}

#[test]
fn a_sweep_forgets_only_what_counts_nothing() {
    let limiter = Limiter::new(1000, 1, 7);
    let limit = seat(&limiter, 1, "3/minute");
    passed(&limiter, &limit, b"early", 1, 0);
    passed(&limiter, &limit, b"late", 2, 100_000_000);
    limiter.sweep(100_000_001);
    assert_eq!((held(&limit), evicted(&limit)), (1, 0));
    assert_eq!(passed(&limiter, &limit, b"late", 9, 100_000_002), 1);
}

#[test]
fn a_spray_of_two_million_keys_forgets_itself_and_harms_nobody() {
    const KEYS: u64 = 2_000_000;
    let limiter = Limiter::new(1_000_000, 1, 7);
    let memory = limiter.sets.as_ptr_range();
    let limit = seat(&limiter, 1, "5/minute");
    assert_eq!(passed(&limiter, &limit, b"spent", 9, 0), 5);
    for number in 0..KEYS {
        let now_us = number * 20;
        assert_eq!(passed(&limiter, &limit, &number.to_le_bytes(), 1, now_us), 1, "{number}");
        if number % 1000 == 0 {
            assert_eq!(passed(&limiter, &limit, b"spent", 1, now_us), 0, "{number}");
        }
    }
    assert_eq!(limiter.sets.as_ptr_range(), memory);
    assert_eq!(size_of_val(&*limiter.sets), 16_000_000);
    assert_eq!(held(&limit) + evicted(&limit), KEYS + 1);
    assert!(held(&limit) <= 1_000_000);
    assert_eq!(overflowed(&limit), 0);
}

/// Threads ask for one key, all at the same simulated time, again and again.
fn storm(text: &str, threads: usize, asks: usize, steps: &[u64]) -> Vec<u32> {
    let limiter = Limiter::new(1000, threads, 7);
    let limit = seat(&limiter, 1, text);
    let key = limiter.key(&limit, b"one");
    let step = Barrier::new(threads);
    let passed: Vec<AtomicU32> = steps.iter().map(|_| AtomicU32::new(0)).collect();
    thread::scope(|scope| {
        for worker in 0..threads {
            let (limiter, limit, step, passed) = (&limiter, &limit, &step, &passed);
            scope.spawn(move || {
                for (now_ms, passed) in steps.iter().zip(passed) {
                    step.wait();
                    let asked = (0..asks)
                        .filter(|_| admitted(limiter.admit(worker, key, limit, now_ms * 1000)));
                    passed.fetch_add(asked.count() as u32, Ordering::Relaxed);
                }
            });
        }
    });
    passed.into_iter().map(AtomicU32::into_inner).collect()
}

#[test]
fn many_cores_together_get_exactly_what_one_would() {
    let steps: Vec<u64> = (0..400).map(|step| step * step % 97 + step * 13).collect();
    let mut steps = steps;
    steps.sort_unstable();
    for text in ["100/second", "997/2s", "20000/second"] {
        let together = storm(text, 4, 60, &steps);
        let alone = storm(text, 1, 240, &steps);
        assert_eq!(together, alone, "{text}");
    }
}

#[test]
fn no_window_sees_too_many_while_cores_race_along_with_the_clock() {
    const THREADS: usize = 4;
    let limiter = Limiter::new(1000, THREADS, 7);
    let limit = seat(&limiter, 1, "500/second");
    let key = limiter.key(&limit, b"one");
    let start = Instant::now();
    let race = |worker: usize| {
        let mut passed = Vec::new();
        loop {
            let before_us = start.elapsed().as_micros() as u64;
            if before_us > 2_500_000 {
                return passed;
            }
            if admitted(limiter.admit(worker, key, &limit, before_us)) {
                passed.push((before_us, start.elapsed().as_micros() as u64));
            }
        }
    };
    let mut passed: Vec<(u64, u64)> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|worker| scope.spawn(move || race(worker))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    passed.sort_unstable();
    for (first, (from_us, _)) in passed.iter().enumerate() {
        // Whenever they were decided, it was within this second (less one millisecond's rounding).
        let surely = passed[first..].iter().filter(|(_, after)| *after < from_us + 999_000);
        assert!(surely.count() <= 500);
    }
    assert!(passed.len() >= 990, "{}", passed.len());
}

fn pass_on(earlier: &Limiter, later: &Limiter) -> Result<(), LegacyError> {
    let (legacy, bytes) = earlier.bequeath();
    let legacy = serde_json::from_str(&serde_json::to_string(&legacy).unwrap()).unwrap();
    later.inherit(&legacy, &bytes)
}

#[test]
fn the_store_of_the_next_process_goes_on_from_what_was_counted() {
    let (earlier, later) = (Limiter::new(1000, 1, 7), Limiter::new(1000, 1, 7));
    let rate =
        Rule::Rate(Rate::new("1/minute".parse().unwrap(), NonZeroU32::new(3).unwrap()).unwrap());
    let before = [seat(&earlier, 1, "10/minute"), seat(&earlier, 3, "5/minute")];
    assert_eq!(passed(&earlier, &before[0], b"one", 8, 0), 8);
    assert_eq!(passed(&earlier, &before[1], b"one", 9, 0), 5);
    let bucket = earlier.seat(2, rate, Arc::new(earlier.cells()), 0);
    assert_eq!(passed(&earlier, &bucket, b"one", 9, 0), 3);

    // In another order, one of them with another rule, and one that is there no more.
    let bucket = later.seat(2, rate, Arc::new(later.cells()), 0);
    let after = seat(&later, 1, "12/minute");
    pass_on(&earlier, &later).unwrap();
    assert_eq!((held(&after), held(&bucket)), (1, 1), "the keys are known before they ask");
    assert_eq!(passed(&later, &bucket, b"one", 9, 1), 0);
    assert_eq!(passed(&later, &after, b"one", 9, 1), 4, "12 less 8");
    assert_eq!(passed(&later, &seat(&later, 3, "5/minute"), b"one", 9, 1), 5);
    later.sweep(3_600_000_000);
    assert_eq!((held(&after), held(&bucket)), (0, 0));
}

#[test]
fn what_is_in_flight_ends_where_it_began() {
    let earlier = Limiter::new(1000, 1, 7);
    let rule = Rule::Concurrent(NonZeroU32::new(2).unwrap());
    let before = earlier.seat(1, rule, Arc::new(earlier.cells()), 0);
    assert_eq!(passed(&earlier, &before, b"one", 3, 0), 2);
    let later = Limiter::new(1000, 1, 7);
    let after = later.seat(1, rule, Arc::new(later.cells()), 0);
    pass_on(&earlier, &later).unwrap();
    assert_eq!(passed(&later, &after, b"one", 3, 0), 2);
}

#[test]
fn a_legacy_that_does_not_fit_is_refused() {
    let earlier = Limiter::new(1000, 1, 7);
    let larger = Limiter::new(2000, 1, 7);
    assert_eq!(pass_on(&earlier, &larger).unwrap_err(), LegacyError::Keys(1000));
    passed(&earlier, &seat(&earlier, 1, "5/minute"), b"one", 1, 0);
    let (legacy, bytes) = earlier.bequeath();
    let mut beyond = bytes.clone();
    beyond[2] = 1;
    for bytes in [&bytes[1..], &beyond] {
        let damaged = Limiter::new(1000, 1, 7).inherit(&legacy, bytes);
        assert_eq!(damaged.unwrap_err(), LegacyError::Damaged);
    }
}

#[test]
fn a_survey_counts_whom_a_lower_limit_would_hurt() {
    let limiter = Limiter::new(1000, 1, 7);
    let (limit, other) = (seat(&limiter, 1, "5/minute"), seat(&limiter, 2, "5/minute"));
    for (name, times) in [(b"a", 5), (b"b", 3), (b"c", 2), (b"d", 0)] {
        passed(&limiter, &limit, name, times, 0);
        passed(&limiter, &other, name, 4, 0);
    }
    let survey = |innocent, now_us| limiter.survey(&limit, 2, innocent, now_us);
    assert_eq!(survey(true, 0), Survey { keys: 2, above: 1 }, "of those who could ask again");
    assert_eq!(survey(false, 0), Survey { keys: 3, above: 2 });
    assert_eq!(survey(false, 100_000_000), Survey::default(), "it is long ago");
}

#[test]
fn what_is_forgotten_can_be_used_again_and_nothing_else_is_forgotten() {
    let limiter = Limiter::new(ENTRIES, 1, 7);
    let (limit, other) = (seat(&limiter, 1, "3/minute"), seat(&limiter, 2, "3/minute"));
    for limit in [&limit, &other] {
        assert_eq!(passed(&limiter, limit, b"one", 5, 0), 3);
        assert_eq!(passed(&limiter, limit, b"two", 5, 0), 3);
    }
    assert_eq!(passed(&limiter, &limit, b"crowd", 5, 0), 3, "in the overflow");
    limiter.forget_key(limiter.key(&limit, b"one"), &limit);
    assert_eq!((passed(&limiter, &limit, b"one", 5, 1), held(&limit)), (3, 2));
    assert_eq!(passed(&limiter, &limit, b"two", 5, 1), 0);
    limiter.forget_all(&[Arc::clone(&limit)]);
    assert_eq!((held(&limit), held(&other), evicted(&limit)), (0, 2, 0));
    assert_eq!(passed(&limiter, &limit, b"two", 5, 2), 3);
    assert_eq!(passed(&limiter, &limit, b"one", 5, 2), 3);
    assert_eq!(passed(&limiter, &limit, b"crowd", 5, 2), 3, "the overflow too");
    assert_eq!(passed(&limiter, &other, b"two", 5, 2), 0);
}
