//! What a check of a limit costs in time, beside `governor`'s own keyed limiter and a bare
//! `DashMap` with a counter per key: `cargo run --profile counts -p gateway-counts --example limits -- --bench`.
//!
//! *Hot* is one client over and over, in the cache of its core; *cold* is half a million clients in
//! an order that no prefetcher knows, in a store of a million; *full* is twice as many as the store
//! has places for, so that nearly all are newcomers and somebody has to leave. The data plane has read its clock before it asks, so the store is
//! given the time; `governor` reads a clock by itself, hence the row that does so here as well.

#![allow(missing_docs, reason = "criterion's own functions")]

#[allow(dead_code, missing_docs, unreachable_pub, reason = "borrowed")]
#[path = "../../../gatewayd/src/clock.rs"]
mod clock;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, reason = "borrowed")]
#[path = "../../../gatewayd/src/model/mod.rs"]
mod model;
#[allow(dead_code, missing_docs, unreachable_pub, unused_imports, reason = "borrowed")]
#[path = "../../../gatewayd/src/policy/mod.rs"]
mod policy;
#[path = "../src/state.rs"]
mod state;

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use dashmap::DashMap;
use governor::{Quota, RateLimiter};

use model::{Allowance, Rate, Rule};
use state::Limiter;

/// Places in the store: `limiter_keys` as it is by default.
const PLACES: u64 = 1 << 20;
/// Requests are that far apart, in microseconds: 7300 a second.
const APART_US: u64 = 137;
/// Allowed to a key in a second.
const ALLOWED: u32 = 100;
/// Tokens that a bucket holds.
const BURST: u32 = 50;

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .without_plots();
    targets = checks
}
criterion_main!(benches);

fn checks(criterion: &mut Criterion) {
    for (name, keys) in [("hot", 1), ("cold", PLACES / 2), ("full", 2 * PLACES)] {
        let mut group = criterion.benchmark_group(name);
        ours(&mut group, "strict window", strict(), keys);
        ours(&mut group, "bursts", bursts(), keys);
        ours_with_a_clock(&mut group, keys);
        governors(&mut group, keys);
        bare_map(&mut group, keys);
        group.finish();
    }
}

fn allowance() -> Allowance {
    format!("{ALLOWED}/second").parse().expect("an allowance")
}

fn strict() -> Rule {
    Rule::Max(allowance())
}

fn bursts() -> Rule {
    let burst = NonZeroU32::new(BURST).expect("not 0");
    Rule::Rate(Rate::new(allowance(), burst).expect("a rate"))
}

/// Which client asks next: every one of `keys` (a power of two) once before one comes again, in no
/// order.
fn next(client: &mut u64, keys: u64) -> u64 {
    const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;
    *client = client.wrapping_add(STRIDE);
    *client & (keys - 1)
}

fn ours(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, rule: Rule, keys: u64) {
    let limiter = Limiter::new(PLACES as usize, 1, 7);
    let seat = limiter.seat(1, rule, Arc::new(limiter.cells()), 0);
    let (mut client, mut now_us) = (0, 0);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            now_us += APART_US;
            let key = limiter.key(&seat, &next(&mut client, keys).to_le_bytes());
            black_box(limiter.admit(0, key, &seat, now_us))
        });
    });
}

fn ours_with_a_clock(group: &mut BenchmarkGroup<'_, WallTime>, keys: u64) {
    let limiter = Limiter::new(PLACES as usize, 1, 7);
    let seat = limiter.seat(1, bursts(), Arc::new(limiter.cells()), 0);
    let start = Instant::now();
    let mut client = 0;
    group.bench_function("bursts, with a clock read", |bencher| {
        bencher.iter(|| {
            let now_us = start.elapsed().as_micros() as u64;
            let key = limiter.key(&seat, &next(&mut client, keys).to_le_bytes());
            black_box(limiter.admit(0, key, &seat, now_us))
        });
    });
}

fn governors(group: &mut BenchmarkGroup<'_, WallTime>, keys: u64) {
    let quota = Quota::per_second(NonZeroU32::new(ALLOWED).expect("not 0"))
        .allow_burst(NonZeroU32::new(BURST).expect("not 0"));
    let limiter = RateLimiter::dashmap(quota);
    let mut client = 0;
    group.bench_function("governor, keyed", |bencher| {
        bencher.iter(|| black_box(limiter.check_key(&next(&mut client, keys))));
    });
}

/// The least that a map can do: count a request in the second it came.
fn bare_map(group: &mut BenchmarkGroup<'_, WallTime>, keys: u64) {
    let map: DashMap<u64, (u64, u32)> = DashMap::new();
    let (mut client, mut now_us) = (0, 0);
    group.bench_function("DashMap, a count per second", |bencher| {
        bencher.iter(|| {
            now_us += APART_US;
            let second = now_us / 1_000_000;
            let mut counted = map.entry(next(&mut client, keys)).or_default();
            if counted.0 != second {
                *counted = (second, 0);
            }
            counted.1 += 1;
            black_box(counted.1 <= ALLOWED)
        });
    });
}
