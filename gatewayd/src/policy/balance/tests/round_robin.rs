//! The promises of round robin.

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
