//! The promises of least connections.

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
