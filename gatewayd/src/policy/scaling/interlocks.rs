//! What forbids to take servers away now? Each reason alone is enough.

use std::time::Duration;

use crate::model::{Inputs, ScalingRules};

use super::fleet::Fleet;

/// The part of answers that may be 5xx.
pub(super) const MOST_ERRORS: f64 = 0.01;
/// The part of servers that may be unhealthy.
const MOST_UNHEALTHY: f64 = 0.1;
/// The part of warm servers that may be silent.
pub(super) const MOST_SILENT: f64 = 0.2;
/// Load that fell below this part of its peak may be an outage, with retries to come.
const FALLEN: f64 = 0.5;

/// Every reason against taking servers away.
pub(super) fn interlocks(
    inputs: &Inputs,
    rules: &ScalingRules,
    fleet: &Fleet,
    panic: bool,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut forbid = |when: bool, reason: &dyn Fn() -> String| {
        if when {
            reasons.push(reason());
        }
    };
    forbid(panic, &|| "panic".to_owned());
    forbid(fleet.coming > 0, &|| format!("{} starting", fleet.coming));
    forbid(fleet.leaving > 0, &|| format!("{} draining", fleet.leaving));
    forbid(fleet.lost > 0, &|| format!("{} lost", fleet.lost));
    let unhealthy = f64::from(fleet.unhealthy) > f64::from(fleet.size) * MOST_UNHEALTHY;
    forbid(unhealthy, &|| format!("{} of {} unhealthy", fleet.unhealthy, fleet.size));
    let errors = inputs.error_ratio;
    forbid(errors > MOST_ERRORS, &|| format!("{:.1} % of answers are 5xx", errors * 100.0));
    let silent = fleet.missing();
    forbid(silent > MOST_SILENT, &|| {
        format!("{} of {} do not report", fleet.warm - fleet.reporting, fleet.warm)
    });
    // While load comes back, the short window sees it and the long one does not yet.
    let now = inputs.surge_rps.zip(inputs.offered_rps).map(|(short, long)| short.min(long));
    if let (Some(now), Some(peak)) = (now, inputs.peak_rps) {
        forbid(now < peak * FALLEN, &|| {
            format!("load fell by {:.0} % in 2 min", (1.0 - now / peak) * 100.0)
        });
    }
    let cooldown = left(rules.scale_in_cooldown, inputs.since_out_ms);
    forbid(cooldown > 0, &|| format!("cooldown, {cooldown} s left"));
    let hold = left(rules.stable_window, Some(inputs.watched_ms));
    forbid(hold > 0, &|| format!("just started, {hold} s left"));
    reasons
}

/// Seconds left, rounded up.
fn left(of: Duration, since_ms: Option<u64>) -> u64 {
    let left = since_ms.map(|since| of.saturating_sub(Duration::from_millis(since)));
    left.map_or(0, |left| left.as_millis().div_ceil(1000) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServerPhase;
    use crate::policy::scaling::tests::{inputs, server};

    #[test]
    fn each_reason_alone_forbids_and_names_itself() {
        let calm = || inputs((0..10).map(|index| server(index, ServerPhase::Ready)));
        let rules = ScalingRules::within(1, 100);
        let told = |inputs: &Inputs, panic| {
            interlocks(inputs, &rules, &Fleet::count(inputs, &rules), panic).join(", ")
        };
        assert_eq!(told(&calm(), false), "");
        assert_eq!(told(&calm(), true), "panic");
        let with = |edit: &dyn Fn(&mut Inputs)| {
            let mut inputs = calm();
            edit(&mut inputs);
            told(&inputs, false)
        };
        assert_eq!(with(&|it| it.servers[0].phase = ServerPhase::Starting), "1 starting");
        assert_eq!(with(&|it| it.servers[0].phase = ServerPhase::Checking), "1 starting");
        assert_eq!(with(&|it| it.servers[0].phase = ServerPhase::Draining), "1 draining");
        assert_eq!(with(&|it| it.servers[0].phase = ServerPhase::Unhealthy), "");
        let two = |it: &mut Inputs| {
            it.servers.iter_mut().take(2).for_each(|it| it.phase = ServerPhase::Unhealthy);
        };
        assert_eq!(with(&two), "2 of 10 unhealthy");
        assert_eq!(with(&|it| it.error_ratio = 0.02), "2.0 % of answers are 5xx");
        let silent = |it: &mut Inputs| {
            it.servers.iter_mut().take(3).for_each(|it| it.cpu_ratio = None);
        };
        assert_eq!(with(&silent), "3 of 10 do not report");
        assert_eq!(with(&|it| it.peak_rps = Some(2500.0)), "load fell by 60 % in 2 min");
        assert_eq!(with(&|it| it.since_out_ms = Some(1)), "cooldown, 300 s left");
        assert_eq!(with(&|it| it.since_out_ms = Some(300_000)), "");
        assert_eq!(with(&|it| it.watched_ms = 59_001), "just started, 1 s left");
    }
}
