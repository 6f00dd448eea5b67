//! The promises of consistent hashing.

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
    pool.names.reverse();
    let reordered = Balancer::new(&HASH, &pool.members(), Some(&flapped));
    assert_eq!(slots(&flapped), slots(&reordered));
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
fn the_only_other_is_picked_however_crowded_it_is() {
    let balancer = Pool::new(&[100, 100]).balancer(&HASH);
    for key in keys(20) {
        assert_eq!(Worker::new(1).pick(&balancer, key, &[500, 0], Some(1)), Some(0));
    }
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
