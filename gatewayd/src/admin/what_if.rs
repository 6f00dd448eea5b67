//! What-if of a scaler, between the wire and the model.

use std::time::Duration;

use gateway_proto as wire;
use tonic::{Code, Status};

use super::rejection::{invalid, rejected, status};
use crate::model::{RulesEdit, ScalingRun, WhatIf};
use crate::state::NoReplay;

/// The longest window, and the longest cooldown.
const LONGEST: Duration = Duration::from_secs(3600);
const SHORTEST_MS: u64 = 10_000;

/// The rules, the load and the window that are asked for.
pub(super) fn asked(
    it: &wire::SimulateScalerRequest,
) -> Result<(RulesEdit, f64, Duration), Status> {
    let edit = RulesEdit {
        min: it.min,
        max: it.max,
        target_cpu: it.target_cpu,
        target_rps: it.target_rps,
        scale_in_cooldown: time("scale_in_cooldown_ms", it.scale_in_cooldown_ms)?,
        scale_up_window: time("scale_up_window_ms", it.scale_up_window_ms)?,
        scale_down_window: time("scale_down_window_ms", it.scale_down_window_ms)?,
    };
    let load = match it.load {
        0.0 => 1.0,
        load if (0.01..=100.0).contains(&load) => load,
        _ => return Err(invalid("load", "expected 0.01 to 100 times the load there was")),
    };
    let window = match it.window_ms {
        0 => LONGEST,
        SHORTEST_MS.. => Duration::from_millis(it.window_ms).min(LONGEST),
        _ => return Err(invalid("window_ms", "expected ten seconds to an hour")),
    };
    Ok((edit, load, window))
}

fn time(field: &str, ms: Option<u64>) -> Result<Option<Duration>, Status> {
    match ms.map(Duration::from_millis) {
        Some(time) if time > LONGEST => Err(invalid(field, "expected an hour at most")),
        time => Ok(time),
    }
}

pub(super) fn refused(why: &NoReplay) -> Status {
    match why {
        NoReplay::Rules(rejection) => rejected(rejection),
        NoReplay::TooLittle(what) => {
            let hint = Some("wait until there is some load, and try again");
            status(Code::FailedPrecondition, "NOTHING_RECORDED", what, hint)
        }
        NoReplay::TooLong(_) => {
            let what = why.to_string();
            status(Code::FailedPrecondition, "TOO_MUCH", &what, Some("shorten the window"))
        }
    }
}

pub(super) fn simulation(it: &WhatIf) -> wire::ScalerSimulation {
    wire::ScalerSimulation {
        pool: it.pool.to_string(),
        replayed_s: it.replayed.as_secs_f64(),
        load: it.load,
        start_s: it.start.as_secs_f64(),
        start_seen: it.start_seen,
        now: Some(run(&it.now)),
        what_if: Some(run(&it.what_if)),
    }
}

fn run(it: &ScalingRun) -> wire::ScalerRun {
    wire::ScalerRun {
        min: it.rules.min,
        max: it.rules.max,
        target_cpu: it.rules.target_cpu,
        target_rps: it.rules.target_rps,
        scale_in_cooldown_ms: it.rules.scale_in_cooldown.as_millis() as u64,
        peak_servers: it.peak,
        last_servers: it.last,
        busy_s: it.busy.as_secs_f64(),
        scale_outs: it.outs,
        scale_ins: it.ins,
        server_hours: it.server_time.as_secs_f64() / 3600.0,
        at_max_s: it.at_max.as_secs_f64(),
        lost: it.lost,
    }
}
