//! A fluid model of a pool: requests flow, servers boot and saturate. It compares policies by what
//! users would feel, and shows that ours converges and does not flap.

use std::collections::VecDeque;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::*;
use crate::model::{ScalingRules, ServerPhase};

/// Requests per second that saturate a server.
const CAPACITY_RPS: f64 = 1000.0;
/// From order to ready.
const BOOT_S: u64 = 10;
/// The longest queue, in seconds of work; beyond it requests are lost.
const QUEUE_S: f64 = 1.0;

/// What a policy sees: it answers with the size it wants.
struct Sight {
    second: u64,
    size: u32,
    ready: u32,
    cpu_ratio: f64,
}

/// What users and the bill say afterwards.
#[derive(Debug, Default)]
struct Verdict {
    offered: f64,
    lost: f64,
    overloaded_s: u64,
    peak_size: u32,
    last_size: u32,
    reversals: u32,
}

struct Server {
    slot: u64,
    ordered_s: u64,
    ended: f64,
    failed: f64,
    queue: f64,
    reports: u64,
    cpu_ratio: f64,
}

/// A pool at one second.
struct Pool {
    servers: Vec<Server>,
    second: u64,
    next_slot: u64,
    verdict: Verdict,
    last_move: i64,
}

impl Pool {
    fn new(size: u32) -> Pool {
        let mut pool = Pool {
            servers: Vec::new(),
            second: BOOT_S + 1000,
            next_slot: 0,
            verdict: Verdict::default(),
            last_move: 0,
        };
        pool.resize(size, 0);
        pool
    }

    fn resize(&mut self, size: u32, ordered_s: u64) {
        while (self.servers.len() as u32) < size {
            self.servers.push(Server {
                slot: self.next_slot,
                ordered_s,
                ended: 0.0,
                failed: 0.0,
                queue: 0.0,
                reports: 0,
                cpu_ratio: 0.0,
            });
            self.next_slot += 1;
        }
        self.servers.truncate(size as usize);
    }

    fn is_ready(&self, server: &Server) -> bool {
        server.ordered_s + BOOT_S <= self.second
    }

    fn ready(&self) -> u32 {
        self.servers.iter().filter(|server| self.is_ready(server)).count() as u32
    }

    /// One second of `offered` requests, spread evenly over what is ready.
    fn flow(&mut self, offered: f64) {
        let (ready, second) = (self.ready(), self.second);
        self.verdict.offered += offered;
        if ready == 0 {
            self.verdict.lost += offered;
        }
        let part = offered / f64::from(ready.max(1));
        let mut lost = 0.0;
        for server in self.servers.iter_mut().filter(|it| it.ordered_s + BOOT_S <= second) {
            let work = server.queue + part;
            let done = work.min(CAPACITY_RPS);
            let turned_away = (work - done - CAPACITY_RPS * QUEUE_S).max(0.0);
            server.queue = work - done - turned_away;
            server.ended += done + turned_away;
            server.failed += turned_away;
            server.cpu_ratio = done / CAPACITY_RPS;
            server.reports += 1;
            lost += turned_away;
        }
        self.verdict.lost += lost;
        self.verdict.overloaded_s += u64::from(part >= CAPACITY_RPS);
        self.second += 1;
    }

    fn go_to(&mut self, size: u32) {
        let step = i64::from(size) - self.servers.len() as i64;
        if step * self.last_move < 0 {
            self.verdict.reversals += 1;
        }
        if step != 0 {
            self.last_move = step;
        }
        self.resize(size, self.second);
        self.verdict.peak_size = self.verdict.peak_size.max(size);
        self.verdict.last_size = size;
    }

    fn sight(&self) -> Sight {
        let ready: Vec<&Server> = self.servers.iter().filter(|it| self.is_ready(it)).collect();
        let used: f64 = ready.iter().map(|server| server.cpu_ratio).sum();
        Sight {
            second: self.second,
            size: self.servers.len() as u32,
            ready: ready.len() as u32,
            cpu_ratio: used / ready.len().max(1) as f64,
        }
    }

    fn observation(&self) -> Observation {
        let seen = |server: &Server| SeenServer {
            name: format!("app-{}", server.slot).parse().unwrap(),
            slot: server.slot,
            phase: if self.is_ready(server) { ServerPhase::Ready } else { ServerPhase::Starting },
            phase_since_ms: server.ordered_s * 1000,
            ill_since_ms: None,
            serving_since_ms: (server.ordered_s + BOOT_S) * 1000,
            owned: true,
            in_flight: server.queue as u32,
            attempts: server.ended as u64,
            failures: server.failed as u64,
            unreached: 0,
            cpu: (server.reports > 0)
                .then_some(CpuReport { ratio: server.cpu_ratio, number: server.reports }),
        };
        Observation {
            servers: self.servers.iter().map(seen).collect(),
            acts: true,
            ..Observation::default()
        }
    }
}

/// Runs `seconds` of `load` on a pool of `size` at first.
fn run(
    size: u32,
    seconds: u64,
    mut load: impl FnMut(u64) -> f64,
    mut policy: impl FnMut(&Pool) -> u32,
) -> Verdict {
    let mut pool = Pool::new(size);
    for second in 0..seconds {
        pool.flow(load(second));
        let size = policy(&pool);
        pool.go_to(size);
    }
    pool.verdict
}

/// Ours, as in production.
fn by_work(rules: ScalingRules) -> impl FnMut(&Pool) -> u32 {
    let mut history = History::default();
    move |pool| tick(pool.second * 1000, &pool.observation(), &mut history, &rules).to
}

/// One more while the CPU is above target, then a cooldown.
fn plus_one(cooldown_s: u64) -> impl FnMut(&Pool) -> u32 {
    let mut next_s = 0;
    move |pool| {
        let sight = pool.sight();
        if sight.cpu_ratio > 0.7 && sight.second >= next_s {
            next_s = sight.second + cooldown_s;
            return sight.size + 1;
        }
        sight.size
    }
}

/// `ceil(size × cpu / target)` of an average over a minute, every 15 s, at most doubling: what a
/// Kubernetes HPA does with the figures of a metrics server.
fn hpa() -> impl FnMut(&Pool) -> u32 {
    let mut past = VecDeque::new();
    move |pool| {
        let sight = pool.sight();
        past.push_back(sight.cpu_ratio);
        if past.len() > 60 {
            past.pop_front();
        }
        let average = past.iter().sum::<f64>() / past.len() as f64;
        if sight.second % 15 != 0 || (average / 0.7 - 1.0).abs() < 0.1 || sight.ready == 0 {
            return sight.size;
        }
        let wanted = (f64::from(sight.size) * average / 0.7).ceil() as u32;
        wanted.clamp(sight.size, sight.size * 2)
    }
}

/// 12 servers at 70 %, then twice the load: 24 are needed.
fn doubling(second: u64) -> f64 {
    if second < 300 { 8400.0 } else { 16_800.0 }
}

fn rules() -> ScalingRules {
    ScalingRules::within(2, 100)
}

#[test]
fn a_doubling_of_the_load_hurts_far_less_than_with_the_common_policies() {
    let ours = run(12, 1200, doubling, by_work(rules()));
    let one_more = run(12, 1200, doubling, plus_one(48));
    let hpa = run(12, 1200, doubling, hpa());
    assert!(ours.overloaded_s * 10 < one_more.overloaded_s, "{ours:?} {one_more:?}");
    assert!(ours.overloaded_s < hpa.overloaded_s, "{ours:?} {hpa:?}");
    assert!(ours.lost * 5.0 < one_more.lost && ours.lost < hpa.lost, "{ours:?} {hpa:?}");
    assert!((24..=26).contains(&ours.peak_size), "{ours:?}");
    assert!(hpa.peak_size > ours.peak_size + 3, "{hpa:?}");
    assert!(ours.overloaded_s <= BOOT_S + 5, "{ours:?}");
}

#[test]
fn it_converges_after_a_peak_and_turns_round_once() {
    let peak = |second: u64| match second {
        0..300 => 8400.0,
        300..900 => 16_800.0,
        _ => 4200.0,
    };
    let verdict = run(12, 7200, peak, by_work(rules()));
    assert_eq!(verdict.reversals, 1, "{verdict:?}");
    assert!((6..=7).contains(&verdict.last_size), "{verdict:?}");
    assert!(verdict.lost < verdict.offered * 0.002, "{verdict:?}");
}

#[test]
fn steady_noise_makes_no_flapping() {
    for seed in 0..8 {
        let mut rng = SmallRng::seed_from_u64(seed);
        let noisy = |_| 8400.0 * rng.random_range(0.85..1.15);
        let verdict = run(12, 3600, noisy, by_work(rules()));
        assert!(verdict.reversals <= 1, "seed {seed}: {verdict:?}");
        assert!((11..=13).contains(&verdict.last_size), "seed {seed}: {verdict:?}");
    }
}

#[test]
fn an_outage_of_the_clients_is_waited_out() {
    // All clients are gone for 90 s, then they come back with their retries.
    let outage = |second: u64| match second {
        600..690 => 0.0,
        690..720 => 11_500.0,
        _ => 8400.0,
    };
    let mut rules = rules();
    // Without the stabilization window only the interlock is in the way.
    rules.scale_down.stabilization_window = std::time::Duration::from_secs(1);
    let mut smallest = u32::MAX;
    let mut ours = by_work(rules);
    let verdict = run(12, 1200, outage, |pool| {
        let size = ours(pool);
        smallest = smallest.min(size);
        size
    });
    assert_eq!(smallest, 12, "{verdict:?}");
    assert_eq!(verdict.overloaded_s, 0, "{verdict:?}");
}
