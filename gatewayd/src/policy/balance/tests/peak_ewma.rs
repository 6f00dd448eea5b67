//! The promises of peak EWMA.

use super::*;

/// Who is picked how often, where each has so much under way and takes so long.
fn picks(pool: &Pool, loads: &[u32], latencies: &[Aged], count: usize) -> Vec<usize> {
    let balancer = pool.balancer(&Balance::PeakEwma);
    let Worker { mut turn, mut rng } = Worker::new(2);
    let mut pick = || {
        let (load, latency) = (|index: usize| loads[index], |index: usize| latencies[index]);
        balancer.pick(&mut turn, 0, load, latency, |_| false, &mut rng).unwrap()
    };
    counts(&(0..count).map(|_| pick()).collect::<Vec<_>>(), loads.len())
}

fn takes(us: u64, age_ms: u64) -> Aged {
    Latency::default().answered(us, 0).aged(age_ms)
}

#[test]
fn equals_are_picked_equally_often_and_by_weight() {
    let even = picks(&Pool::new(&[7; 4]), &[3; 4], &[takes(500, 0); 4], 4000);
    assert!(even.iter().all(|it| (850..1150).contains(it)), "{even:?}");
    // Ten times the weight bears ten times the load.
    let heavy = picks(&Pool::new(&[100, 1000]), &[0, 9], &[takes(500, 0); 2], 4000);
    assert!(heavy[1] > 3500, "{heavy:?}");
}

#[test]
fn a_slow_server_waits_until_the_others_have_as_much_more_to_do() {
    let (slow, quick) = (takes(100_000, 0), takes(10_000, 0));
    let pool = Pool::new(&[100; 2]);
    for (pending, picked) in [(0, 0), (8, 0), (10, 100)] {
        assert_eq!(picks(&pool, &[0, pending], &[slow, quick], 100)[0], picked, "{pending}");
    }
}

#[test]
fn a_new_server_is_not_run_down_and_gets_as_much_as_the_others_have() {
    let latencies = [Aged::default(), takes(10_000, 0), takes(10_000, 0)];
    let pool = Pool::new(&[100; 3]);
    let idle = picks(&pool, &[0, 4, 4], &latencies, 3000);
    assert!((1900..2100).contains(&idle[0]), "it wins wherever it is drawn: {idle:?}");
    assert_eq!(picks(&pool, &[5, 4, 4], &latencies, 3000)[0], 0, "until it has its own share");
}

#[test]
fn a_server_that_was_slow_long_ago_is_tried_again_by_one_at_a_time() {
    let (was_slow, quick) = (takes(5_000_000, 90_000), takes(10_000, 0));
    let pool = Pool::new(&[100; 2]);
    assert_eq!(picks(&pool, &[0, 2], &[takes(5_000_000, 9_000), quick], 100)[0], 0);
    assert_eq!(picks(&pool, &[0, 2], &[was_slow, quick], 100)[0], 100);
    // Nobody heard of its answer yet, and everybody knows that it is asked.
    assert_eq!(picks(&pool, &[2, 2], &[was_slow, quick], 100)[0], 0);
}

proptest! {
    #[test]
    fn the_worse_one_of_two_is_never_picked(
        members in prop::collection::vec((1..=1000_u16, 0..50_u32, 1..9_000_000_u64), 2..=2),
        seed: u64,
    ) {
        let pool = Pool::new(&[members[0].0, members[1].0]);
        let balancer = pool.balancer(&Balance::PeakEwma);
        let Worker { mut turn, mut rng } = Worker::new(seed);
        let load = |index: usize| members[index].1;
        let latency = |index: usize| takes(members[index].2, 0);
        let picked = balancer.pick(&mut turn, 0, load, latency, |_| false, &mut rng).unwrap();
        let cost = |(weight, load, us): (u16, u32, u64)| {
            us as f64 * f64::from(load + 1) / f64::from(weight)
        };
        prop_assert!(cost(members[picked]) <= cost(members[1 - picked]) * 1.000_01);
    }

    #[test]
    fn of_many_the_worst_is_never_picked(
        members in prop::collection::vec((0..50_u32, 1..9_000_000_u64), 3..60), seed: u64,
        except in 0..60_usize,
    ) {
        let pool = Pool::new(&vec![5; members.len()]);
        let balancer = pool.balancer(&Balance::PeakEwma);
        let Worker { mut turn, mut rng } = Worker::new(seed);
        let load = |index: usize| members[index].0;
        let latency = |index: usize| takes(members[index].1, 0);
        let is_out = |index: usize| index == except;
        let picked = balancer.pick(&mut turn, 0, load, latency, is_out, &mut rng).unwrap();
        prop_assert_ne!(picked, except);
        let cost = |index: usize| members[index].1 as f64 * f64::from(members[index].0 + 1);
        let others = (0..members.len()).filter(|it| *it != except && *it != picked);
        prop_assert!(others.map(cost).fold(0.0, f64::max) >= cost(picked) * 0.999_99);
    }
}
