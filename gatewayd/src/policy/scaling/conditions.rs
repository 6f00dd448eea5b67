//! Conditions: how things stand, with the names that a Kubernetes HPA has for it.

use crate::model::{Condition, Inputs, ScalingRules};

use super::bounds::Bound;
use super::decide::Findings;
use super::starts::Starts;

/// `AbleToScale`, `ScalingActive` and `ScalingLimited`.
pub(super) fn conditions(
    inputs: &Inputs,
    rules: &ScalingRules,
    found: &Findings,
) -> Vec<Condition> {
    vec![able(inputs, found), active(inputs, rules, found), limited(found)]
}

fn able(inputs: &Inputs, found: &Findings) -> Condition {
    let told = |status, reason, message| Condition { kind: "AbleToScale", status, reason, message };
    if found.starts != Starts::Free {
        let failed = inputs.failed_starts;
        let message = format!("the last {failed} servers failed to start");
        return told(false, "FailedStart", message);
    }
    match (found.reason("interlocks"), found.reason("stabilization")) {
        (Some(locked), _) => told(true, "ScaleDownForbidden", locked.to_owned()),
        (None, Some(stable)) => told(true, "ScaleDownStabilized", stable.to_owned()),
        (None, None) => told(true, "ReadyForNewScale", String::new()),
    }
}

fn active(inputs: &Inputs, rules: &ScalingRules, found: &Findings) -> Condition {
    let told =
        |status, reason, message| Condition { kind: "ScalingActive", status, reason, message };
    if let Some(desired) = inputs.order {
        let message = match desired {
            Some(desired) => format!("an operator wants {desired}"),
            None => "an operator paused it".to_owned(),
        };
        return told(false, "ScalingDisabled", message);
    }
    if found.surge.is_some() {
        let message = match inputs.cost_frozen && rules.target_cpu.is_some() {
            true => "too few servers report their CPU: the cost stays what it was".to_owned(),
            false => String::new(),
        };
        return told(true, "ValidMetricFound", message);
    }
    let message = match rules.target_cpu {
        Some(_) => "no warm server reported its CPU yet".to_owned(),
        None => "no load was measured yet".to_owned(),
    };
    told(false, "FailedGetResourceMetric", message)
}

fn limited(found: &Findings) -> Condition {
    let told =
        |status, reason, message| Condition { kind: "ScalingLimited", status, reason, message };
    let rate = found.reason("rate").map(str::to_owned);
    let bounds = || found.reason("bounds").unwrap_or_default().to_owned();
    match (found.bound, rate) {
        (Some(Bound::Max | Bound::Room), _) => told(true, "TooManyReplicas", bounds()),
        (Some(Bound::Min), _) => told(true, "TooFewReplicas", bounds()),
        (None, Some(rate)) if rate.starts_with('+') => told(true, "ScaleUpLimit", rate),
        (None, Some(rate)) => told(true, "ScaleDownLimit", rate),
        (None, None) => told(false, "DesiredWithinRange", String::new()),
    }
}
