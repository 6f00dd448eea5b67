//! What holds for every decision, whatever is observed.

use proptest::prelude::*;

use super::fleet::Fleet;
use super::interlocks::interlocks;
use super::lost::lost;
use super::tests::any_inputs;
use super::*;
use crate::model::{Action, Amount, Inputs, RatePolicy, ServerInput, ServerPhase};

fn rules() -> ScalingRules {
    let replace_after = Some(std::time::Duration::from_secs(300));
    ScalingRules { replace_after, ..ScalingRules::within(2, 25) }
}

/// Servers that the decision drains, those that are lost aside.
fn victims(decision: &crate::model::Decision) -> Vec<&crate::model::Name> {
    let lost = lost(&decision.inputs, &decision.rules);
    let drained = decision.actions.iter().flat_map(|action| match action {
        Action::Drain(names) => &names[..],
        _ => &[],
    });
    drained.filter(|name| !lost.contains(name)).collect()
}

fn find<'a>(inputs: &'a Inputs, name: &str) -> &'a ServerInput {
    inputs.servers.iter().find(|server| server.name == *name).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_recorded_decision_replays_to_the_same_answer(inputs in any_inputs()) {
        let recorded = decide(inputs, &rules());
        prop_assert_eq!(decide(recorded.inputs.clone(), &recorded.rules), recorded);
    }

    #[test]
    fn sizes_move_within_bounds_and_never_out_of_them(inputs in any_inputs()) {
        let decision = decide(inputs, &rules());
        prop_assert!(decision.to <= decision.from.max(25), "{}", decision.sentence);
        if decision.to > decision.from {
            prop_assert!(decision.to <= 25, "{}", decision.sentence);
        }
        if decision.to < decision.from {
            prop_assert!(decision.to >= 2, "{}", decision.sentence);
        }
    }

    #[test]
    fn nothing_is_taken_away_under_an_interlock(inputs in any_inputs()) {
        let decision = decide(inputs, &rules());
        let fleet = Fleet::count(&decision.inputs, &decision.rules);
        let reasons = interlocks(&decision.inputs, &decision.rules, &fleet, decision.panic);
        if decision.inputs.order.is_none() && !reasons.is_empty() {
            prop_assert!(decision.to >= decision.from, "{}", decision.sentence);
            prop_assert!(victims(&decision).is_empty());
        }
    }

    #[test]
    fn no_move_is_faster_than_every_policy(inputs in any_inputs()) {
        let decision = decide(inputs, &rules());
        let Inputs { order: None, added, removed, .. } = &decision.inputs else { return Ok(()) };
        let amount = |policy: &RatePolicy, base: u32| match policy.amount {
            Amount::Percent(percent) => (base * percent).div_ceil(100),
            Amount::Servers(servers) => servers,
        };
        let (from, to) = (decision.from, decision.to);
        let up = decision.rules.scale_up.policies.iter().zip(added);
        let most = up.map(|(policy, added)| {
            let base = from.saturating_sub(*added);
            base + amount(policy, base)
        });
        // The minimum is reached at once, whatever the policies say.
        prop_assert!(to <= most.max().unwrap().max(from).max(2), "{}", decision.sentence);
        let down = decision.rules.scale_down.policies.iter().zip(removed);
        let least = down.map(|(policy, removed)| {
            let base = from + removed;
            base.saturating_sub(amount(policy, base))
        });
        // The maximum is reached at once as well.
        prop_assert!(to >= least.min().unwrap().min(from).min(25), "{}", decision.sentence);
    }

    #[test]
    fn actions_make_exactly_the_size_that_was_decided(inputs in any_inputs()) {
        let decision = decide(inputs, &rules());
        let mut size = i64::from(decision.from);
        for action in &decision.actions {
            size += match action {
                Action::Reclaim(names) => names.len() as i64,
                Action::ScaleOut(count) => i64::from(*count),
                Action::Drain(_) | Action::Terminate(_) => 0,
            };
        }
        size -= victims(&decision).len() as i64;
        prop_assert_eq!(size, i64::from(decision.to), "{:?}", decision.actions);
    }

    #[test]
    fn only_drained_servers_of_ours_are_ended_and_held_ones_left_alone(inputs in any_inputs()) {
        let decision = decide(inputs, &rules());
        let find = |name: &crate::model::Name| find(&decision.inputs, name.as_str());
        for action in &decision.actions {
            match action {
                Action::Terminate(names) => for server in names.iter().map(find) {
                    prop_assert_eq!(server.phase, ServerPhase::Draining);
                    prop_assert!(server.owned);
                    prop_assert!(server.in_flight == 0 || server.phase_ms >= 120_000);
                },
                Action::Drain(names) => for server in names.iter().map(find) {
                    prop_assert!(server.owned && !server.phase.leaves());
                    prop_assert!(server.phase != ServerPhase::Held);
                },
                Action::Reclaim(names) => for server in names.iter().map(find) {
                    prop_assert_eq!(server.phase, ServerPhase::Draining);
                },
                Action::ScaleOut(_) => prop_assert!(decision.to > decision.from),
            }
        }
    }

    #[test]
    fn the_lost_go_when_nothing_comes_or_goes_a_tenth_at_a_time_and_none_that_serves(
        inputs in any_inputs(),
    ) {
        let decision = decide(inputs, &rules());
        let lost = lost(&decision.inputs, &decision.rules);
        let drains = |it: &&Action| matches!(it, Action::Drain(names) if lost.contains(&&names[0]));
        let Some(Action::Drain(gone)) = decision.actions.iter().find(drains) else { return Ok(()) };
        let servers = &decision.inputs.servers;
        prop_assert!(gone.len() <= servers.len().div_ceil(10), "{gone:?}");
        for server in gone.iter().map(|name| find(&decision.inputs, name.as_str())) {
            prop_assert!(server.owned && server.ill_ms >= Some(300_000), "{server:?}");
            prop_assert_eq!(server.phase, ServerPhase::Unhealthy);
        }
        prop_assert!(!servers.iter().any(|it| it.phase.comes() || it.phase.leaves()));
        // What they leave is what is wanted, or all that there is room for.
        prop_assert!(decision.to <= decision.from, "{}", decision.sentence);
    }

    #[test]
    fn a_stage_that_changes_the_size_says_why(inputs in any_inputs()) {
        let decision = decide(inputs, &rules());
        for stage in decision.stages.iter().filter(|it| it.name != "tolerance") {
            let changed = (stage.before - stage.after).abs() > 1e-9;
            let told = !stage.reason.is_empty();
            prop_assert!(!changed || told || stage.name == "required", "{stage:?}");
        }
    }
}
