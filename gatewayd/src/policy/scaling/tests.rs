use proptest::prelude::*;

use super::*;
use crate::model::{Action, Decision, Inputs, Name, ScalingRules, ServerInput, ServerPhase, What};

pub(super) fn name(number: u32) -> Name {
    format!("app-{number}").parse().unwrap()
}

/// A server of its own that reports 70 % of its CPU when it serves.
pub(super) fn server(number: u32, phase: ServerPhase) -> ServerInput {
    ServerInput {
        name: name(number),
        phase,
        owned: true,
        warm: phase.serves(),
        cpu_ratio: phase.serves().then_some(0.7),
        rps: 100.0,
        in_flight: 1,
        phase_ms: 600_000,
        ill_ms: (phase == ServerPhase::Unhealthy).then_some(600_000),
    }
}

/// A calm pool: 1000 requests per second, each 7 ms of a server, so that ten servers are right.
pub(super) fn inputs(servers: impl IntoIterator<Item = ServerInput>) -> Inputs {
    Inputs {
        servers: servers.into_iter().collect(),
        offered_rps: Some(1000.0),
        surge_rps: Some(1000.0),
        peak_rps: Some(1000.0),
        cost_s: Some(0.007),
        added: vec![0, 0],
        removed: vec![0],
        watched_ms: 3_600_000,
        ..Inputs::default()
    }
}

fn ready(count: u32) -> Inputs {
    inputs((0..count).map(|number| server(number, ServerPhase::Ready)))
}

fn rules() -> ScalingRules {
    ScalingRules::within(2, 100)
}

fn with(count: u32, edit: impl FnOnce(&mut Inputs)) -> Decision {
    let mut inputs = ready(count);
    edit(&mut inputs);
    decide(inputs, &rules())
}

#[test]
fn a_surge_is_told_in_the_sentence_of_the_design() {
    let decision = with(12, |it| {
        it.offered_rps = Some(800_000.0);
        it.surge_rps = Some(1_210_000.0);
        it.cost_s = Some(14e-6);
    });
    assert_eq!(
        decision.sentence,
        "12→24 (panic): offered 1.21 M rps × 14.0 µs/req ÷ 70 % = 24.2→25; +100%/15s allows 24; \
         12/12 reporting"
    );
    assert_eq!((decision.what, decision.wanted, decision.to), (What::Out, 25, 24));
    assert_eq!(decision.actions, [Action::ScaleOut(12)]);
    assert_eq!(decision.conditions[2].reason, "ScaleUpLimit");
}

#[test]
fn a_calm_pool_stays_and_says_why() {
    let decision = with(10, |_| {});
    assert_eq!((decision.what, decision.to), (What::Hold, 10));
    assert_eq!(
        decision.sentence,
        "10: offered 1000 rps × 7.00 ms/req ÷ 70 % = 10.0→10; 10/10 reporting"
    );
    let reasons: Vec<_> = decision.conditions.iter().map(|it| it.reason).collect();
    assert_eq!(reasons, ["ReadyForNewScale", "ValidMetricFound", "DesiredWithinRange"]);
    assert_eq!(decision.actions, []);
}

#[test]
fn an_idle_pool_shrinks_by_a_tenth_and_what_forbids_it_is_told() {
    let decision = with(20, |it| it.servers[19].phase_ms = 599_999);
    assert_eq!((decision.what, decision.to), (What::In, 18));
    assert_eq!(decision.actions, [Action::Drain(vec![name(19), name(9)])]);
    let forbidden = with(20, |it| it.since_out_ms = Some(10_000));
    assert_eq!((forbidden.what, forbidden.to, forbidden.wanted), (What::Refused, 20, 10));
    assert!(forbidden.sentence.contains("no scale-in: cooldown, 290 s left"), "{forbidden:?}");
    assert_eq!(forbidden.conditions[0].reason, "ScaleDownForbidden");
    let stable = with(20, |it| it.highest_wanted = Some(20));
    assert_eq!((stable.what, stable.conditions[0].reason), (What::Hold, "ScaleDownStabilized"));
}

#[test]
fn servers_that_an_operator_took_out_carry_nothing_and_are_not_ours_to_end() {
    let held = with(12, |it| {
        it.servers[..2].iter_mut().for_each(|it| *it = server(0, ServerPhase::Held));
    });
    assert_eq!((held.what, held.to), (What::Hold, 12), "ten carry what ten should");
    let more = with(10, |it| it.servers[0] = server(0, ServerPhase::Held));
    assert_eq!((more.what, more.to), (What::Out, 11));
    assert!(more.sentence.contains("10.0→11 with 1 out of service"), "{}", more.sentence);
}

#[test]
fn an_empty_pool_is_filled_to_its_minimum_without_a_measurement() {
    let decision = decide(Inputs { added: vec![0, 0], ..Inputs::default() }, &rules());
    assert_eq!((decision.what, decision.to), (What::Out, 2));
    assert_eq!(decision.sentence, "0→2: nothing measured yet; at least 2");
    assert_eq!(decision.conditions[1].reason, "FailedGetResourceMetric");
}

#[test]
fn a_lowered_maximum_shrinks_the_fleet_unless_something_forbids_it() {
    let rules = ScalingRules::within(2, 6);
    let lowered = decide(ready(10), &rules);
    assert_eq!((lowered.to, lowered.conditions[2].reason), (6, "TooManyReplicas"));
    let mut failing = ready(10);
    failing.error_ratio = 0.5;
    let refused = decide(failing, &rules);
    assert_eq!((refused.what, refused.to), (What::Refused, 10));
}

#[test]
fn an_order_goes_at_once_and_a_pause_does_nothing_at_all() {
    let desired = with(10, |it| {
        it.order = Some(Some(3));
        it.since_out_ms = Some(0);
        it.error_ratio = 1.0;
    });
    assert_eq!((desired.what, desired.to), (What::In, 3));
    assert!(desired.sentence.starts_with("10→3: 3 desired by hand"), "{}", desired.sentence);
    let beyond = with(10, |it| it.order = Some(Some(500)));
    assert_eq!(beyond.to, 100, "bounds hold for operators too");
    let paused = with(10, |it| {
        it.order = Some(None);
        it.servers[0] = ServerInput { in_flight: 0, ..server(0, ServerPhase::Draining) };
        it.surge_rps = Some(9000.0);
    });
    assert_eq!((paused.what, paused.to, paused.actions.len()), (What::Hold, 9, 0));
    assert_eq!(paused.conditions[1].reason, "ScalingDisabled");
}

#[test]
fn silent_servers_hold_no_growth_that_the_load_alone_asks_for() {
    let surging = |known_cost_s| {
        with(10, |it| {
            it.servers.iter_mut().for_each(|it| it.cpu_ratio = None);
            (it.offered_rps, it.surge_rps) = (Some(1800.0), Some(1800.0));
            it.known_cost_s = known_cost_s;
        })
    };
    let known = surging(Some(0.007));
    assert_eq!((known.what, known.to), (What::Out, 18), "{}", known.sentence);
    let doubted = surging(None);
    assert_eq!((doubted.what, doubted.to), (What::Hold, 10), "{}", doubted.sentence);
    assert!(doubted.sentence.contains("10 of 10 do not report"), "{}", doubted.sentence);
}

#[test]
fn failed_starts_stop_the_ordering_and_say_so() {
    let surging = |failed_starts, since_ms| {
        with(10, |it| {
            (it.failed_starts, it.since_failed_start_ms) = (failed_starts, since_ms);
            it.surge_rps = Some(2000.0);
        })
    };
    assert_eq!(surging(2, 0).to, 20);
    let stopped = surging(3, 1000);
    assert_eq!((stopped.what, stopped.to), (What::Refused, 10));
    assert!(stopped.sentence.contains("3 starts failed; next in 29 s"), "{}", stopped.sentence);
    assert_eq!(stopped.conditions[0].reason, "FailedStart");
    assert_eq!(surging(3, 30_000).actions, [Action::ScaleOut(1)]);
}

#[test]
fn only_what_the_driver_started_is_ended() {
    let decision = with(20, |it| it.servers.iter_mut().skip(1).for_each(|it| it.owned = false));
    assert_eq!(decision.actions, [Action::Drain(vec![name(0)])]);
    let none = with(20, |it| it.servers.iter_mut().for_each(|it| it.owned = false));
    assert_eq!((none.what, none.to), (What::Refused, 20));
}

fn phase() -> impl Strategy<Value = ServerPhase> {
    prop_oneof![
        8 => Just(ServerPhase::Ready),
        1 => Just(ServerPhase::SlowStart),
        1 => Just(ServerPhase::Starting),
        1 => Just(ServerPhase::Checking),
        1 => Just(ServerPhase::Unhealthy),
        1 => Just(ServerPhase::Held),
        1 => Just(ServerPhase::Draining),
        1 => Just(ServerPhase::Terminating),
    ]
}

fn any_server() -> impl Strategy<Value = ServerInput> {
    (phase(), any::<bool>(), proptest::option::weighted(0.9, 0.0..1.0), 0_u32..5, 0_u64..300_000)
        .prop_map(|(phase, owned, cpu_ratio, in_flight, phase_ms)| ServerInput {
            owned,
            cpu_ratio,
            in_flight,
            phase_ms,
            ..server(0, phase)
        })
}

prop_compose! {
    /// Inputs of every sort, some of them calm enough to shrink.
    pub(super) fn any_inputs()(
        servers in proptest::collection::vec(any_server(), 0..30),
        calm in any::<bool>(),
        rates in proptest::option::weighted(0.9, (0.0..5000_f64, 0.0..5000_f64, 0.0..5000_f64)),
        cost_s in proptest::option::weighted(0.9, 1e-4..0.05),
        known_cost_s in proptest::option::weighted(0.9, 1e-4..0.05),
        error_ratio in prop_oneof![3 => Just(0.0), 1 => 0.0..1.0],
        panic in proptest::option::weighted(0.2, (0_u64..60_000, 0.0..50.0)),
        wanted in proptest::option::weighted(0.5, (0_u32..50, 0_u32..50)),
        moved in (0_u32..20, 0_u32..20, 0_u32..20),
        since in (proptest::option::weighted(0.5, 0_u64..600_000), 0_u64..600_000),
        failed in (prop_oneof![3 => Just(0_u32), 1 => 0_u32..9], 0_u64..600_000),
        order in proptest::option::weighted(0.1, proptest::option::of(0_u32..60)),
        room in proptest::option::weighted(0.2, 0_u32..30),
    ) -> Inputs {
        let number = |(number, server): (usize, ServerInput)| ServerInput {
            name: name(number as u32),
            phase: if calm && server.phase.comes() { ServerPhase::Ready } else { server.phase },
            ..server
        };
        Inputs {
            servers: servers.into_iter().enumerate().map(number).collect(),
            offered_rps: rates.map(|it: (f64, f64, f64)| it.0),
            surge_rps: rates.map(|it| it.1),
            peak_rps: rates.map(|it| it.2.max(it.1)),
            error_ratio: if calm { 0.0 } else { error_ratio },
            cost_s,
            known_cost_s,
            cost_frozen: false,
            panic_left_ms: panic.map(|it| it.0).filter(|_| !calm),
            panic_need: panic.map_or(0.0, |it| it.1),
            highest_wanted: wanted.map(|it| it.0.max(it.1)),
            lowest_wanted: wanted.map(|it| it.0.min(it.1)),
            added: vec![moved.0, moved.1],
            removed: vec![moved.2],
            since_out_ms: since.0.filter(|_| !calm),
            last_size: wanted.map(|it| it.0),
            watched_ms: if calm { 600_000 } else { since.1 },
            failed_starts: failed.0,
            since_failed_start_ms: failed.1,
            order,
            room,
        }
    }
}
