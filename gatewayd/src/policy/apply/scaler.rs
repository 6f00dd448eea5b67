//! Edits of how a pool is scaled.

use crate::model::{
    Autoscale, Gateway, Intent, Name, Order, Rejection, ScalerEdit, ScalingMode, ScalingRules,
};

use super::{
    Effect,
    backends::{mark, unknown},
};

pub(super) fn set(
    gateway: &Gateway,
    name: &Name,
    edit: &ScalerEdit,
    intent: &Intent,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    let mut next = gateway.clone();
    let Some(pool) = next.pools.iter_mut().find(|pool| pool.name == *name) else {
        return Err(unknown("pool", name, gateway.pools.iter().map(|pool| &pool.name)));
    };
    let Some(scaler) = &mut pool.autoscale else {
        let what = format!("pool {name} is not scaled: give it [pool.autoscale] in the file");
        return Err(Rejection::Invalid { field: "pool", what });
    };
    let before = words(scaler);
    let mut warnings = Vec::new();
    let what = match edit {
        ScalerEdit::Rules { min, max, target_cpu, target_rps, mode } => {
            let rules = ScalingRules {
                min: min.unwrap_or(scaler.rules.min),
                max: max.unwrap_or(scaler.rules.max),
                target_cpu: target_cpu.or(scaler.rules.target_cpu),
                target_rps: target_rps.or(scaler.rules.target_rps),
                ..scaler.rules.clone()
            };
            check(&rules)?;
            (scaler.rules, scaler.mode) = (rules, mode.unwrap_or(scaler.mode));
            "set"
        }
        ScalerEdit::Order { desired, ttl } => {
            let until_ms = ttl.map(|ttl| now_ms.saturating_add(ttl.as_millis() as i64));
            let (min, max) = (scaler.rules.min, scaler.rules.max);
            if let Some(desired) = desired.filter(|it| !(min..=max).contains(it)) {
                let what = format!("{desired} is not within {min} to {max}; change these first");
                return Err(Rejection::Invalid { field: "desired", what });
            }
            if scaler.mode == ScalingMode::Off {
                warnings.push("the scaler is off: nothing follows from this".to_owned());
            }
            let order = Order { desired: *desired, mark: mark(intent, now_ms), until_ms };
            scaler.order = Some(order);
            if desired.is_some() { "desired" } else { "pause" }
        }
        ScalerEdit::Resume => {
            scaler.order = None;
            "resume"
        }
    };
    let after = words(scaler);
    Ok(Effect {
        gateway: next,
        what,
        targets: vec![format!("scaler/{name}")],
        before: vec![before],
        after: vec![after],
        warnings,
    })
}

/// Whether rules that somebody asks for make sense.
///
/// # Errors
/// With the field that does not.
pub fn check(rules: &ScalingRules) -> Result<(), Rejection> {
    let invalid = |field, what: String| Err(Rejection::Invalid { field, what });
    match rules {
        ScalingRules { max: 0, .. } => invalid("max", "at least 1".to_owned()),
        ScalingRules { min, max, .. } if min > max => {
            invalid("min", format!("{min} is above the maximum of {max}"))
        }
        ScalingRules { target_cpu: Some(percent), .. } if !(1..=100).contains(percent) => {
            invalid("target_cpu", "expected 1 to 100 percent".to_owned())
        }
        ScalingRules { target_rps: Some(0), .. } => {
            invalid("target_rps", "expected 1 or more per second".to_owned())
        }
        _ => Ok(()),
    }
}

pub(super) fn words(scaler: &Autoscale) -> String {
    let rules = &scaler.rules;
    let mut text = format!("{} {}..{}", scaler.mode, rules.min, rules.max);
    if let Some(percent) = rules.target_cpu {
        text += &format!(", {percent} % CPU");
    }
    if let Some(rps) = rules.target_rps {
        text += &format!(", {rps} rps");
    }
    match &scaler.order {
        Some(Order { desired: Some(desired), .. }) => text += &format!(", {desired} desired"),
        Some(Order { desired: None, .. }) => text += ", paused",
        None => {}
    }
    text
}
