//! What becomes of the gateway when a change is applied? A new gateway, or a rejection.

mod backends;
mod blocks;
mod expiry;
mod limits;
mod scaler;

pub use scaler::check as check_rules;

use crate::model::{Change, Desired, Gateway, Intent, Name, Operation, Rejection, Standing};

use super::merge;

/// A change applied: nothing is written yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// What is wanted from now on; the same as before when nothing changed.
    pub desired: Desired,
    /// What was done, without an id.
    pub operation: Operation,
}

/// What one kind of change did.
struct Effect {
    gateway: Gateway,
    what: &'static str,
    targets: Vec<String>,
    before: Vec<String>,
    after: Vec<String>,
    warnings: Vec<String>,
}

/// Applies `change` to `desired` at `now_ms` (milliseconds since the Unix epoch).
///
/// Asking for what already holds is accepted and marked unchanged, so that scripts can repeat
/// themselves.
///
/// # Errors
/// When the change names what is not there, clashes, or makes no sense.
pub fn apply(
    desired: &Desired,
    change: &Change,
    intent: &Intent,
    now_ms: i64,
) -> Result<Applied, Rejection> {
    if intent.force && intent.reason.trim().is_empty() {
        return Err(Rejection::ForceWithoutReason);
    }
    let gateway = &desired.gateway;
    let effect = match change {
        Change::AddBackend { pool, name, address, weight, standing, source } => {
            let added =
                backends::Added { pool, name, address: *address, weight: *weight, source: *source };
            backends::add(gateway, &added, *standing, intent, now_ms)?
        }
        Change::RemoveBackends(names) => backends::remove(gateway, names)?,
        Change::SetStanding(names, standing) => {
            backends::stand(gateway, names, *standing, intent, now_ms)?
        }
        Change::SetWeights(edits) => backends::weigh(gateway, edits, None, now_ms)?,
        Change::RampWeights { edits, lasts, abort_if } => {
            let order = (*lasts, abort_if.clone());
            backends::weigh(gateway, edits, Some(order), now_ms)?
        }
        Change::AbortRamp { name, since_ms, why } => {
            backends::abort_ramp(gateway, name, *since_ms, why)?
        }
        Change::SetLimit { name, edit } => limits::set(gateway, name, edit, now_ms)?,
        Change::ResetLimit(target) => {
            let effect = limits::reset(gateway, target)?;
            return Ok(noted(conclude(desired, effect, None, intent, now_ms)));
        }
        Change::AddBlock { network, ttl, own } => {
            blocks::add(gateway, *network, *ttl, *own, intent, now_ms)?
        }
        Change::RemoveBlocks(networks) => blocks::remove(gateway, networks)?,
        Change::Expire => expiry::expire(gateway, now_ms),
        Change::SetScaler { pool, edit } => scaler::set(gateway, pool, edit, intent, now_ms)?,
        Change::ApplyFile(file) => return Ok(apply_file(desired, file, intent, now_ms)),
    };
    Ok(conclude(desired, effect, None, intent, now_ms))
}

fn apply_file(desired: &Desired, file: &Gateway, intent: &Intent, now_ms: i64) -> Applied {
    let merged = merge(&desired.file, file, &desired.gateway);
    let effect = Effect {
        gateway: merged.gateway,
        what: "config",
        targets: vec!["gateway".to_owned()],
        before: vec![desired.gateway.to_string()],
        after: vec![file.to_string()],
        warnings: merged.notices,
    };
    conclude(desired, effect, Some(file), intent, now_ms)
}

fn conclude(
    desired: &Desired,
    effect: Effect,
    file: Option<&Gateway>,
    intent: &Intent,
    now_ms: i64,
) -> Applied {
    let file = file.unwrap_or(&desired.file);
    let unchanged = effect.gateway == desired.gateway && *file == desired.file;
    let mut next = desired.clone();
    if !unchanged {
        next.revision += 1;
        touch(&mut next, &effect.gateway);
        next.gateway = effect.gateway;
        next.file = file.clone();
    }
    let operation = Operation {
        id: String::new(),
        time_ms: now_ms,
        actor: intent.actor.clone(),
        via: intent.via.clone(),
        what: effect.what.to_owned(),
        target: effect.targets.join(","),
        reason: intent.reason.clone(),
        before: effect.before.join("; "),
        after: effect.after.join("; "),
        revision: next.revision,
        unchanged,
        warnings: effect.warnings,
        shares: Vec::new(),
    };
    Applied { desired: next, operation }
}

/// What changes nothing that is desired, and is done and told all the same.
fn noted(mut applied: Applied) -> Applied {
    applied.desired.revision += 1;
    applied.operation.revision = applied.desired.revision;
    applied.operation.unchanged = false;
    applied
}

/// Writes the new revision to every backend and limit that differs from before.
fn touch(next: &mut Desired, gateway: &Gateway) {
    let revision = next.revision;
    let mut touched = std::mem::take(&mut next.touched);
    for (pool, backend) in gateway.backends() {
        let before = next.gateway.backend(backend.name.as_str());
        if before.is_none_or(|(was, old)| was.name != pool.name || old != backend) {
            touched.insert(backend_target(&backend.name), revision);
        }
    }
    for limit in &gateway.limits {
        if next.gateway.limit(limit.name.as_str()) != Some(limit) {
            touched.insert(limit_target(&limit.name), revision);
        }
    }
    touched.retain(|target, _| match target.split_once('/') {
        Some(("backend", name)) => gateway.backend(name).is_some(),
        Some(("limit", name)) => gateway.limit(name).is_some(),
        _ => false,
    });
    next.touched = touched;
}

fn backend_target(name: &Name) -> String {
    format!("backend/{name}")
}

fn limit_target(name: &Name) -> String {
    format!("limit/{name}")
}

fn verb(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "enable",
        Standing::Draining => "drain",
        Standing::Maintenance => "maintenance",
    }
}

#[cfg(test)]
mod tests;
