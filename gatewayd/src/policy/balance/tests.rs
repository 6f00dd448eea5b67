use std::collections::HashMap;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::SmallRng;

use super::*;
use crate::model::HashKey;

const HASH: Balance = Balance::ConsistentHash(HashKey::ClientIp);

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
        balancer.pick(&mut self.turn, key, in_flight, but, &mut self.rng)
    }

    /// The next `count` of round robin.
    fn row(&mut self, balancer: &Balancer, count: usize) -> Vec<usize> {
        (0..count).map(|_| self.pick(balancer, 0, &[], None).unwrap()).collect()
    }
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

mod round_robin {
    use super::*;

    #[test]
    fn equal_members_take_turns_in_order() {
        let balancer = Pool::new(&[100; 3]).balancer(&Balance::RoundRobin);
        let row = Worker::new(1).row(&balancer, 30);
        assert!(row.windows(2).all(|two| two[1] == (two[0] + 1) % 3), "{row:?}");
    }

    #[test]
    fn workers_start_at_random() {
        let balancer = Pool::new(&[100; 8]).balancer(&Balance::RoundRobin);
        let starts: Vec<_> = (0..800).map(|seed| Worker::new(seed).row(&balancer, 1)[0]).collect();
        assert!(counts(&starts, 8).iter().all(|count| (60..140).contains(count)));
    }

    #[test]
    fn a_heavy_member_among_light_ones_does_not_burst() {
        for (weights, longest) in [
            (&[5, 1, 1][..], 3),
            (&[10; 11], 1),
            (&[1, 1, 1, 1, 4], 1),
            (&[12, 1, 1, 1, 3], 2),
            (&[100, 1], 100),
            (&[6, 4], 2),
        ] {
            let balancer = Pool::new(weights).balancer(&Balance::RoundRobin);
            let sum = weights.iter().map(|it| usize::from(*it)).sum::<usize>();
            let row = Worker::new(3).row(&balancer, 4 * sum);
            let run = row.chunk_by(|one, next| one == next).map(<[usize]>::len).max();
            assert!(run <= Some(longest), "{weights:?}: {run:?} {row:?}");
        }
    }

    #[test]
    fn a_thousand_members_get_their_weights_without_long_searches() {
        let mut lonely = vec![1; 999];
        lonely.push(1000);
        for weights in [vec![1000; 1000], (1..=1000).collect(), lonely] {
            let balancer = Pool::new(&weights).balancer(&Balance::RoundRobin);
            let reduced = reduced(&weights);
            let row = Worker::new(5).row(&balancer, reduced.iter().sum());
            assert_eq!(counts(&row, 1000), reduced);
        }
    }

    #[test]
    fn a_turn_survives_a_change_of_the_members() {
        let mut worker = Worker::new(9);
        for size in [3, 7, 1, 20, 2] {
            let balancer = Pool::new(&vec![100; size]).balancer(&Balance::RoundRobin);
            let row = worker.row(&balancer, size * 5);
            assert_eq!(counts(&row, size), vec![5; size]);
        }
    }

    proptest! {
        #[test]
        fn each_gets_exactly_its_weight_of_any_row_that_long(
            weights in weights(30, 1..12), seed: u64, skip in 0..500_usize,
        ) {
            let balancer = Pool::new(&weights).balancer(&Balance::RoundRobin);
            let reduced = reduced(&weights);
            let mut worker = Worker::new(seed);
            worker.row(&balancer, skip);
            let row = worker.row(&balancer, reduced.iter().sum());
            prop_assert_eq!(counts(&row, weights.len()), reduced);
        }

        #[test]
        fn none_is_ever_far_ahead_of_or_behind_its_share(
            weights in weights(100, 1..12), seed: u64,
        ) {
            let balancer = Pool::new(&weights).balancer(&Balance::RoundRobin);
            let sum: usize = weights.iter().map(|it| usize::from(*it)).sum();
            let different = weights.iter().filter(|it| **it > 0).collect::<std::collections::HashSet<_>>().len();
            let row = Worker::new(seed).row(&balancer, sum);
            let mut seen = vec![0_usize; weights.len()];
            for (served, picked) in (1..).zip(row) {
                seen[picked] += 1;
                for (seen, weight) in seen.iter().zip(&weights) {
                    let part = f64::from(*weight) / sum as f64;
                    let ahead = *seen as f64 - part * f64::from(served);
                    prop_assert!(ahead.abs() < 1.0 + different as f64 * part, "{}", ahead);
                }
            }
        }

        #[test]
        fn the_one_tried_already_is_not_picked_again(
            weights in weights(1000, 2..6), seed: u64, except in 0..6_usize,
        ) {
            let balancer = Pool::new(&weights).balancer(&Balance::RoundRobin);
            let picked = Worker::new(seed).pick(&balancer, 0, &[], Some(except));
            let others = (0..weights.len()).any(|it| it != except && weights[it] > 0);
            prop_assert_eq!(picked.is_some(), others);
            prop_assert!(picked.is_none_or(|it| it != except && weights[it] > 0));
        }
    }
}

mod least_connections {
    use super::*;

    /// (requests under way + 1) / weight
    fn load(pool: &Pool, loads: &[u32], index: usize) -> f64 {
        let weight = f64::from(pool.weights[index]) * pool.parts[index] as f64;
        (f64::from(loads[index]) + 1.0) / weight
    }

    #[test]
    fn equals_are_picked_equally_often() {
        for (members, looked_at) in [(4, 4), (40, 2)] {
            let balancer = Pool::new(&vec![7; members]).balancer(&Balance::LeastConnections);
            let mut worker = Worker::new(members as u64);
            let row = worker.row(&balancer, members * 1000);
            let counts = counts(&row, members);
            assert!(counts.iter().all(|it| (850..1150).contains(it)), "{looked_at}: {counts:?}");
        }
    }

    #[test]
    fn the_loaded_one_of_many_is_picked_only_if_it_must_be() {
        let balancer = Pool::new(&[7; 40]).balancer(&Balance::LeastConnections);
        let mut loads = [0; 40];
        loads[17] = 1;
        let mut worker = Worker::new(4);
        for _ in 0..5000 {
            assert_ne!(worker.pick(&balancer, 0, &loads, None), Some(17));
        }
    }

    proptest! {
        #[test]
        fn of_few_the_least_loaded_is_picked(
            members in prop::collection::vec((0..=1000_u16, 0..50_u32), 1..=32),
            seed: u64, except in prop::option::of(0..32_usize),
        ) {
            let (weights, loads): (Vec<_>, Vec<_>) = members.into_iter().unzip();
            let pool = Pool::new(&weights);
            let balancer = pool.balancer(&Balance::LeastConnections);
            let picked = Worker::new(seed).pick(&balancer, 0, &loads, except);
            let ready = (0..weights.len()).filter(|it| weights[*it] > 0 && Some(*it) != except);
            let least = ready.map(|it| load(&pool, &loads, it)).reduce(f64::min);
            prop_assert_eq!(picked.map(|it| load(&pool, &loads, it)), least);
        }

        #[test]
        fn of_many_the_most_loaded_is_never_picked(
            loads in prop::collection::vec(0..50_u32, 33..60), seed: u64, except in 0..60_usize,
        ) {
            let pool = Pool::new(&vec![5; loads.len()]);
            let picked = Worker::new(seed)
                .pick(&pool.balancer(&Balance::LeastConnections), 0, &loads, Some(except))
                .unwrap();
            prop_assert_ne!(picked, except);
            let others = (0..loads.len()).filter(|it| *it != except && *it != picked);
            prop_assert!(others.map(|it| loads[it]).max().unwrap() >= loads[picked]);
        }
    }
}

mod consistent_hash {
    use super::*;

    fn keys(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(|key| hash_key(&key.to_le_bytes()))
    }

    /// The name of the member that takes each key while nothing is under way.
    fn owners(pool: &Pool, count: u64) -> Vec<&Name> {
        let balancer = pool.balancer(&HASH);
        let mut worker = Worker::new(1);
        let owner = |key| &pool.names[worker.pick(&balancer, key, &[], None).unwrap()];
        keys(count).map(owner).collect()
    }

    #[test]
    fn the_hash_is_the_documented_one_on_every_gateway() {
        // The published test vector of XXH3-64 for no input.
        assert_eq!(hash_key(b""), 0x2d06_8005_38d3_94c2);
        let pool = Pool::new(&[100, 200, 300, 0]);
        let told: String = owners(&pool, 24).iter().map(|it| &it.as_str()[4..]).collect();
        assert_eq!(told, "222221222212121220021110");
    }

    #[test]
    fn the_order_of_the_members_does_not_matter() {
        let pool = Pool::new(&[100, 200, 300, 100]);
        let mut reversed = Pool::new(&[100, 300, 200, 100]);
        reversed.names.reverse();
        assert_eq!(owners(&pool, 2000), owners(&reversed, 2000));
    }

    #[test]
    fn a_member_that_leaves_or_joins_moves_no_key_between_the_others() {
        let pool = Pool::new(&[100; 20]);
        let before = owners(&pool, 20_000);
        let smaller = pool.without(7);
        let after = owners(&smaller, 20_000);
        for (before, after) in before.iter().zip(&after) {
            assert!(before == after || **before == pool.names[7]);
        }
        let moved = before.iter().zip(&after).filter(|(before, after)| before != after).count();
        assert!(moved as f64 / 20_000.0 <= 1.0 / 20.0 + 0.005, "{moved}");
    }

    #[test]
    fn keys_follow_weights() {
        let pool = Pool::new(&[100, 200, 300, 0]);
        let mut counts = HashMap::<&Name, u64>::new();
        for owner in owners(&pool, 60_000) {
            *counts.entry(owner).or_default() += 1;
        }
        for (index, expected) in [(0, 10_000), (1, 20_000), (2, 30_000)] {
            let count = counts[&pool.names[index]];
            assert!(count.abs_diff(expected) < expected / 20, "{index}: {count}");
        }
        assert!(!counts.contains_key(&pool.names[3]));
    }

    #[test]
    fn twenty_members_have_their_share_each() {
        let pool = Pool::new(&[100; 20]);
        let mut counts = HashMap::<&Name, u64>::new();
        for owner in owners(&pool, 100_000) {
            *counts.entry(owner).or_default() += 1;
        }
        let most = *counts.values().max().unwrap();
        assert!(most as f64 / 5_000.0 <= 1.25, "{most}");
    }

    #[test]
    fn a_weight_that_changes_moves_keys_only_to_or_from_its_member() {
        let pool = Pool::new(&[100; 5]);
        let mut heavier = Pool::new(&[100; 5]);
        heavier.weights[2] = 150;
        for (before, after) in owners(&pool, 5_000).iter().zip(owners(&heavier, 5_000)) {
            assert!(*before == after || *after == pool.names[2]);
        }
    }

    #[test]
    fn the_slots_are_shared_while_the_configured_members_stay() {
        let slots = |balancer: &Balancer| match &balancer.0 {
            Method::ConsistentHash(method) => std::sync::Arc::as_ptr(method.slots()),
            _ => unreachable!(),
        };
        let mut pool = Pool::new(&[100; 3]);
        let first = pool.balancer(&HASH);
        pool.parts[1] = 0;
        let flapped = Balancer::new(&HASH, &pool.members(), Some(&first));
        assert_eq!(slots(&first), slots(&flapped));
        pool.weights[1] = 99;
        let reweighted = Balancer::new(&HASH, &pool.members(), Some(&flapped));
        assert_ne!(slots(&flapped), slots(&reweighted));
    }

    #[test]
    fn a_key_stays_while_there_is_little_to_do() {
        let balancer = Pool::new(&[100; 4]).balancer(&HASH);
        let mut worker = Worker::new(1);
        let mut loads = [0; 4];
        let home = worker.pick(&balancer, 77, &loads, None).unwrap();
        for _ in 0..10 {
            assert_eq!(worker.pick(&balancer, 77, &loads, None), Some(home));
            loads[home] += 1;
        }
        assert_ne!(worker.pick(&balancer, 77, &loads, None), Some(home));
    }

    #[test]
    fn a_starting_member_takes_a_growing_part_of_its_keys_and_no_others() {
        let mut pool = Pool::new(&[100; 4]);
        let whole = owners(&pool, 20_000).into_iter().map(Name::to_string).collect::<Vec<_>>();
        let home = pool.names[1].clone();
        let mine = whole.iter().filter(|it| home == ***it).count();
        let mut taken_before = vec![false; whole.len()];
        for percent in [0, 10, 50, 99, 100] {
            pool.parts[1] = percent;
            let now = owners(&pool, 20_000);
            let taken: Vec<bool> = now.iter().map(|it| **it == home).collect();
            for (index, whole) in whole.iter().enumerate() {
                assert!(*now[index] == **whole || home == **whole, "between the others");
                assert!(!taken_before[index] || taken[index], "what it took it keeps");
            }
            let part = taken.iter().filter(|it| **it).count() as f64 / mine as f64;
            assert!((part - percent as f64 / 100.0).abs() < 0.03, "{percent}: {part}");
            taken_before = taken;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_flap_moves_nothing_between_the_others(
            weights in weights(200, 2..10), down: u16, flapping in 0..10_usize,
        ) {
            let mut pool = Pool::new(&weights);
            for (index, part) in pool.parts.iter_mut().enumerate() {
                *part = if down >> index & 1 == 1 { 0 } else { 100 };
            }
            let flapping = flapping % weights.len();
            let places = |pool: &mut Pool, part: u64| {
                pool.parts[flapping] = part;
                let balancer = pool.balancer(&HASH);
                let mut worker = Worker::new(1);
                keys(300).map(|key| worker.pick(&balancer, key, &[], None)).collect::<Vec<_>>()
            };
            let up = places(&mut pool, 100);
            let gone = places(&mut pool, 0);
            for (up, gone) in up.iter().zip(gone) {
                prop_assert!(*up == gone || *up == Some(flapping), "{:?} {:?}", up, gone);
                prop_assert!(gone.is_none_or(|it| pool.parts[it] > 0 && weights[it] > 0));
            }
        }

        #[test]
        fn none_gets_more_than_its_bound_however_hot_a_key_is(
            weights in weights(200, 2..8), hot in 1..5_u64, seed: u64,
        ) {
            let pool = Pool::new(&weights);
            let balancer = pool.balancer(&HASH);
            let mut worker = Worker::new(seed);
            let mut loads = vec![0_u32; weights.len()];
            for nth in 0..2000 {
                let key = hash_key(&(nth % hot).to_le_bytes());
                let picked = worker.pick(&balancer, key, &loads, None).unwrap();
                loads[picked] += 1;
            }
            let sum: f64 = weights.iter().copied().map(f64::from).sum();
            for (load, weight) in loads.iter().zip(&weights) {
                let bound = (1.25 * 2000.0 * f64::from(*weight) / sum).ceil().max(10.0);
                prop_assert!(f64::from(*load) <= bound, "{:?} {:?}", loads, weights);
            }
        }

        #[test]
        fn the_one_tried_already_is_not_picked_again(
            weights in weights(1000, 2..6), key: u64, except in 0..6_usize,
        ) {
            let balancer = Pool::new(&weights).balancer(&HASH);
            let picked = Worker::new(0).pick(&balancer, key, &[], Some(except));
            let others = (0..weights.len()).any(|it| it != except && weights[it] > 0);
            prop_assert_eq!(picked.is_some(), others);
            prop_assert!(picked.is_none_or(|it| it != except && weights[it] > 0));
        }
    }
}
