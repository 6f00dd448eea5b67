//! Planted mistakes: each checker finds its own.

use super::*;
use crate::model::{Action, ServerPhase};
use crate::policy::scaling::Observation;
use crate::simulate::policies::Step;

const BASE: &str = r#"
    load = { phases = [{ for = "8m", rps = 60 }], clients = 20 }
    server = { work = "50ms", boot = "10s" }
    pool = { servers = 6, balance = "least-connections" }
    autoscale = { min = 2, max = 8, target_cpu = 70 }
    limit = [{ name = "per-ip", max = "400/minute" }]
"#;

/// A policy that is only a function.
struct By<F>(F);

impl<F: FnMut(u64, &Observation) -> Step + Send> Policy for By<F> {
    fn decide(&mut self, now_ms: u64, seen: &Observation) -> Step {
        (self.0)(now_ms, seen)
    }
}

pub(super) fn by(
    decide: impl FnMut(u64, &Observation) -> Step + Send + 'static,
) -> Option<Box<dyn Policy>> {
    Some(Box::new(By(decide)))
}

/// What was broken in a run of `text`.
fn broken(text: &str, policy: Option<Box<dyn Policy>>, planted: Planted) -> String {
    let outcome = outcome(&told(text), policy, planted);
    let (broken, _) = outcome.checkers.broken();
    broken.iter().map(|it| format!("{it}\n")).collect()
}

fn size(seen: &Observation) -> u32 {
    seen.servers.iter().filter(|it| !it.phase.leaves()).count() as u32
}

fn out(seen: &Observation, count: u32) -> Step {
    let from = size(seen);
    let actions = vec![Action::ScaleOut(count)];
    Step { from, to: from + count, actions, ..Step::default() }
}

/// Drains one.
fn one_fewer(seen: &Observation) -> Step {
    let from = size(seen);
    let victim = seen.servers.iter().find(|it| it.phase.serves()).map(|it| it.name.clone());
    let actions = victim.map(|name| Action::Drain(vec![name])).into_iter().collect();
    Step { from, to: from - 1, actions, ..Step::default() }
}

/// Only ends what is drained.
pub(super) fn stay(seen: &Observation) -> Step {
    let drained = seen.servers.iter().filter(|it| it.phase.leaves() && it.in_flight == 0);
    let actions = vec![Action::Terminate(drained.map(|it| it.name.clone()).collect())];
    Step { from: size(seen), to: size(seen), actions, ..Step::default() }
}

#[test]
fn a_sound_run_breaks_nothing() {
    assert_eq!(broken(BASE, by(|_, seen| stay(seen)), Planted::default()), "");
}

#[test]
fn a_balancer_that_does_not_hear_of_a_drain_is_found() {
    let mut drained = false;
    let drain_one = by(move |_, seen| match std::mem::replace(&mut drained, true) {
        false => one_fewer(seen),
        true => stay(seen),
    });
    let planted = Planted { stale_table: true, ..Planted::default() };
    let told = broken(BASE, drain_one, planted);
    assert!(told.contains("app-1 was picked, and is draining"), "{told}");
}

#[test]
fn a_request_whose_end_is_not_counted_is_found() {
    let planted = Planted { leaks: true, ..Planted::default() };
    let told = broken(BASE, by(|_, seen| stay(seen)), planted);
    assert!(told.contains("in flight, counted"), "{told}");
}

#[test]
fn a_limit_that_lets_more_through_is_found() {
    let planted = Planted { generous: true, ..Planted::default() };
    let told = broken(BASE, by(|_, seen| stay(seen)), planted);
    assert!(told.contains("per-ip lets more of key 0 pass than it says"), "{told}");
}

#[test]
fn a_policy_that_shrinks_right_after_it_grew_is_found() {
    let mut second = 0;
    let hasty = by(move |_, seen| {
        second += 1;
        match second {
            10 => out(seen, 1),
            60 => one_fewer(seen),
            _ => stay(seen),
        }
    });
    let told = broken(BASE, hasty, Planted::default());
    assert!(told.contains("7→6 although it grew a moment ago"), "{told}");
}

#[test]
fn a_policy_that_shrinks_while_answers_fail_or_servers_are_ill_is_found() {
    let fault = "[[fault]]\nat = \"60s\"\nfor = \"60s\"\nkind = \"errors\"\nservers = 5\n";
    let mut second = 0;
    let blind = by(move |_, seen| {
        second += 1;
        if second == 63 { one_fewer(seen) } else { stay(seen) }
    });
    let told = broken(&format!("{BASE}\n{fault}"), blind, Planted::default());
    assert!(told.contains("answers fail"), "{told}");
}

#[test]
fn a_policy_that_shrinks_when_the_clients_are_gone_is_found() {
    let fault = "[[fault]]\nat = \"120s\"\nfor = \"60s\"\nkind = \"clients-cut\"\n";
    let mut second = 0;
    let blind = by(move |_, seen| {
        second += 1;
        if second == 150 { one_fewer(seen) } else { stay(seen) }
    });
    let told = broken(&format!("{BASE}\n{fault}"), blind, Planted::default());
    assert!(told.contains("although the load fell off"), "{told}");
}

#[test]
fn a_bouncer_that_throws_everybody_out_or_lets_nobody_in_and_a_want_of_panic_are_found() {
    let sound = Planted::default();
    for (kind, planted, expected) in [
        ("gray", Planted { ejects_all: true, ..sound }, "2 of 6 servers are ejected, at most 1"),
        ("gray", Planted { forgets_ejected: true, ..sound }, "is ejected for too long"),
        ("probes-fail", Planted { never_panics: true, ..sound }, "are healthy, panic is false"),
    ] {
        let fault =
            format!("[[fault]]\nat = \"60s\"\nfor = \"60s\"\nkind = \"{kind}\"\nservers = 6\n");
        let told = broken(&format!("{BASE}\n{fault}"), by(|_, seen| stay(seen)), planted);
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn a_policy_that_replaces_too_soon_or_too_many_or_the_last_one_is_found() {
    let fault = |servers| {
        format!("[[fault]]\nat = \"60s\"\nfor = \"7m\"\nkind = \"hang\"\nservers = {servers}\n")
    };
    let base = BASE.replace("target_cpu = 70", "target_cpu = 70, replace_after = \"1m\"");
    for (servers, at_s, expected) in [
        (1, 100, "is replaced, and was not ill for long"),
        (2, 200, "2 of 6 servers are replaced at once"),
        (6, 200, "6 of 6 servers are replaced at once"),
    ] {
        let mut second = 0;
        let hasty = by(move |_, seen| {
            second += 1;
            let ill = seen.servers.iter().filter(|it| it.phase == ServerPhase::Unhealthy);
            let ill: Vec<_> = ill.map(|it| it.name.clone()).collect();
            let actions = if second == at_s { vec![Action::Drain(ill)] } else { Vec::new() };
            Step { from: size(seen), to: size(seen), actions, ..Step::default() }
        });
        let told = broken(&format!("{base}\n{}", fault(servers)), hasty, Planted::default());
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn a_policy_that_leaves_an_ill_server_for_ever_is_found_where_it_is_to_be_replaced() {
    let base = BASE
        .replace("for = \"8m\"", "for = \"40m\"")
        .replace("target_cpu = 70", "target_cpu = 70, replace_after = \"1m\"");
    let fault = "[[fault]]\nat = \"60s\"\nfor = \"39m\"\nkind = \"hang\"\nservers = 1\n";
    let told = broken(&format!("{base}\n{fault}"), by(|_, seen| stay(seen)), Planted::default());
    assert!(told.contains("1 servers do not serve"), "{told}");
}

#[test]
fn a_policy_that_grows_without_bound_is_found() {
    let greedy = by(|_, seen| out(seen, 1));
    let told = broken(BASE, greedy, Planted::default());
    assert!(told.contains("9 servers, at most 8"), "{told}");
}

#[test]
fn a_policy_that_flaps_is_found() {
    let flapping = by(|now_ms, seen| match now_ms / 1000 % 40 {
        0 if size(seen) < 8 => out(seen, 1),
        20 => one_fewer(seen),
        _ => stay(seen),
    });
    // Without a pause between growing and shrinking, only the turns are too many.
    let text = BASE.replace("target_cpu = 70", "target_cpu = 70, scale_in_cooldown = \"1s\"");
    let told = broken(&text, flapping, Planted::default());
    assert!(told.contains("the fleet turned round"), "{told}");
}

#[test]
fn a_policy_that_never_grows_is_found_when_the_load_stays() {
    let text = BASE.replace("rps = 60 }", "rps = 60 }, { for = \"5m\", rps = 125 }");
    let told = broken(&text, by(|_, seen| stay(seen)), Planted::default());
    assert!(told.contains("6 servers serve, 8.9 are needed"), "{told}");
}

#[test]
fn a_policy_that_never_shrinks_is_found_in_the_end() {
    let text = BASE.replace("rps = 60 }", "rps = 60 }, { for = \"40m\", rps = 10 }");
    let told = broken(&text, by(|_, seen| stay(seen)), Planted::default());
    assert!(told.contains("6 servers serve, 0.7 are needed"), "{told}");
}

#[test]
fn a_policy_that_shrinks_while_servers_come_or_go_or_are_ill_is_found() {
    let crash = "[[fault]]\nat = \"100s\"\nfor = \"60s\"\nkind = \"crash\"\nservers = 2\n";
    let base = BASE.replace("rps = 60", "rps = 20");
    for (seconds, more, expected) in [
        ([10, 12], out as fn(&Observation, u32) -> Step, "servers are starting"),
        ([10, 11], |seen, _| one_fewer(seen), "servers are draining"),
        ([10, 115], |seen, _| stay(seen), "servers are unhealthy"),
    ] {
        let mut second = 0;
        let blind = by(move |_, seen| {
            second += 1;
            match seconds.iter().position(|it| *it == second) {
                Some(0) => more(seen, 1),
                Some(_) => one_fewer(seen),
                None => Step { actions: Vec::new(), ..stay(seen) },
            }
        });
        let told = broken(&format!("{base}\n{crash}"), blind, Planted::default());
        assert!(told.contains(expected), "{expected}: {told}");
    }
}
