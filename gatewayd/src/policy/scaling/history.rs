//! The history of one pool: what a decision needs to know of the ticks before it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::model::{Decision, Inputs, RatePolicy, ScalingRules, ServerInput, What};

use super::cost::{Cost, Work};
use super::interlocks::{MOST_ERRORS, MOST_SILENT};
use super::load::{Arrivals, Load};
use super::{Observation, SeenServer};

/// A report older than this says nothing any more.
const STALE: Duration = Duration::from_secs(10);

/// What is remembered of one pool.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    watched_since_ms: Option<u64>,
    last_ms: Option<u64>,
    servers: HashMap<u64, Tracked>,
    load: Load,
    cost: Cost,
    /// The cost when enough servers last told it.
    known_cost_s: Option<f64>,
    /// The sizes wanted, oldest first.
    wanted: VecDeque<(u64, u32)>,
    /// By how much the size was changed, oldest first.
    moves: VecDeque<(u64, i64)>,
    last_out_ms: Option<u64>,
    last_size: Option<u32>,
    panic_until_ms: Option<u64>,
    panic_need: f64,
    failed_starts: u32,
    last_failed_start_ms: u64,
}

/// What was last seen of one server.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tracked {
    attempts: u64,
    failures: u64,
    unreached: u64,
    in_flight: u32,
    report: u64,
    reported_ms: Option<u64>,
    served_ms: Option<u64>,
    rps: f64,
}

impl History {
    /// Takes in what is seen, and makes of it what a decision is made from.
    pub(super) fn observe(
        &mut self,
        now_ms: u64,
        observation: &Observation,
        rules: &ScalingRules,
    ) -> Inputs {
        self.watched_since_ms.get_or_insert(now_ms);
        let elapsed_ms = self.last_ms.map_or(0, |last| now_ms.saturating_sub(last));
        self.last_ms = Some(now_ms);
        let slots: HashSet<u64> = observation.servers.iter().map(|server| server.slot).collect();
        self.servers.retain(|slot, _| slots.contains(slot));
        let (mut arrivals, mut work) = (Arrivals::default(), Work::default());
        work.elapsed_s = elapsed_ms as f64 / 1000.0;
        let mut servers = Vec::with_capacity(observation.servers.len());
        for seen in &observation.servers {
            let (input, ended) = self.server(now_ms, work.elapsed_s, seen, rules, &mut arrivals);
            if let Some(cpu) = input.cpu_ratio.filter(|_| input.warm && ended > 0) {
                work.busy_s += cpu * work.elapsed_s;
                work.requests += ended;
            }
            servers.push(input);
        }
        servers.sort_by(|one, other| one.name.cmp(&other.name));
        if elapsed_ms > 0 || self.load == Load::default() {
            self.load.add(now_ms, arrivals, rules.panic_window);
            self.load.forget(now_ms, rules.stable_window);
        }
        let error_ratio = self.load.error_ratio(rules.panic_window);
        let silent = silent(&servers);
        // With fewer than half of the warm servers reporting, the cost stays what it was.
        let cost_frozen = silent > 0.5;
        if !cost_frozen && elapsed_ms > 0 {
            self.cost.observe(work, error_ratio > MOST_ERRORS);
        }
        if silent <= MOST_SILENT {
            self.known_cost_s = self.cost.per_request_s();
        }
        self.inputs(now_ms, servers, error_ratio, cost_frozen, observation, rules)
    }

    fn inputs(
        &mut self,
        now_ms: u64,
        servers: Vec<ServerInput>,
        error_ratio: f64,
        cost_frozen: bool,
        observation: &Observation,
        rules: &ScalingRules,
    ) -> Inputs {
        self.forget(now_ms, rules);
        let wanted_within = |window| {
            let recent = self.wanted.iter().filter(move |(at, _)| within(*at, now_ms, window));
            recent.map(|(_, size)| *size)
        };
        let (up, down) = (&rules.scale_up, &rules.scale_down);
        Inputs {
            servers,
            offered_rps: self.load.rps(rules.stable_window, rules.panic_window),
            surge_rps: self.load.rps(rules.panic_window, rules.panic_window),
            peak_rps: self.load.peak_rps(),
            error_ratio,
            cost_s: self.cost.per_request_s(),
            known_cost_s: self.known_cost_s,
            cost_frozen,
            panic_left_ms: self.panic_until_ms.and_then(|until| until.checked_sub(now_ms)),
            panic_need: self.panic_need,
            highest_wanted: wanted_within(down.stabilization_window).max(),
            lowest_wanted: wanted_within(up.stabilization_window).min(),
            added: up.policies.iter().map(|it| self.moved(now_ms, it, 1)).collect(),
            removed: down.policies.iter().map(|it| self.moved(now_ms, it, -1)).collect(),
            since_out_ms: self.last_out_ms.map(|at| now_ms.saturating_sub(at)),
            last_size: self.last_size,
            watched_ms: self.watched_since_ms.map_or(0, |at| now_ms.saturating_sub(at)),
            failed_starts: self.failed_starts,
            since_failed_start_ms: now_ms.saturating_sub(self.last_failed_start_ms),
            order: observation.order,
            room: observation.room,
        }
    }

    /// Remembers `decision`, which is carried out if `acts`.
    pub(super) fn remember(&mut self, now_ms: u64, decision: &Decision, acts: bool) {
        if self.wanted.is_empty() {
            // What was there when we came was somebody's choice.
            self.wanted.push_back((now_ms, decision.from));
        }
        self.wanted.push_back((now_ms, decision.wanted));
        self.last_size = Some(decision.to);
        let stable_ms = decision.rules.stable_window.as_millis() as u64;
        if decision.surge {
            self.panic_until_ms = Some(now_ms + stable_ms);
        } else if !decision.panic {
            (self.panic_until_ms, self.panic_need) = (None, 0.0);
        }
        if decision.panic {
            self.panic_need = self.panic_need.max(decision.need.unwrap_or_default());
        }
        if acts && decision.to != decision.from {
            self.moves.push_back((now_ms, i64::from(decision.to) - i64::from(decision.from)));
            if decision.what == What::Out {
                self.last_out_ms = Some(now_ms);
            }
        }
    }

    /// The load at the last tick: requests per second offered since the one before, and what one
    /// of them costs, seconds of a server's whole CPU. `None` before there are two ticks.
    #[must_use]
    pub fn latest(&self) -> Option<(f64, Option<f64>)> {
        Some((self.load.latest_rps()?, self.cost.per_request_s()))
    }

    /// A server failed to start at `now_ms`.
    pub fn start_failed(&mut self, now_ms: u64) {
        self.failed_starts = self.failed_starts.saturating_add(1);
        self.last_failed_start_ms = now_ms;
    }

    /// A server started, so those that failed before are forgiven.
    pub fn started(&mut self) {
        self.failed_starts = 0;
    }

    fn server(
        &mut self,
        now_ms: u64,
        elapsed_s: f64,
        seen: &SeenServer,
        rules: &ScalingRules,
        arrivals: &mut Arrivals,
    ) -> (ServerInput, u64) {
        let report = seen.cpu.map_or(0, |cpu| cpu.number);
        let tracked = self.servers.entry(seen.slot).or_insert(Tracked {
            attempts: seen.attempts,
            failures: seen.failures,
            unreached: seen.unreached,
            in_flight: seen.in_flight,
            report,
            reported_ms: None,
            served_ms: None,
            rps: 0.0,
        });
        let ended = seen.attempts.saturating_sub(tracked.attempts);
        arrivals.ended += ended;
        arrivals.failed += seen.failures.saturating_sub(tracked.failures).min(ended);
        let reached = ended.saturating_sub(seen.unreached.saturating_sub(tracked.unreached));
        arrivals.offered +=
            reached as f64 + f64::from(seen.in_flight) - f64::from(tracked.in_flight);
        if report != tracked.report {
            tracked.reported_ms = Some(now_ms);
        }
        if reached > 0 {
            tracked.served_ms = Some(now_ms);
        }
        if elapsed_s > 0.0 {
            tracked.rps = reached as f64 / elapsed_s;
        }
        (tracked.attempts, tracked.failures) = (seen.attempts, seen.failures);
        tracked.unreached = seen.unreached;
        (tracked.in_flight, tracked.report) = (seen.in_flight, report);
        let fresh = |at: Option<u64>| at.is_some_and(|at| within(at, now_ms, STALE));
        let serving = Duration::from_millis(now_ms.saturating_sub(seen.serving_since_ms));
        let input = ServerInput {
            name: seen.name.clone(),
            phase: seen.phase,
            owned: seen.owned,
            // One that served nothing of late had nothing to report with.
            warm: seen.phase.serves()
                && serving >= rules.default_instance_warmup
                && fresh(tracked.served_ms),
            cpu_ratio: seen.cpu.filter(|_| fresh(tracked.reported_ms)).map(|cpu| cpu.ratio),
            rps: tracked.rps,
            in_flight: seen.in_flight,
            phase_ms: now_ms.saturating_sub(seen.phase_since_ms),
            ill_ms: seen.ill_since_ms.map(|since| now_ms.saturating_sub(since)),
        };
        (input, ended)
    }

    /// Servers added (1) or taken away (-1) within the period of `policy`.
    fn moved(&self, now_ms: u64, policy: &RatePolicy, direction: i64) -> u32 {
        let recent = self.moves.iter().filter(|(at, _)| within(*at, now_ms, policy.period));
        let moved: i64 = recent.map(|(_, by)| (by * direction).max(0)).sum();
        u32::try_from(moved).unwrap_or(u32::MAX)
    }

    fn forget(&mut self, now_ms: u64, rules: &ScalingRules) {
        let (up, down) = (&rules.scale_up, &rules.scale_down);
        let window = up.stabilization_window.max(down.stabilization_window);
        while self.wanted.front().is_some_and(|(at, _)| !within(*at, now_ms, window)) {
            self.wanted.pop_front();
        }
        let periods = up.policies.iter().chain(&down.policies).map(|policy| policy.period);
        let longest = periods.max().unwrap_or_default();
        while self.moves.front().is_some_and(|(at, _)| !within(*at, now_ms, longest)) {
            self.moves.pop_front();
        }
    }
}

/// The part of the warm servers that do not report; all of it where there are none.
fn silent(servers: &[ServerInput]) -> f64 {
    let warm = || servers.iter().filter(|server| server.warm);
    let reporting = warm().filter(|server| server.cpu_ratio.is_some()).count();
    if reporting == 0 { 1.0 } else { 1.0 - reporting as f64 / warm().count() as f64 }
}

fn within(at_ms: u64, now_ms: u64, window: Duration) -> bool {
    u128::from(now_ms.saturating_sub(at_ms)) < window.as_millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServerPhase;
    use crate::policy::scaling::{CpuReport, tick};

    /// A server that ended `attempts` requests and reported `number` times, half busy.
    fn seen(attempts: u64, number: u64) -> Observation {
        let server = SeenServer {
            name: "app-1".parse().unwrap(),
            slot: 1,
            phase: ServerPhase::Ready,
            phase_since_ms: 0,
            ill_since_ms: None,
            serving_since_ms: 0,
            owned: true,
            in_flight: 0,
            attempts,
            failures: 0,
            unreached: 0,
            cpu: Some(CpuReport { ratio: 0.5, number }),
        };
        Observation { servers: vec![server], acts: true, ..Observation::default() }
    }

    #[test]
    fn an_old_report_is_missing_and_the_cost_stays_what_it_was() {
        let (mut history, rules) = (History::default(), ScalingRules::within(1, 10));
        let mut last = None;
        for second in 0..=60_u64 {
            let number = second.min(40);
            let seen = seen(second * 100, number);
            let decision = tick(100_000 + second * 1000, &seen, &mut history, &rules);
            let fresh = decision.inputs.servers[0].cpu_ratio.is_some();
            assert_eq!(fresh, (1..50).contains(&second), "{second}");
            assert_eq!(decision.inputs.cost_frozen, !fresh, "{second}");
            assert_eq!(decision.inputs.known_cost_s, decision.inputs.cost_s, "{second}");
            last = decision.inputs.cost_s;
        }
        let cost = last.unwrap();
        assert!((cost - 0.005).abs() < 1e-6, "{cost}");
    }

    #[test]
    fn a_server_that_came_before_us_brings_no_load_of_its_past() {
        let (mut history, rules) = (History::default(), ScalingRules::within(1, 10));
        for second in 0..6 {
            tick(
                100_000 + second * 1000,
                &seen(1_000_000 + second * 50, second + 1),
                &mut history,
                &rules,
            );
        }
        let decision = tick(106_000, &seen(1_000_300, 7), &mut history, &rules);
        assert_eq!(decision.inputs.offered_rps, Some(50.0));
    }

    #[test]
    fn what_no_server_heard_of_is_no_load_but_fails_all_the_same() {
        let (mut history, rules) = (History::default(), ScalingRules::within(1, 10));
        for second in 0..=60_u64 {
            // Of 150 attempts 50 were refused and made again elsewhere.
            let mut seen = seen(second * 150, second);
            (seen.servers[0].failures, seen.servers[0].unreached) = (second * 50, second * 50);
            let decision = tick(100_000 + second * 1000, &seen, &mut history, &rules);
            if second >= 6 {
                assert_eq!(decision.inputs.offered_rps, Some(100.0), "{second}");
                let ratio = decision.inputs.error_ratio;
                assert!((ratio - 1.0 / 3.0).abs() < 1e-9, "{ratio}");
            }
        }
    }

    #[test]
    fn a_server_that_just_began_to_serve_tells_nothing_about_the_load() {
        let (mut history, rules) = (History::default(), ScalingRules::within(1, 10));
        for second in 0..=40_u64 {
            let decision = tick(second * 1000, &seen(second * 100, second), &mut history, &rules);
            assert_eq!(decision.inputs.servers[0].warm, second >= 30, "{second}");
            assert_eq!(decision.inputs.cost_s.is_some(), second >= 30, "{second}");
        }
    }
}
