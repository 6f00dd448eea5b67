//! The cases: what of a request's way is counted, each so many times over.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::SmallRng;

use crate::model::{Allowance, Balance, HashKey, Name, Rate, Rule, Weight};
use crate::policy::{Balancer, Latency, Member, Part, Turn, hash_key};
use crate::proxy;
use crate::state::Limiter;

/// A case's name, and what runs it so many times.
pub(crate) type Case = (&'static str, fn(u64));

/// All of them.
pub(crate) const CASES: [Case; 17] = [
    ("request-head", proxy::request_head),
    ("request-head-of-browser", proxy::request_head_of_a_browser),
    ("request-written", proxy::request_written),
    ("response-head", proxy::response_head),
    ("response-written", proxy::response_written),
    ("chunked-body", proxy::chunked_body),
    ("pick-round-robin", round_robin),
    ("pick-least-connections", least_connections),
    ("pick-two-of-many", two_of_many),
    ("pick-peak-ewma", peak_ewma),
    ("pick-consistent-hash", consistent_hash),
    ("limit-of-one-key", limit_of_one_key),
    ("limit-of-many-keys", limit_of_many_keys),
    ("limit-with-bursts", limit_with_bursts),
    ("watched-by-nobody", proxy::watched_by_nobody),
    ("watched-by-ten", proxy::watched_by_ten),
    ("watched-for-failures-by-ten", proxy::watched_for_failures_by_ten),
];

/// Backends in the pool.
const BACKENDS: usize = 10;
/// So many that not all are looked at.
const MANY_BACKENDS: usize = 40;
/// Requests are that far apart, in microseconds: 7300 a second.
const APART_US: u64 = 137;

fn round_robin(times: u64) {
    pick(&Balance::RoundRobin, BACKENDS, times);
}

fn least_connections(times: u64) {
    pick(&Balance::LeastConnections, BACKENDS, times);
}

fn two_of_many(times: u64) {
    pick(&Balance::LeastConnections, MANY_BACKENDS, times);
}

fn peak_ewma(times: u64) {
    pick(&Balance::PeakEwma, BACKENDS, times);
}

fn consistent_hash(times: u64) {
    pick(&Balance::ConsistentHash(HashKey::Path), BACKENDS, times);
}

fn pick(balance: &Balance, backends: usize, times: u64) {
    let names: Vec<Name> =
        (1..=backends).map(|number| format!("app-{number}").parse().expect("a name")).collect();
    let member =
        |(name, weight)| Member { name, weight: Weight::nearest(weight), part: Part::WHOLE };
    let members: Vec<_> =
        names.iter().zip([100, 100, 50, 100].into_iter().cycle()).map(member).collect();
    let balancer = Balancer::new(balance, &members, None);
    let mut rng = SmallRng::seed_from_u64(1);
    let mut turn = Turn::new(&mut rng);
    let in_flight: Vec<u32> =
        [3, 1, 4, 1, 5, 9, 2, 6, 5, 3].into_iter().cycle().take(backends).collect();
    let latencies: Vec<_> = (1..=backends as u64)
        .map(|number| Latency::default().answered(1000 * (number % 7), number % 3))
        .collect();
    let load = |index: usize| in_flight[index];
    let latency = |index: usize| latencies[index].aged(5);
    for number in 0..times {
        let key = hash_key(&number.to_le_bytes());
        let picked = black_box(&balancer).pick(&mut turn, key, load, latency, |_| false, &mut rng);
        assert!(black_box(picked).is_some());
    }
}

fn limit_of_one_key(times: u64) {
    limit(never_more(), 1, times);
}

fn limit_of_many_keys(times: u64) {
    limit(never_more(), 500, times);
}

fn limit_with_bursts(times: u64) {
    let burst = NonZeroU32::new(50).expect("50 is not 0");
    limit(Rule::Rate(Rate::new(hundred(), burst).expect("a rate")), 1, times);
}

fn never_more() -> Rule {
    Rule::Max(hundred())
}

fn hundred() -> Allowance {
    "100/second".parse().expect("an allowance")
}

fn limit(rule: Rule, keys: u64, times: u64) {
    let limiter = Limiter::new(4096, 1, 7);
    let seat = limiter.seat(1, rule, Arc::new(limiter.cells()), 0);
    for number in 0..times {
        let key = limiter.key(&seat, &(number % keys).to_le_bytes());
        let verdict = black_box(&limiter).admit(0, key, black_box(&seat), number * APART_US);
        // Whether it passes is the policy's affair.
        let _ = black_box(verdict);
    }
}
