//! The promise of all methods about a member that starts: it takes a growing part.

use std::time::Duration;

use super::*;
use crate::policy::{Serving, slow_start};

const SLOW_START: Duration = Duration::from_secs(30);

/// The part of many requests that the first member gets, of which none ends: so it is what they bear
/// that counts, and not who is quicker.
fn share(pool: &Pool, balance: &Balance, seed: u64) -> f64 {
    let balancer = pool.balancer(balance);
    let Worker { mut turn, mut rng } = Worker::new(seed);
    let mut in_flight = vec![0_u32; pool.names.len()];
    let latency = |_: usize| Latency::default().answered(1000, 0).aged(0);
    for key in 0..3000_u64 {
        let key = hash_key(&key.to_le_bytes());
        let load = |index: usize| in_flight[index];
        let picked = balancer.pick(&mut turn, key, load, latency, |_| false, &mut rng).unwrap();
        in_flight[picked] += 1;
    }
    f64::from(in_flight[0]) / 3000.0
}

/// A pool of equals, some of which began so long ago, as slow start has it.
fn started(members: usize, new: usize, since: Duration) -> Pool {
    let long_ago = Duration::from_secs(3600);
    let serving = |index: usize| Serving {
        weight: Weight::DEFAULT,
        since: if index < new { since } else { long_ago },
    };
    let all: Vec<Serving> = (0..members).map(serving).collect();
    let mut pool = Pool::new(&vec![100; members]);
    pool.parts = slow_start(&all, SLOW_START).map(|part| u64::from(part.percent())).collect();
    pool
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn one_that_starts_takes_a_growing_part_by_every_method(
        members in 2..9_usize, since_ms in 0..30_000_u64, seed: u64,
    ) {
        for balance in ALL {
            let at = |since_ms| {
                let pool = started(members, 1, Duration::from_millis(since_ms));
                (pool.parts[0] as f64 / 100.0, share(&pool, &balance, seed))
            };
            let (part, taken) = at(since_ms);
            prop_assert!(part >= 0.1);
            let fair = match balance {
                // That part of its keys; it has a few percent more or less of all than the others.
                Balance::ConsistentHash(_) => part / members as f64,
                _ => part / ((members - 1) as f64 + part),
            };
            prop_assert!((taken - fair).abs() < 0.02 + fair * 0.1, "{} {} {}", balance, taken, fair);
            let (_, first) = at(0);
            let (_, whole) = at(30_000);
            prop_assert!(first <= taken + 0.02 && taken <= whole + 0.02 && first < whole);
        }
    }

    #[test]
    fn where_more_than_half_is_new_nobody_is_spared(
        members in 1..9_usize, since_ms in 0..30_000_u64, seed: u64,
    ) {
        let pool = started(members, members / 2 + 1, Duration::from_millis(since_ms));
        for balance in ALL {
            let (taken, fair) = (share(&pool, &balance, seed), 1.0 / members as f64);
            prop_assert!((taken - fair).abs() < 0.02 + fair * 0.1, "{} {}", balance, taken);
        }
    }
}
