//! What follows from the size? Draining servers are put back first; victims are drained, then ended.

use std::cmp::Reverse;
use std::time::Duration;

use crate::model::{Action, Inputs, Name, ScalingRules, ServerInput, ServerPhase};

use super::fleet::Fleet;
use super::lost::lost;

/// How many servers could be put back.
pub(super) fn reclaimable(inputs: &Inputs) -> u32 {
    inputs.servers.iter().filter(|server| is_reclaimable(server)).count() as u32
}

/// How many servers could be taken out, those that are lost aside.
pub(super) fn endable(inputs: &Inputs, fleet: &Fleet) -> u32 {
    inputs.servers.iter().filter(|server| is_endable(server)).count() as u32 - fleet.lost
}

/// The actions that bring `fleet` to size `to`, and take out the lost servers if they `may_go`.
pub(super) fn actions(
    to: u32,
    fleet: &Fleet,
    inputs: &Inputs,
    rules: &ScalingRules,
    may_go: bool,
) -> Vec<Action> {
    let (mut actions, lost) = (Vec::new(), lost(inputs, rules));
    let more = to.saturating_sub(fleet.size) as usize;
    let back = reclaimed(inputs, more);
    if to < fleet.size {
        actions.push(Action::Drain(victims(inputs, &lost, (fleet.size - to) as usize)));
    }
    if may_go && !lost.is_empty() {
        actions.push(Action::Drain(lost.into_iter().cloned().collect()));
    }
    let ended = drained(inputs, &back, rules.drain_timeout);
    let new = more - back.len();
    if !back.is_empty() {
        actions.push(Action::Reclaim(back));
    }
    if new > 0 {
        actions.push(Action::ScaleOut(new as u32));
    }
    if !ended.is_empty() {
        actions.push(Action::Terminate(ended));
    }
    actions
}

/// The `count` servers that began to drain last.
fn reclaimed(inputs: &Inputs, count: usize) -> Vec<Name> {
    let mut draining: Vec<&ServerInput> =
        inputs.servers.iter().filter(|server| is_reclaimable(server)).collect();
    draining.sort_by_key(|server| server.phase_ms);
    draining.iter().take(count).map(|server| server.name.clone()).collect()
}

/// The `count` servers whose loss matters least: those that do not serve, then the least loaded,
/// then the newest.
fn victims(inputs: &Inputs, lost: &[&Name], count: usize) -> Vec<Name> {
    let endable = |it: &&ServerInput| is_endable(it) && !lost.contains(&&it.name);
    let mut candidates: Vec<&ServerInput> = inputs.servers.iter().filter(endable).collect();
    let newest = |server: &ServerInput| (server.phase_ms, Reverse(server.name.clone()));
    candidates.sort_by_key(|it| (it.phase.serves(), it.in_flight, newest(it)));
    candidates.iter().take(count).map(|server| server.name.clone()).collect()
}

fn is_reclaimable(server: &ServerInput) -> bool {
    server.phase == ServerPhase::Draining && server.may_come_back()
}

fn is_endable(server: &ServerInput) -> bool {
    server.owned && !server.phase.leaves() && server.phase != ServerPhase::Held
}

fn drained(inputs: &Inputs, back: &[Name], timeout: Duration) -> Vec<Name> {
    let over = |server: &&ServerInput| {
        let late = u128::from(server.phase_ms) >= timeout.as_millis();
        server.phase == ServerPhase::Draining
            && server.owned
            && (server.in_flight == 0 || late)
            && !back.contains(&server.name)
    };
    inputs.servers.iter().filter(over).map(|server| server.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::scaling::tests::{inputs, name, server};

    fn names(numbers: &[u32]) -> Vec<Name> {
        numbers.iter().map(|number| name(*number)).collect()
    }

    fn ask(to: u32, inputs: &Inputs) -> Vec<Action> {
        let rules = ScalingRules::within(1, 100);
        actions(to, &Fleet::count(inputs, &rules), inputs, &rules, true)
    }

    #[test]
    fn draining_servers_are_put_back_before_new_ones_are_started() {
        let phase = |index| if index < 2 { ServerPhase::Draining } else { ServerPhase::Ready };
        let mut seen = inputs((0..5).map(|index| server(index, phase(index))));
        (seen.servers[0].in_flight, seen.servers[1].in_flight) = (3, 3);
        (seen.servers[0].phase_ms, seen.servers[1].phase_ms) = (20, 10);
        assert_eq!(ask(4, &seen), [Action::Reclaim(names(&[1]))]);
        let both = Action::Reclaim(names(&[1, 0]));
        assert_eq!(ask(7, &seen), [both, Action::ScaleOut(2)]);
        assert_eq!(ask(3, &seen), []);
        seen.servers[1].ill_ms = Some(1);
        assert_eq!(ask(4, &seen), [Action::Reclaim(names(&[0]))], "an ill one is not put back");
    }

    #[test]
    fn what_serves_least_and_came_last_is_drained_and_what_is_not_ours_never() {
        let mut seen = inputs((0..6).map(|index| server(index, ServerPhase::Ready)));
        for (server, (in_flight, phase_ms)) in
            seen.servers.iter_mut().zip([(2, 9), (1, 9), (1, 5), (0, 1), (0, 2), (0, 3)])
        {
            (server.in_flight, server.phase_ms) = (in_flight, phase_ms);
        }
        seen.servers[3].owned = false;
        seen.servers[4].phase = ServerPhase::Held;
        assert_eq!(ask(3, &seen), [Action::Drain(names(&[5, 2, 1]))]);
        seen.servers[0].phase = ServerPhase::Unhealthy;
        assert_eq!(ask(5, &seen), [Action::Drain(names(&[0]))]);
    }

    #[test]
    fn a_drained_server_is_ended_and_a_stuck_one_in_the_end() {
        let mut seen = inputs((0..4).map(|index| server(index, ServerPhase::Draining)));
        for (server, (in_flight, phase_ms)) in
            seen.servers.iter_mut().zip([(1, 119_999), (1, 120_000), (0, 1), (0, 1)])
        {
            (server.in_flight, server.phase_ms) = (in_flight, phase_ms);
        }
        seen.servers[3].phase = ServerPhase::Terminating;
        assert_eq!(ask(0, &seen), [Action::Terminate(names(&[1, 2]))]);
    }
}
