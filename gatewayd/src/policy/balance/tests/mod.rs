//! The promises of the methods.

mod consistent_hash;
mod errors;
mod least_connections;
mod peak_ewma;
mod round_robin;
mod slow_start;

use std::collections::HashMap;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::*;
use crate::model::HashKey;

const HASH: Balance = Balance::ConsistentHash(HashKey::ClientIp);
const ALL: [Balance; 4] = [Balance::RoundRobin, Balance::LeastConnections, Balance::PeakEwma, HASH];

struct Pool {
    names: Vec<Name>,
    weights: Vec<u16>,
    parts: Vec<u64>,
}

impl Pool {
    fn new(weights: &[u16]) -> Pool {
        let names = (0..weights.len()).map(|it| format!("app-{it}").parse().unwrap()).collect();
        Pool { names, weights: weights.to_vec(), parts: vec![100; weights.len()] }
    }

    fn members(&self) -> Vec<Member<'_>> {
        let member = |index: usize| Member {
            name: &self.names[index],
            weight: Weight::nearest(self.weights[index].into()),
            part: Part::nearest(self.parts[index]),
        };
        (0..self.names.len()).map(member).collect()
    }

    fn balancer(&self, balance: &Balance) -> Balancer {
        Balancer::new(balance, &self.members(), None)
    }

    /// Without the member at `index`.
    fn without(&self, index: usize) -> Pool {
        let mut pool = Pool {
            names: self.names.clone(),
            weights: self.weights.clone(),
            parts: self.parts.clone(),
        };
        pool.names.remove(index);
        pool.weights.remove(index);
        pool.parts.remove(index);
        pool
    }
}

/// One worker.
struct Worker {
    turn: Turn,
    rng: SmallRng,
}

impl Worker {
    fn new(seed: u64) -> Worker {
        let mut rng = SmallRng::seed_from_u64(seed);
        Worker { turn: Turn::new(&mut rng), rng }
    }

    fn pick(
        &mut self,
        balancer: &Balancer,
        key: u64,
        load: &[u32],
        but: Option<usize>,
    ) -> Option<usize> {
        let in_flight = |index: usize| load.get(index).copied().unwrap_or(0);
        let is_out = |index: usize| Some(index) == but;
        balancer.pick(&mut self.turn, key, in_flight, unknown, is_out, &mut self.rng)
    }

    /// The next `count` of round robin.
    fn row(&mut self, balancer: &Balancer, count: usize) -> Vec<usize> {
        (0..count).map(|_| self.pick(balancer, 0, &[], None).unwrap()).collect()
    }
}

fn unknown(_: usize) -> Aged {
    Aged::default()
}

fn counts(picks: &[usize], members: usize) -> Vec<usize> {
    let mut counts = vec![0; members];
    picks.iter().for_each(|picked| counts[*picked] += 1);
    counts
}

fn reduced(weights: &[u16]) -> Vec<usize> {
    fn gcd(a: u16, b: u16) -> u16 {
        if b == 0 { a } else { gcd(b, a % b) }
    }
    let common = weights.iter().copied().reduce(gcd).unwrap();
    weights.iter().map(|weight| usize::from(weight / common)).collect()
}

fn weights(most: u16, members: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(0..=most, members)
        .prop_filter("one takes", |it| it.iter().any(|w| *w > 0))
}

#[test]
fn where_nobody_takes_requests_nobody_is_picked() {
    let mut unready = Pool::new(&[100, 200]);
    unready.parts = vec![0, 0];
    for pool in [Pool::new(&[]), Pool::new(&[0, 0]), unready] {
        for balance in ALL {
            let balancer = pool.balancer(&balance);
            for key in [0, u64::MAX / 3, u64::MAX] {
                assert_eq!(Worker::new(1).pick(&balancer, key, &[], None), None, "{balance}");
            }
        }
    }
}

proptest! {
    // Dealing slots takes long.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn who_is_out_of_the_question_is_never_picked_and_someone_is_while_one_is_not(
        weights in weights(50, 1..60), out in prop::collection::vec(any::<bool>(), 60),
        key: u64, seed: u64,
    ) {
        let pool = Pool::new(&weights);
        let takes = |index: usize| weights[index] > 0 && !out[index];
        for balance in ALL {
            let Worker { mut turn, mut rng } = Worker::new(seed);
            let balancer = pool.balancer(&balance);
            for _ in 0..10 {
                let is_out = |index: usize| out[index];
                let picked = balancer.pick(&mut turn, key, |_| 0, unknown, is_out, &mut rng);
                match picked {
                    Some(index) => prop_assert!(takes(index), "{}", balance),
                    None => prop_assert!(!(0..weights.len()).any(takes), "{}", balance),
                }
            }
        }
    }
}
