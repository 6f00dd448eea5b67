//! Checkers: what has to hold in every run, looked after at every step by means of their own.
//!
//! | promise | looked after |
//! |---|---|
//! | no request goes to a server that drains, is ill or is gone | at each pick |
//! | servers are ejected no longer than is said, not too many at once and never the last | at each ejection, each second |
//! | all take requests when, and only when, few are healthy | each second |
//! | what is in flight is what began and did not end; no request is lost track of | each second |
//! | a limit lets never more through, and refuses nobody who is far below it | at each request |
//! | nobody is drained under an interlock | at each decision |
//! | an ill server goes only after long, a few at a time, and another first | at each decision |
//! | the fleet stays within its bounds | at each decision |
//! | it turns round no more often than load and faults do | at the end |
//! | after the last fault it finds back to what the load needs | at the end |

mod convergence;
mod ejection;
mod interlocks;
mod limits;
mod replacing;

use std::fmt;

use super::engine::EPOCH_MS;
use super::policies::Step;
use super::scenario::{Fault, PoolModel, SECOND_NS, Scenario};
use super::server::Server;
use super::tally::Tally;
use crate::model::{EjectionRules, ScalingRules, Standing};
use crate::policy::scaling::Observation;
use interlocks::Interlocks;
use limits::Audit;

/// The most broken promises that are told.
const MOST_TOLD: usize = 10;

/// Looks after one run.
#[derive(Debug)]
pub(super) struct Checkers {
    broken: Vec<Broken>,
    count: u64,
    audit: Audit,
    interlocks: Interlocks,
    rules: Option<ScalingRules>,
    /// The servers, by slot, in whose place others may be there.
    replaced: Vec<bool>,
    /// So often the fleet may turn round.
    most_reversals: u32,
    /// When the last fault or change of load was over.
    quiet_since_ns: u64,
    /// Whether the policy is held to the interlocks of production.
    strict: bool,
    /// Scale-ins under an interlock, of a policy that is not.
    pub(super) unsafe_steps: u64,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at_ns: u64,
    pub(super) what: String,
}

impl Checkers {
    /// For a run of `scenario` with these faults.
    pub(super) fn new(scenario: &Scenario, faults: &[Fault]) -> Checkers {
        // Each fault and each phase may turn the fleet round as it comes and as it goes.
        let turns = 2 * (scenario.phases().count() + faults.len()) as u32;
        Checkers {
            broken: Vec::new(),
            count: 0,
            audit: Audit::new(scenario),
            interlocks: Interlocks::new(scenario.rules.as_ref(), faults),
            rules: scenario.rules.clone(),
            replaced: Vec::new(),
            most_reversals: turns + scenario.swings(),
            quiet_since_ns: convergence::quiet_since_ns(scenario, faults),
            strict: true,
            unsafe_steps: 0,
        }
    }

    /// Counts scale-ins under an interlock instead of forbidding them.
    pub(super) fn tolerate_unsafe_steps(&mut self) {
        self.strict = false;
    }

    /// Whether everything held.
    pub(super) fn held(&self) -> bool {
        self.count == 0
    }

    /// What did not, and how often something did not.
    pub(super) fn broken(&self) -> (&[Broken], u64) {
        (&self.broken, self.count)
    }

    /// A request goes to `server`; in a panic it may be ill.
    pub(super) fn picked(&mut self, now_ns: u64, server: &Server, panic: bool) {
        let may_be_picked = server.takes_requests() || (panic && server.is_eligible());
        if !may_be_picked {
            let is = match (server.is_there(), server.standing) {
                (false, _) => "gone".to_owned(),
                (true, Standing::Active) => server.health().to_string(),
                (true, standing) => standing.to_string(),
            };
            self.broke(now_ns, format!("{} was picked, and is {is}", server.name));
        }
    }

    /// A limit let a request pass or did not.
    pub(super) fn limited(&mut self, now_us: u64, limit: usize, key: u32, passed: bool) {
        if let Some(what) = self.audit.told(now_us, limit, key, passed) {
            self.broke(now_us * 1000, what);
        }
    }

    /// What the gateway counts as in flight, and what flies, by slot.
    pub(super) fn counted(
        &mut self,
        now_ns: u64,
        servers: &[Server],
        counted: &[u32],
        flying: &[u32],
    ) {
        for (server, (counted, flying)) in servers.iter().zip(counted.iter().zip(flying)) {
            if counted != flying {
                let name = &server.name;
                self.broke(now_ns, format!("{name} has {flying} in flight, counted {counted}"));
            }
        }
    }

    /// Every request is somewhere.
    pub(super) fn conserved(&mut self, now_ns: u64, tally: &Tally, waiting: u64, flying: u64) {
        let found = tally.answered + tally.lost() + tally.limited + waiting + flying;
        if found != tally.sent {
            self.broke(now_ns, format!("{} requests were sent, {found} are found", tally.sent));
        }
    }

    /// A policy decided.
    pub(super) fn decided(&mut self, now_ns: u64, step: &Step, seen: &Observation, tally: &Tally) {
        let reasons = self.interlocks.observe(now_ns, step, seen, tally);
        let now_ms = EPOCH_MS + now_ns / 1_000_000;
        if let Some(what) = replacing::wrong(now_ms, step, seen, self.rules.as_ref()) {
            self.broke(now_ns, what);
        }
        if step.to >= step.from || reasons.is_empty() {
            return;
        }
        self.unsafe_steps += 1;
        if self.strict {
            let (from, to) = (step.from, step.to);
            self.broke(now_ns, format!("{from}→{to} although {}", reasons.join(", ")));
        }
    }

    /// A server was ejected.
    pub(super) fn ejected(&mut self, now_ns: u64, servers: &[Server], rules: &EjectionRules) {
        if let Some(what) = ejection::wrong(servers, rules) {
            self.broke(now_ns, what);
        }
    }

    /// So it is at the end of a second, in a panic or not.
    pub(super) fn judged(
        &mut self,
        now_ns: u64,
        servers: &[Server],
        pool: &PoolModel,
        panic: bool,
    ) {
        let now_ms = EPOCH_MS + now_ns / 1_000_000;
        if let Some(what) = ejection::overdue(now_ms, servers, pool, panic) {
            self.broke(now_ns, what);
        }
    }

    /// So many servers there are.
    pub(super) fn sized(&mut self, now_ns: u64, servers: &[Server]) {
        let Some(rules) = &self.rules else { return };
        let now_ms = EPOCH_MS + now_ns / 1_000_000;
        self.replaced.resize(servers.len(), false);
        let mut size = 0;
        for (server, replaced) in servers.iter().zip(&mut self.replaced) {
            // It may recover when another has come in its place already.
            *replaced |= replacing::may_be_replaced(now_ms, server, rules);
            let stays = server.is_there() && server.standing == Standing::Active;
            size += u32::from(stays && !*replaced);
        }
        let max = rules.max;
        if size > max {
            self.broke(now_ns, format!("{size} servers, at most {max}"));
        }
    }

    /// The run is over.
    pub(super) fn end(&mut self, tally: &Tally, servers: &[Server], scenario: &Scenario) {
        let (now_ns, reversals) = (tally.end_ns, tally.reversals());
        if self.strict && reversals > self.most_reversals {
            let most = self.most_reversals;
            self.broke(now_ns, format!("the fleet turned round {reversals} times, {most} at most"));
        }
        let quiet_s = now_ns.saturating_sub(self.quiet_since_ns) / SECOND_NS;
        let Some(rules) = self.rules.clone().filter(|_| self.strict) else { return };
        for what in convergence::unsettled(quiet_s, &rules, tally, servers, scenario) {
            self.broke(now_ns, what);
        }
    }

    fn broke(&mut self, at_ns: u64, what: String) {
        self.count += 1;
        if self.broken.len() < MOST_TOLD {
            self.broken.push(Broken { at_ns, what });
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s: {}", self.at_ns / SECOND_NS, self.what)
    }
}
