//! The replay: recorded load flows over a modelled fleet, second by second, and the decisions are
//! those of production.
//!
//! The fleet is fluid: requests are spread evenly over the servers that are ready, each can do as
//! much as its CPU allows, and keeps what it cannot do at once for a second. What is beyond is lost.

use std::time::Duration;

use super::{CpuReport, History, Observation, SeenServer, tick};
use crate::model::{Action, LoadSample, ScalingRules, ScalingRun, ServerPhase, What};

/// The gateway has been running for so long when a replay begins: nothing of its start is left.
const EPOCH_MS: u64 = 3_600_000;
/// The longest queue, in seconds of work.
const QUEUE_S: f64 = 1.0;
/// CPU use from which servers are busy.
const BUSY: f64 = 0.85;
/// The most seconds of servers that are replayed, so that it takes no longer than anyone waits.
const MOST_STEPS: u64 = 4_000_000;

/// A replay that would take too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("so many servers for so long are too much to replay")]
pub struct TooLong;

/// One modelled server.
struct Server {
    slot: u64,
    ordered_ms: u64,
    ready_ms: u64,
    /// Since when it drains.
    drains_ms: Option<u64>,
    ended: f64,
    failed: f64,
    queue: f64,
    cpu: Option<CpuReport>,
}

/// A fleet that a load flows over.
struct Fleet {
    servers: Vec<Server>,
    start_ms: u64,
    slots: u64,
    offered: f64,
    lost: f64,
}

/// What `rules` make of `load` times the recorded one, when a server needs `start` to come up.
///
/// # Errors
/// When it would take too long.
pub fn replay(
    recorded: &[LoadSample],
    load: f64,
    start: Duration,
    rules: &ScalingRules,
) -> Result<ScalingRun, TooLong> {
    let first_ms = recorded.first().map_or(0, |it| it.at_ms);
    let at_first = recorded.first().map_or(0, |it| it.servers);
    let mut fleet = Fleet::new(at_first.clamp(rules.min, rules.max), start);
    let (mut history, mut run) = (History::default(), empty(rules));
    let (mut before_ms, mut steps) = (first_ms, 0);
    // What was not known yet is taken to have been as it was first seen.
    let mut cost_s = recorded.iter().find_map(|it| it.cost_s);
    for sample in recorded {
        let now_ms = EPOCH_MS + (sample.at_ms - first_ms);
        let elapsed = Duration::from_millis(sample.at_ms - before_ms);
        before_ms = sample.at_ms;
        cost_s = sample.cost_s.or(cost_s);
        let busy = fleet.flow(now_ms, sample.offered_rps * load, cost_s, elapsed.as_secs_f64());
        let decision = tick(now_ms, &fleet.observation(now_ms), &mut history, rules);
        run.server_time += elapsed * fleet.servers.len() as u32;
        run.busy += if busy { elapsed } else { Duration::ZERO };
        run.at_max += if decision.wanted > rules.max { elapsed } else { Duration::ZERO };
        run.outs += u32::from(decision.what == What::Out);
        run.ins += u32::from(decision.what == What::In);
        run.peak = run.peak.max(fleet.size()).max(decision.to);
        run.last = decision.to;
        decision.actions.iter().for_each(|action| fleet.follow(action, now_ms));
        steps += fleet.servers.len() as u64 + 1;
        if steps > MOST_STEPS {
            return Err(TooLong);
        }
    }
    run.lost = if fleet.offered > 0.0 { fleet.lost / fleet.offered } else { 0.0 };
    Ok(run)
}

fn empty(rules: &ScalingRules) -> ScalingRun {
    ScalingRun {
        rules: rules.clone(),
        peak: 0,
        last: 0,
        busy: Duration::ZERO,
        outs: 0,
        ins: 0,
        server_time: Duration::ZERO,
        at_max: Duration::ZERO,
        lost: 0.0,
    }
}

impl Server {
    fn phase(&self, now_ms: u64) -> ServerPhase {
        match self.drains_ms {
            Some(_) => ServerPhase::Draining,
            None if self.ready_ms > now_ms => ServerPhase::Starting,
            None => ServerPhase::Ready,
        }
    }
}

impl Fleet {
    /// One of `size` servers that have been there for long.
    fn new(size: u32, start: Duration) -> Fleet {
        let start_ms = start.as_millis() as u64;
        let mut fleet = Fleet { servers: Vec::new(), start_ms, slots: 0, offered: 0.0, lost: 0.0 };
        (0..size).for_each(|_| fleet.add(0, 0));
        fleet
    }

    fn add(&mut self, ordered_ms: u64, ready_ms: u64) {
        self.slots += 1;
        self.servers.push(Server {
            slot: self.slots,
            ordered_ms,
            ready_ms,
            drains_ms: None,
            ended: 0.0,
            failed: 0.0,
            queue: 0.0,
            cpu: None,
        });
    }

    fn size(&self) -> u32 {
        self.servers.iter().filter(|it| it.drains_ms.is_none()).count() as u32
    }

    /// Spreads `rps` for `seconds` over what is ready; whether that is busy.
    fn flow(&mut self, now_ms: u64, rps: f64, cost_s: Option<f64>, seconds: f64) -> bool {
        self.offered += rps * seconds;
        let ready = |it: &&mut Server| it.phase(now_ms) == ServerPhase::Ready;
        let count = self.servers.iter_mut().filter(ready).count();
        if count == 0 {
            self.lost += rps * seconds;
            return rps > 0.0;
        }
        let part = rps * seconds / count as f64;
        let capacity = cost_s.map_or(f64::INFINITY, |cost_s| seconds / cost_s);
        let room = cost_s.map_or(f64::INFINITY, |cost_s| QUEUE_S / cost_s);
        let mut used = 0.0;
        for server in self.servers.iter_mut().filter(ready) {
            let work = server.queue + part;
            let done = work.min(capacity);
            let turned_away = (work - done - room).max(0.0);
            server.queue = work - done - turned_away;
            server.ended += done + turned_away;
            server.failed += turned_away;
            self.lost += turned_away;
            let number = server.cpu.map_or(0, |cpu| cpu.number) + 1;
            let ratio = cost_s.filter(|_| seconds > 0.0).map(|cost_s| done * cost_s / seconds);
            server.cpu = ratio.map(|ratio| CpuReport { ratio, number });
            used += ratio.unwrap_or_default();
        }
        // What drains ends what it has.
        for server in self.servers.iter_mut().filter(|it| it.drains_ms.is_some()) {
            server.ended += std::mem::take(&mut server.queue);
        }
        used / count as f64 > BUSY
    }

    fn observation(&self, now_ms: u64) -> Observation {
        let seen = |server: &Server| SeenServer {
            name: name(server.slot),
            slot: server.slot,
            phase: server.phase(now_ms),
            phase_since_ms: server.drains_ms.unwrap_or(server.ordered_ms),
            ill_since_ms: None,
            serving_since_ms: server.ready_ms,
            owned: true,
            in_flight: server.queue as u32,
            attempts: server.ended as u64,
            failures: server.failed as u64,
            unreached: 0,
            cpu: server.cpu,
        };
        let servers = self.servers.iter().map(seen).collect();
        Observation { servers, acts: true, ..Observation::default() }
    }

    fn follow(&mut self, action: &Action, now_ms: u64) {
        let named = |names: &[crate::model::Name], it: &Server| names.contains(&name(it.slot));
        match action {
            Action::ScaleOut(count) => {
                (0..*count).for_each(|_| self.add(now_ms, now_ms + self.start_ms));
            }
            Action::Reclaim(names) => {
                let back = self.servers.iter_mut().filter(|it| named(names, it));
                back.for_each(|it| it.drains_ms = None);
            }
            Action::Drain(names) => {
                let out = self.servers.iter_mut().filter(|it| named(names, it));
                out.for_each(|it| it.drains_ms = Some(now_ms));
            }
            Action::Terminate(names) => self.servers.retain(|it| !named(names, it)),
        }
    }
}

fn name(slot: u64) -> crate::model::Name {
    format!("server-{slot}").parse().expect("letters and digits are a name")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour of `rps`, each request 14 ms of a server, on 12 servers at first.
    fn recorded(rps: impl Fn(u64) -> f64) -> Vec<LoadSample> {
        let sample = |second: u64| LoadSample {
            at_ms: 77_000 + second * 1000,
            offered_rps: rps(second),
            cost_s: (second > 5).then_some(0.014),
            servers: 12,
        };
        (0..=3600).map(sample).collect()
    }

    fn run(rps: impl Fn(u64) -> f64, load: f64, rules: &ScalingRules) -> ScalingRun {
        replay(&recorded(rps), load, Duration::from_secs(10), rules).unwrap()
    }

    #[test]
    fn a_steady_load_keeps_its_servers_and_half_as_much_more_needs_half_as_many_more() {
        let rules = ScalingRules::within(2, 40);
        let steady = run(|_| 600.0, 1.0, &rules);
        assert_eq!((steady.peak, steady.last, steady.outs, steady.ins), (12, 12, 0, 0));
        assert_eq!(steady.server_time, Duration::from_secs(12 * 3600));
        assert_eq!((steady.busy, steady.at_max), (Duration::ZERO, Duration::ZERO));
        let more = run(|_| 600.0, 1.5, &rules);
        assert_eq!(more.last, 18, "{more:?}");
        assert!(more.busy > Duration::ZERO && more.outs > 0, "{more:?}");
        let colder = ScalingRules { target_cpu: Some(35), ..rules };
        assert_eq!(run(|_| 600.0, 1.0, &colder).last, 24);
    }

    #[test]
    fn a_maximum_that_is_too_low_is_told_and_so_is_what_it_costs() {
        let rules = ScalingRules::within(2, 14);
        let high = run(|_| 600.0, 2.0, &rules);
        assert_eq!((high.peak, high.last), (14, 14));
        assert!(high.at_max > Duration::from_secs(3000), "{high:?}");
        assert!(high.busy > Duration::from_secs(3000) && high.lost > 0.1, "{high:?}");
    }

    #[test]
    fn a_load_that_falls_and_rises_moves_the_fleet_as_in_production() {
        let rules = ScalingRules::within(2, 40);
        let wave = |second: u64| if (600..2400).contains(&second) { 300.0 } else { 600.0 };
        let moved = run(wave, 1.0, &rules);
        assert!(moved.ins >= 3 && moved.outs >= 1, "{moved:?}");
        assert_eq!(moved.last, 12, "{moved:?}");
        assert!(moved.server_time < Duration::from_secs(12 * 3600), "{moved:?}");
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        let rules = ScalingRules { min: 9000, ..ScalingRules::within(9000, 9000) };
        let load = recorded(|_| 600.0);
        assert_eq!(replay(&load, 1.0, Duration::from_secs(10), &rules), Err(TooLong));
    }

    #[test]
    fn nothing_recorded_is_nothing_replayed() {
        let rules = ScalingRules::within(2, 40);
        assert_eq!(replay(&[], 1.0, Duration::from_secs(10), &rules).unwrap().peak, 0);
    }
}
