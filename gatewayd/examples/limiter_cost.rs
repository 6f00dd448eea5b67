//! What does one check of a limit cost, beside other stores? Prints; promises nothing.
//!
//! Run it with `cargo run --release -p gatewayd --example limiter_cost`.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::collections::HashMap;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use dashmap::DashMap;
use gatewayd::model::{Rate, Rule};
use gatewayd::policy::{Tuning, Window};
use gatewayd::state::{Limiter, Seat};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

const KEYS: usize = 1_000_000;
/// How many checks are timed together.
const BATCH: u64 = 100;

/// A store under test: checks the key with this number at this time.
type Check<'a> = &'a (dyn Fn(usize, u64, u64) + Sync);

fn main() {
    let allowance = "100/minute".parse().expect("it is an allowance");
    let burst = NonZeroU32::MIN.saturating_add(99);
    let rate = Rate::new(allowance, burst).expect("a minute fills it");
    let (limiter, window) = store(Rule::Max(allowance));
    let (buckets, bucket) = store(Rule::Rate(rate));
    let keyed: DefaultKeyedRateLimiter<u64> = RateLimiter::keyed(Quota::per_minute(burst));
    let tuning = Tuning::of(allowance);
    let map: Mutex<HashMap<u64, Window>> = Mutex::default();
    let ours = |limiter: &Limiter, seat: &Seat, worker, number: u64, now_us| {
        let key = limiter.key(seat, &number.to_le_bytes());
        black_box(limiter.admit(worker, key, seat, now_us));
    };
    let sharded: DashMap<u64, Window> = DashMap::new();
    let stores: [(&str, Check<'_>); 5] = [
        ("max over the store", &|worker, number, now_us| {
            ours(&limiter, &window, worker, number, now_us)
        }),
        ("rate over the store", &|worker, number, now_us| {
            ours(&buckets, &bucket, worker, number, now_us)
        }),
        ("governor, keyed", &|_, number, _| {
            black_box(keyed.check_key(&number)).ok();
        }),
        ("DashMap<_, Window>", &|_, number, now_us| {
            let mut window =
                sharded.entry(number).or_insert_with(|| Window::new(tuning, now_us / 1000));
            black_box(window.admit(now_us / 1000, tuning));
        }),
        ("Mutex<HashMap<_, Window>>", &|_, number, now_us| {
            let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
            let window = map.entry(number).or_insert_with(|| Window::new(tuning, now_us / 1000));
            black_box(window.admit(now_us / 1000, tuning));
        }),
    ];
    println!("nanoseconds for a check, median and p99 of batches of {BATCH}");
    println!(
        "{:28}{:>16}{:>16}{:>16}{:>16}",
        "", "one hot key", "1000 keys", "1 M keys", "1 M, 2 threads"
    );
    for (name, check) in stores {
        let figures = [
            spread(check, 1, 1),
            spread(check, 1000, 1),
            spread(check, KEYS as u64, 1),
            spread(check, KEYS as u64, 2),
        ];
        println!("{name:28}{}", figures.map(|it| format!("{it:>16}")).concat());
    }
    println!("a spray of new keys, first half and second half of 2 M");
    for (name, check) in stores {
        let halves = [1, 2].map(|half| batches(check, 0, KEYS as u64, |nth| half << 40 | nth));
        println!("{name:28}{}", halves.map(|it| format!("{:>16}", quantiles(it))).concat());
    }
}

fn store(rule: Rule) -> (Limiter, Arc<Seat>) {
    let limiter = Limiter::new(KEYS, 2, 7);
    let cells = Arc::new(limiter.cells());
    let seat = limiter.seat(1, rule, cells, 0);
    (limiter, seat)
}

/// Checks keys of `keys` in a scattered order, from so many threads.
fn spread(check: Check<'_>, keys: u64, threads: usize) -> String {
    let scattered = |nth: u64| nth.wrapping_mul(0x9E37_79B9_7F4A_7C15) % keys;
    let _ = batches(check, 0, 2 * keys.max(10_000), scattered);
    let timed: Vec<Duration> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|worker| scope.spawn(move || batches(check, worker, 1_000_000, scattered)))
            .collect();
        threads.into_iter().flat_map(|it| it.join().expect("checks do not panic")).collect()
    });
    quantiles(timed)
}

fn batches(check: Check<'_>, worker: usize, times: u64, key: impl Fn(u64) -> u64) -> Vec<Duration> {
    (0..times / BATCH)
        .map(|batch| {
            let start = Instant::now();
            for nth in batch * BATCH..(batch + 1) * BATCH {
                check(worker, key(nth), nth * 20);
            }
            start.elapsed()
        })
        .collect()
}

fn quantiles(mut timed: Vec<Duration>) -> String {
    timed.sort_unstable();
    let at = |part: usize| timed[timed.len() * part / 100].as_nanos() as u64 / BATCH;
    format!("{} / {}", at(50), at(99))
}
