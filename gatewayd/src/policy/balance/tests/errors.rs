//! The promise of all methods about errors: who fails fast attracts nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::*;

/// Clients that each ask again as soon as they are answered, servers that all take as long, and one
/// of them that fails within a millisecond.
struct Crowd {
    clients: u64,
    takes_ms: u64,
    failing: usize,
    /// What the gateway believes an answer takes.
    believed_ms: u64,
}

impl Crowd {
    /// The part of `requests` requests that the failing server gets.
    fn share(&self, pool: &Pool, balance: &Balance, requests: u64, seed: u64) -> f64 {
        let balancer = pool.balancer(balance);
        let Worker { mut turn, mut rng } = Worker::new(seed);
        let stay = Duration::from_millis(self.believed_ms);
        let mut in_flight = vec![0_u32; pool.names.len()];
        let mut errors = ErrorLoad::default();
        let mut latencies = vec![Latency::default(); pool.names.len()];
        let mut got = 0;
        // When each client asks, and the server it has been waiting for.
        let mut agenda: BinaryHeap<Reverse<(u64, u64, Option<usize>)>> =
            (0..self.clients).map(|client| Reverse((0, client, None))).collect();
        for _ in 0..requests {
            let Reverse((now_ms, client, served)) = agenda.pop().unwrap();
            if let Some(server) = served {
                in_flight[server] -= 1;
                let latency = &mut latencies[server];
                if server == self.failing {
                    errors = errors.failed(now_ms, stay);
                    *latency = latency.failed(1000, now_ms);
                } else {
                    *latency = latency.answered(self.takes_ms * 1000, now_ms);
                }
            }
            let load = |index: usize| {
                let failed = if index == self.failing { errors.requests(now_ms, stay) } else { 0 };
                in_flight[index] + failed
            };
            let key = hash_key(&rand::Rng::random::<u64>(&mut rng).to_le_bytes());
            let latency = |index: usize| latencies[index].aged(now_ms);
            let picked = balancer.pick(&mut turn, key, load, latency, |_| false, &mut rng).unwrap();
            in_flight[picked] += 1;
            got += u64::from(picked == self.failing);
            let takes_ms = if picked == self.failing { 1 } else { self.takes_ms };
            agenda.push(Reverse((now_ms + takes_ms, client, Some(picked))));
        }
        got as f64 / requests as f64
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_server_that_fails_fast_attracts_no_extra_traffic_by_any_method(
        servers in 2..9_usize, clients in 1..60_u64, takes_ms in 5..200_u64, seed: u64,
        believed_percent in 80..150_u64, failing in 0..9_usize,
    ) {
        let crowd = Crowd {
            clients,
            takes_ms,
            failing: failing % servers,
            believed_ms: (takes_ms * believed_percent / 100).max(1),
        };
        let pool = Pool::new(&vec![100; servers]);
        for balance in ALL {
            let share = crowd.share(&pool, &balance, 4000, seed);
            // Keys are dealt within a few percent, and drawn at random.
            let fair = 1.0 / servers as f64 * 1.1 + 0.02;
            prop_assert!(share <= fair, "{}: {} of {} servers", balance, share, servers);
        }
    }
}

#[test]
fn one_that_recovers_gets_its_share_again() {
    let pool = Pool::new(&[100; 4]);
    let balancer = pool.balancer(&Balance::LeastConnections);
    let stay = Duration::from_millis(50);
    let errors = (0..500).fold(ErrorLoad::default(), |it, ms| it.failed(ms, stay));
    let mut worker = Worker::new(3);
    let mut picks = |now_ms| {
        let loads = [errors.requests(now_ms, stay), 0, 0, 0];
        (0..400).filter(|_| worker.pick(&balancer, 0, &loads, None) == Some(0)).count()
    };
    assert_eq!(picks(500), 0);
    assert!((50..150).contains(&picks(2500)), "two seconds later");
}
