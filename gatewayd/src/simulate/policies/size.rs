//! From a size to what is done: new servers are ordered; the newest are drained, and ended when empty.

use std::cmp::Reverse;
use std::time::Duration;

use super::Step;
use super::cpu::size;
use crate::model::{Action, ScalingRules, ServerPhase};
use crate::policy::scaling::{Observation, SeenServer};

/// The step to `wanted` servers, within the bounds of `rules`, for the reason `why`.
pub(super) fn step(
    wanted: u32,
    why: String,
    now_ms: u64,
    seen: &Observation,
    rules: &ScalingRules,
) -> Step {
    let from = size(seen);
    let to = wanted.clamp(rules.min, rules.max);
    let mut actions = Vec::new();
    if to > from {
        actions.push(Action::ScaleOut(to - from));
    }
    if to < from {
        let mut staying: Vec<&SeenServer> =
            seen.servers.iter().filter(|server| !server.phase.leaves()).collect();
        staying.sort_by_key(|server| Reverse((server.phase_since_ms, server.slot)));
        let victims = staying.iter().take((from - to) as usize);
        actions.push(Action::Drain(victims.map(|server| server.name.clone()).collect()));
    }
    let drained = seen.servers.iter().filter(|it| is_drained(it, now_ms, rules.drain_timeout));
    let drained: Vec<_> = drained.map(|server| server.name.clone()).collect();
    if !drained.is_empty() {
        actions.push(Action::Terminate(drained));
    }
    let sentence = format!("{from}→{to}: {why}");
    Step { from, to, actions, sentence, refused: false }
}

fn is_drained(server: &SeenServer, now_ms: u64, timeout: Duration) -> bool {
    let late = u128::from(now_ms.saturating_sub(server.phase_since_ms)) >= timeout.as_millis();
    server.phase == ServerPhase::Draining && (server.in_flight == 0 || late)
}
