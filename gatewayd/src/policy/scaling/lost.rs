//! Which servers are lost? Those of ours that have been ill for too long, a few at a time.
//!
//! A lost server does not count for the size any more, so that another is started where one is
//! needed. Only when nothing is on its way is it drained, and then ended like any other.

use std::cmp::Reverse;

use crate::model::{Inputs, Name, ScalingRules, ServerInput, ServerPhase};

use super::fleet::Fleet;

/// One in so many servers is replaced at once, and one of a smaller fleet.
const ONE_IN: usize = 10;

/// The servers of `inputs` that are lost, those that have been ill for longest first.
pub(super) fn lost<'a>(inputs: &'a Inputs, rules: &ScalingRules) -> Vec<&'a Name> {
    let mut lost: Vec<&ServerInput> =
        inputs.servers.iter().filter(|server| is_lost(server, rules)).collect();
    lost.sort_by_key(|server| (Reverse(server.ill_ms), &server.name));
    let staying = inputs.servers.iter().filter(|server| !server.phase.leaves()).count();
    lost.truncate(staying.div_ceil(ONE_IN));
    lost.into_iter().map(|server| &server.name).collect()
}

fn is_lost(server: &ServerInput, rules: &ScalingRules) -> bool {
    let late = rules.replace_after.zip(server.ill_ms);
    server.owned
        && server.phase == ServerPhase::Unhealthy
        && late.is_some_and(|(after, ill_ms)| u128::from(ill_ms) >= after.as_millis())
}

/// Whether the lost servers may go: `size` is to be kept without them, what was started in their
/// place has come, and the others are well. While most are ill the cause is elsewhere.
pub(super) fn may_go(size: u32, fleet: &Fleet) -> bool {
    let settled = fleet.coming == 0 && fleet.leaving == 0;
    settled && size <= fleet.size && fleet.unhealthy * 2 <= fleet.size
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Action, Decision};
    use crate::policy::scaling::decide;
    use crate::policy::scaling::tests::{inputs, name, server};

    const LATE_MS: u64 = 300_000;

    /// At most `max` servers, replaced after five minutes.
    fn rules(min: u32, max: u32) -> ScalingRules {
        let replace_after = Some(Duration::from_secs(300));
        ScalingRules { replace_after, ..ScalingRules::within(min, max) }
    }

    fn ill(number: u32) -> ServerInput {
        ServerInput { ill_ms: Some(LATE_MS), ..server(number, ServerPhase::Unhealthy) }
    }

    /// So many ill servers, then so many in each of the phases, with a load for `need` of them.
    fn fleet(ill_ones: u32, others: &[(u32, ServerPhase)], need: f64) -> Inputs {
        let phases = others.iter().flat_map(|(count, phase)| vec![*phase; *count as usize]);
        let others = phases.zip(ill_ones..).map(|(phase, number)| server(number, phase));
        let seen = inputs((0..ill_ones).map(ill).chain(others));
        Inputs { offered_rps: Some(need * 100.0), surge_rps: Some(need * 100.0), ..seen }
    }

    fn told(decision: &Decision) -> (u32, u32, &[Action]) {
        (decision.from, decision.to, &decision.actions)
    }

    #[test]
    fn of_two_servers_the_ill_one_is_replaced_another_first() {
        use ServerPhase::{Checking, Draining, Ready, Starting};
        // Also where no more than two are allowed.
        let rules = rules(2, 2);
        let first = decide(fleet(1, &[(1, Ready)], 0.5), &rules);
        assert_eq!(told(&first), (1, 2, &[Action::ScaleOut(1)][..]), "{}", first.sentence);
        let why = "app-0 has been ill for 5m and does not count";
        assert!(first.sentence.contains(why), "{}", first.sentence);
        for coming in [Starting, Checking] {
            let awaited = decide(fleet(1, &[(1, Ready), (1, coming)], 0.5), &rules);
            assert_eq!(told(&awaited), (2, 2, &[][..]), "{}", awaited.sentence);
        }
        let then = decide(fleet(1, &[(2, Ready)], 0.5), &rules);
        assert_eq!(told(&then), (2, 2, &[Action::Drain(vec![name(0)])][..]), "{}", then.sentence);
        assert!(then.sentence.contains("app-0 may go"), "{}", then.sentence);
        let mut drained = fleet(1, &[(2, Ready)], 0.5);
        (drained.servers[0].phase, drained.servers[0].in_flight) = (Draining, 0);
        let last = decide(drained, &rules);
        assert_eq!(last.actions, [Action::Terminate(vec![name(0)])], "{}", last.sentence);
    }

    #[test]
    fn only_what_is_ours_and_ill_for_long_is_lost_and_only_if_so_told() {
        let with = |edit: &dyn Fn(&mut ServerInput), rules: &ScalingRules| {
            let mut seen = fleet(1, &[(1, ServerPhase::Ready)], 0.5);
            edit(&mut seen.servers[0]);
            lost(&seen, rules).len()
        };
        let (on, off) = (rules(2, 2), ScalingRules::within(2, 2));
        assert_eq!(with(&|_| {}, &on), 1);
        assert_eq!(with(&|_| {}, &off), 0);
        assert_eq!(with(&|it| it.ill_ms = Some(LATE_MS - 1), &on), 0);
        assert_eq!(with(&|it| it.ill_ms = None, &on), 0, "it is ejected, its probes pass");
        assert_eq!(with(&|it| it.owned = false, &on), 0);
        assert_eq!(with(&|it| it.phase = ServerPhase::Held, &on), 0);
        assert_eq!(with(&|it| it.phase = ServerPhase::Draining, &on), 0);
    }

    #[test]
    fn one_in_ten_is_replaced_at_once_the_longest_ill_first() {
        let mut seen = fleet(3, &[(9, ServerPhase::Ready)], 9.0);
        seen.servers[2].ill_ms = Some(LATE_MS + 1);
        assert_eq!(lost(&seen, &rules(2, 20)), [&name(2), &name(0)]);
        let decision = decide(seen, &rules(2, 20));
        let gone = Action::Drain(vec![name(2), name(0)]);
        assert_eq!(told(&decision), (10, 10, &[gone][..]), "{}", decision.sentence);
        // The next ones wait until these are gone.
        let mut going = fleet(3, &[(9, ServerPhase::Ready)], 9.0);
        going.servers[0].phase = ServerPhase::Draining;
        let decision = decide(going, &rules(2, 20));
        assert!(!decision.actions.iter().any(|it| matches!(it, Action::Drain(_))), "{decision:?}");
    }

    #[test]
    fn while_most_are_ill_none_is_taken_away_and_less_than_the_minimum_is_filled_up() {
        use ServerPhase::Ready;
        let most = decide(fleet(6, &[(4, Ready)], 4.0), &rules(2, 20));
        assert_eq!((most.to, &most.actions[..]), (9, &[][..]), "{}", most.sentence);
        for (ill, well, action) in
            [(1, 0, Action::ScaleOut(1)), (1, 1, Action::Drain(vec![name(0)]))]
        {
            let only = decide(fleet(ill, &[(well, Ready)], 0.5), &rules(1, 1));
            assert_eq!(only.actions, [action], "{}", only.sentence);
        }
        let both = decide(fleet(2, &[], 0.5), &rules(2, 2));
        assert_eq!(both.actions, [Action::ScaleOut(1)], "{}", both.sentence);
    }

    #[test]
    fn a_replacement_that_does_not_start_leaves_the_ill_one_where_it_is() {
        let mut seen = fleet(1, &[(1, ServerPhase::Ready)], 0.5);
        seen.failed_starts = 3;
        let decision = decide(seen, &rules(2, 2));
        assert_eq!(told(&decision), (1, 1, &[][..]), "{}", decision.sentence);
        assert!(decision.sentence.contains("3 starts failed; next in 30 s"), "{decision:?}");
    }

    #[test]
    fn where_there_is_no_room_for_another_the_ill_one_goes_first() {
        let mut seen = fleet(1, &[(1, ServerPhase::Ready)], 0.5);
        seen.room = Some(2);
        let decision = decide(seen.clone(), &rules(2, 2));
        assert_eq!(decision.actions, [Action::Drain(vec![name(0)])], "{}", decision.sentence);
        let ill = &mut seen.servers[0];
        (ill.phase, ill.phase_ms, ill.in_flight) = (ServerPhase::Draining, 1, 1);
        let decision = decide(seen, &rules(2, 2));
        assert_eq!(decision.actions, [], "it is not put back: {}", decision.sentence);
        assert!(decision.sentence.contains("the driver has room for 1"), "{}", decision.sentence);
    }

    #[test]
    fn nothing_shrinks_while_a_server_is_lost_and_a_load_that_needs_fewer_starts_none() {
        use ServerPhase::{Checking, Ready};
        let decision = decide(fleet(1, &[(19, Ready), (1, Checking)], 5.0), &rules(2, 30));
        assert!(decision.sentence.contains("1 starting, 1 lost"), "{}", decision.sentence);
        let decision = decide(fleet(1, &[(5, Ready)], 5.0), &rules(2, 30));
        assert_eq!(told(&decision), (5, 5, &[Action::Drain(vec![name(0)])][..]));
    }

    #[test]
    fn where_nothing_is_measured_there_are_as_many_as_before() {
        let unmeasured = |well, last_size| {
            let seen = fleet(1, &[(well, ServerPhase::Ready)], 0.0);
            decide(Inputs { cost_s: None, last_size, ..seen }, &rules(1, 9))
        };
        assert_eq!(unmeasured(3, Some(4)).actions, [Action::ScaleOut(1)]);
        assert_eq!(unmeasured(4, Some(4)).actions, [Action::Drain(vec![name(0)])]);
        assert_eq!(unmeasured(4, Some(9)).actions, [Action::ScaleOut(1)], "no more than are lost");
    }

    #[test]
    fn an_operator_who_paused_it_keeps_the_ill_one_and_an_order_is_kept_with_another() {
        let ordered = |order| {
            let seen = fleet(1, &[(2, ServerPhase::Ready)], 0.5);
            decide(Inputs { order: Some(order), ..seen }, &rules(2, 9))
        };
        assert_eq!(ordered(None).actions, []);
        assert_eq!(ordered(Some(3)).actions, [Action::ScaleOut(1)]);
        assert_eq!(ordered(Some(2)).actions, [Action::Drain(vec![name(0)])]);
    }
}
