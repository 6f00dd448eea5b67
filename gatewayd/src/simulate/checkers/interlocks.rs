//! The interlocks as the engine knows them: from what it did and counted, not from what the policy saw.
//!
//! The policy measures some of it in another way (its windows, what it takes for offered), so that
//! only what is clearly forbidden counts as broken.

use std::time::Duration;

use crate::model::{ScalingRules, ServerPhase};
use crate::policy::scaling::Observation;
use crate::simulate::policies::Step;
use crate::simulate::scenario::{Fault, SECOND_NS};
use crate::simulate::tally::{Second, Tally};

/// Twice what the policy allows.
const CLEARLY_FAILING: f64 = 0.02;
/// The policy holds still below half of the peak.
const CLEARLY_FALLEN: f64 = 0.3;
const PEAK_S: usize = 110;
const SHORT_S: usize = 6;
/// Fewer tell nothing but chance.
const FEWEST_ATTEMPTS: u32 = 200;

/// What forbids to shrink now.
#[derive(Debug)]
pub(super) struct Interlocks {
    cooldown: Duration,
    last_out_ns: Option<u64>,
    /// When faults are on. At other times a load that falls is a load that fell.
    faults: Vec<(u64, u64)>,
}

impl Interlocks {
    pub(super) fn new(rules: Option<&ScalingRules>, faults: &[Fault]) -> Interlocks {
        let ns = |time: Duration| time.as_nanos() as u64;
        Interlocks {
            cooldown: rules.map_or(Duration::ZERO, |rules| rules.scale_in_cooldown),
            last_out_ns: None,
            faults: faults.iter().map(|fault| (ns(fault.at), ns(fault.ends()))).collect(),
        }
    }

    /// What forbids this step, if it shrinks the fleet; and remembers when it grew.
    pub(super) fn observe(
        &mut self,
        now_ns: u64,
        step: &Step,
        seen: &Observation,
        tally: &Tally,
    ) -> Vec<&'static str> {
        let mut reasons = Vec::new();
        let mut forbid = |when: bool, reason| {
            if when {
                reasons.push(reason);
            }
        };
        let count = |wanted: fn(ServerPhase) -> bool| {
            seen.servers.iter().filter(|server| wanted(server.phase)).count() as f64
        };
        forbid(count(ServerPhase::comes) > 0.0, "servers are starting");
        forbid(count(ServerPhase::leaves) > 0.0, "servers are draining");
        let unhealthy = count(|phase| phase == ServerPhase::Unhealthy);
        forbid(unhealthy > seen.servers.len() as f64 * 0.1, "servers are unhealthy");
        let cooling =
            self.last_out_ns.is_some_and(|at| u128::from(now_ns - at) < self.cooldown.as_nanos());
        forbid(cooling, "it grew a moment ago");
        forbid(is_failing(tally), "answers fail");
        forbid(self.is_disturbed(now_ns) && has_fallen(tally), "the load fell off");
        if step.to > step.from {
            self.last_out_ns = Some(now_ns);
        }
        reasons
    }

    /// Whether a fault is on, or was a moment ago.
    fn is_disturbed(&self, now_ns: u64) -> bool {
        self.faults.iter().any(|(from, to)| (*from..*to + 30 * SECOND_NS).contains(&now_ns))
    }
}

fn last(tally: &Tally, seconds: usize) -> &[Second] {
    &tally.seconds[tally.seconds.len().saturating_sub(seconds)..]
}

fn is_failing(tally: &Tally) -> bool {
    let recent = last(tally, SHORT_S);
    let attempts: u32 = recent.iter().map(|second| second.attempts).sum();
    let failures: u32 = recent.iter().map(|second| second.failures).sum();
    attempts > FEWEST_ATTEMPTS && f64::from(failures) > f64::from(attempts) * CLEARLY_FAILING
}

/// Whether far fewer attempts end than did within the last minutes.
fn has_fallen(tally: &Tally) -> bool {
    let rate = |seconds: &[Second]| {
        let attempts: u32 = seconds.iter().map(|second| second.attempts).sum();
        f64::from(attempts) / seconds.len().max(1) as f64
    };
    let peak = last(tally, PEAK_S).chunks_exact(SHORT_S).map(rate).fold(0.0, f64::max);
    let now = rate(last(tally, SHORT_S));
    peak * SHORT_S as f64 > f64::from(FEWEST_ATTEMPTS) && now < peak * CLEARLY_FALLEN
}
