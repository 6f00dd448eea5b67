//! Did the fleet find back to what the load needs, after the last thing that disturbed it?

use std::time::Duration;

use crate::model::ScalingRules;
use crate::simulate::scenario::{Fault, SECOND_NS, Scenario};
use crate::simulate::server::Server;
use crate::simulate::tally::Tally;

/// How long a fleet may take to grow to what it needs, its boot aside.
const GROWS_S: u64 = 120;
/// How long a fleet may take to shrink once its windows have passed: a tenth a minute.
const SHRINKS_S: u64 = 900;
/// A server that is not ready so long after the last decision never will be.
const RESTS_S: u64 = 300;
/// The last seconds of a run, in which nothing may be lost.
const LAST_S: usize = 20;
/// The part of requests that may be lost in them, by chance of the queues.
const BY_CHANCE: f64 = 0.002;

/// When the last fault was over and the load stayed.
pub(super) fn quiet_since_ns(scenario: &Scenario, faults: &[Fault]) -> u64 {
    let replace_after = scenario.rules.as_ref().and_then(|rules| rules.replace_after);
    let over = |fault: &Fault| match replace_after.filter(|_| fault.kind.makes_ill()) {
        // What is replaced by then is nobody's trouble any more.
        Some(after) => fault.at + fault.lasts.min(after),
        None => fault.ends(),
    };
    let mended = faults.iter().map(over).max().unwrap_or_default();
    let last = scenario.phases().last();
    let moves = last.is_some_and(|(it, _)| it.wave.is_some() || it.rps != it.to_rps);
    let last_length = last.map_or(Duration::ZERO, |(_, length)| length);
    let steady = scenario.duration().saturating_sub(last_length);
    let steady = if moves { scenario.duration() } else { steady };
    mended.max(steady).as_nanos() as u64
}

/// What is not as it should be after so many quiet seconds.
pub(super) fn unsettled(
    quiet_s: u64,
    rules: &ScalingRules,
    tally: &Tally,
    servers: &[Server],
    scenario: &Scenario,
) -> Vec<String> {
    let mut found = Vec::new();
    let boot_s = scenario.server.boot.as_secs() * 2 + rules.start_timeout.as_secs();
    let grown = quiet_s > GROWS_S + boot_s;
    let windows = rules.scale_down.stabilization_window.max(rules.scale_in_cooldown);
    let shrunk = grown && quiet_s > SHRINKS_S + boot_s + windows.as_secs();
    let Some(last) = tally.seconds.last() else { return found };
    let (serving, needed) = (f64::from(last.fleet.serving), last.fleet.needed);
    let out = 1.0 + f64::from(rules.scale_up.tolerance) / 100.0;
    let enough = (needed / out).floor().min(f64::from(rules.max));
    if grown && serving + 1.0 < enough {
        found.push(format!("{serving} servers serve, {needed:.1} are needed"));
    }
    let back = 1.0 - f64::from(rules.scale_down.tolerance) / 100.0;
    let plenty = (needed / back).ceil().max(f64::from(rules.min)) + 2.0;
    if shrunk && serving > plenty {
        found.push(format!("{serving} servers serve, {needed:.1} are needed"));
    }
    let seconds = &tally.seconds[tally.seconds.len().saturating_sub(LAST_S)..];
    let lost: u32 = seconds.iter().map(|second| second.lost).sum();
    let offered: u32 = seconds.iter().map(|second| second.offered).sum();
    let bearable = f64::from(offered) * BY_CHANCE + 2.0;
    if grown && enough < f64::from(rules.max) && f64::from(lost) > bearable {
        found.push(format!("{lost} of {offered} requests are lost in the last {LAST_S} s"));
    }
    let stuck = servers.iter().filter(|it| it.is_there() && !it.takes_requests()).count();
    let moves = tally.decisions.iter().any(|it| it.at_ns + RESTS_S * SECOND_NS > tally.end_ns);
    if shrunk && stuck > 0 && !moves {
        found.push(format!("{stuck} servers do not serve"));
    }
    found
}
