//! What becomes of the gateway when a change is applied? A new gateway, or a rejection.

mod backends;
mod blocks;
mod drain;
mod expiry;
mod limits;
mod rollback;
mod scaler;
mod undo;

pub(super) use expiry::entity_at;
pub use scaler::check as check_rules;

use crate::model::{
    Change, Desired, Entity, Gateway, Intent, Name, Operation, Rejection, Reload, Revert, Standing,
    Terms, Touched,
};

use super::{difference, merge};

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
    let mut applied = match change {
        Change::ResetLimit(target) => {
            let effect = limits::reset(&desired.gateway, target)?;
            noted(conclude(desired, effect, None, intent, now_ms))
        }
        Change::ReloadCertificates(reload) => {
            let applied = conclude(desired, reloaded(desired, reload), None, intent, now_ms);
            if reload.is_new { noted(applied) } else { applied }
        }
        Change::ApplyFile(file) => apply_file(desired, file, intent, now_ms),
        Change::Undo(operation) => undo::undo(desired, operation, intent, now_ms)?,
        Change::Revert { op, why } => undo::revert(desired, op, why, intent, now_ms)?,
        Change::Rollback { to, since } => rollback::rollback(desired, *to, since, intent, now_ms)?,
        Change::Confirm(op) => undo::confirm(desired, op, intent, now_ms)?,
        edit => {
            let at = (desired.revision + 1, now_ms);
            let effect = effect(&desired.gateway, edit, intent, at)?;
            conclude(desired, effect, None, intent, now_ms)
        }
    };
    if matches!(change, Change::Expire) {
        // Nothing can be put back whose time is over.
        applied.operation.touched.clear();
    }
    promise(&mut applied, &intent.terms)?;
    Ok(applied)
}

/// What an edit does to the gateway as such.
fn effect(
    gateway: &Gateway,
    change: &Change,
    intent: &Intent,
    (revision, now_ms): (u64, i64),
) -> Result<Effect, Rejection> {
    match change {
        Change::AddBackend { pool, name, address, weight, standing, source } => {
            let added =
                backends::Added { pool, name, address: *address, weight: *weight, source: *source };
            backends::add(gateway, &added, *standing, intent, now_ms)
        }
        Change::RemoveBackends(names) => backends::remove(gateway, names),
        Change::SetStanding(names, standing) => {
            backends::stand(gateway, names, *standing, intent, now_ms)
        }
        Change::Drain(names, order) => {
            drain::drain(gateway, names, order.as_ref(), intent, (revision, now_ms))
        }
        Change::Kill(names) => drain::kill(gateway, names, intent, (revision, now_ms)),
        Change::StepDrain { name, from_ms, step } => {
            drain::step(gateway, name, (*from_ms, *step), intent, now_ms)
        }
        Change::SetWeights(edits) => backends::weigh(gateway, edits, None, now_ms),
        Change::RampWeights { edits, lasts, abort_if } => {
            let order = (*lasts, abort_if.clone());
            backends::weigh(gateway, edits, Some(order), now_ms)
        }
        Change::AbortRamp { name, since_ms, why } => {
            backends::abort_ramp(gateway, name, *since_ms, why)
        }
        Change::SetLimit { name, edit } => limits::set(gateway, name, edit, now_ms),
        Change::AddBlock { network, ttl, own } => {
            blocks::add(gateway, *network, *ttl, *own, intent, now_ms)
        }
        Change::RemoveBlocks(networks) => blocks::remove(gateway, networks),
        Change::Expire => Ok(expiry::expire(gateway, now_ms)),
        Change::SetScaler { pool, edit } => scaler::set(gateway, pool, edit, intent, now_ms),
        Change::All(changes) => all(gateway, changes, intent, (revision, now_ms)),
        Change::ResetLimit(_)
        | Change::ReloadCertificates(_)
        | Change::ApplyFile(_)
        | Change::Undo(_)
        | Change::Revert { .. }
        | Change::Rollback { .. }
        | Change::Confirm(_) => {
            let what = "it cannot be one of several changes".to_owned();
            Err(Rejection::Invalid { field: "edits", what })
        }
    }
}

/// Several edits, each on what the one before left.
fn all(
    gateway: &Gateway,
    changes: &[Change],
    intent: &Intent,
    at: (u64, i64),
) -> Result<Effect, Rejection> {
    let mut sum = Effect {
        gateway: gateway.clone(),
        what: "change",
        targets: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
        warnings: Vec::new(),
    };
    for (place, change) in changes.iter().enumerate() {
        let one = effect(&sum.gateway, change, intent, at).map_err(|rejection| {
            Rejection::OneOfAll { number: place + 1, rejection: Box::new(rejection) }
        })?;
        sum.gateway = one.gateway;
        sum.targets.extend(one.targets);
        sum.before.extend(one.before);
        sum.after.extend(one.after);
        sum.warnings.extend(one.warnings);
    }
    Ok(sum)
}

/// Writes down what takes the operation back by itself.
fn promise(applied: &mut Applied, terms: &Terms) -> Result<(), Rejection> {
    if terms.is_empty() {
        return Ok(());
    }
    let Applied { desired, operation, .. } = applied;
    let wrong = |field, what: String| Err(Rejection::Invalid { field, what });
    if terms.ttl.is_none() && terms.confirm_within.is_none() {
        return wrong("guard", "say for how long too: --confirm-within or --ttl".to_owned());
    }
    let field = if terms.ttl.is_some() { "ttl" } else { "confirm_within" };
    if operation.unchanged {
        let what = format!("{} is so already: there is nothing to go back from", operation.target);
        return wrong(field, what);
    }
    if operation.touched.is_empty() {
        let what = format!("a {} leaves nothing to go back to", operation.what);
        return wrong(field, what);
    }
    let waiting: usize = desired.reverts.iter().map(|it| it.touched.len()).sum();
    let is_full = desired.reverts.len() >= Revert::MOST
        || waiting + operation.touched.len() > Revert::MOST_ENTITIES;
    if is_full {
        let count = desired.reverts.len();
        let what = format!("{count} changes go back by themselves already, of {waiting} things");
        return wrong(field, what);
    }
    let after = |it: std::time::Duration| operation.time_ms.saturating_add(it.as_millis() as i64);
    desired.reverts.push(Revert {
        op: Operation::id_of(desired.revision),
        owner: operation.actor.clone(),
        since_ms: operation.time_ms,
        expires_ms: terms.ttl.map(after),
        confirm_by_ms: terms.confirm_within.map(after),
        guard: terms.guard.clone(),
        p99_before_us: None,
        touched: operation.touched.clone(),
    });
    operation.expires_ms = terms.ttl.map(after).or(operation.expires_ms);
    Ok(())
}

/// Certificates are none of what is desired; that they were read again is told.
fn reloaded(desired: &Desired, reload: &Reload) -> Effect {
    let Reload { targets, before, after, warnings, .. } = reload.clone();
    let gateway = desired.gateway.clone();
    Effect { gateway, what: "reload", targets, before, after, warnings }
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
    let mut touched = Vec::new();
    if !unchanged {
        next.revision += 1;
        touched = difference(&desired.gateway, &effect.gateway);
        if effect.what != Operation::END_OF_DRAIN {
            touch(&mut next, &touched);
        }
        next.gateway = effect.gateway;
        next.file = file.clone();
    }
    if desired.revision == 0 {
        // Before the first file there was nothing to go back to.
        touched.clear();
    }
    let operation = Operation {
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
        expires_ms: touched.iter().filter_map(own_end).min(),
        touched,
        ..Operation::default()
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

/// Writes the new revision to everything that was touched and is still there.
fn touch(next: &mut Desired, touched: &[Touched]) {
    for it in touched {
        match it.after {
            Some(_) => drop(next.touched.insert(it.target.clone(), next.revision)),
            None => drop(next.touched.remove(&it.target)),
        }
    }
}

/// When what was set is over by itself, where that is new.
fn own_end(touched: &Touched) -> Option<i64> {
    let end = |entity: &Option<Entity>| match entity {
        Some(Entity::Limit { limit, .. }) => limit.next_lapse().map(|it| it.until_ms),
        Some(Entity::Block { block, .. }) => block.until_ms,
        Some(Entity::Scaler(scaler)) => scaler.order.as_ref().and_then(|it| it.until_ms),
        Some(Entity::Backend { .. } | Entity::Frame(_)) | None => None,
    };
    end(&touched.after).filter(|until_ms| end(&touched.before) != Some(*until_ms))
}

/// What an entity is before and after, in words; where a backend is only if that differs.
pub(super) fn step_words(
    target: &str,
    before: Option<&Entity>,
    after: Option<&Entity>,
) -> (String, String) {
    if let (
        Some(Entity::Backend { pool, backend, .. }),
        Some(Entity::Backend { pool: to, backend: new, .. }),
    ) = (before, after)
        && (pool, backend.address) == (to, new.address)
    {
        return (backends::words(backend), backends::words(new));
    }
    (entity_words(target, before), entity_words(target, after))
}

/// What an entity is, in words; nothing is what `target` is when it is not there.
fn entity_words(target: &str, entity: Option<&Entity>) -> String {
    match entity {
        Some(Entity::Backend { pool, backend, .. }) => {
            let words = backends::words(backend);
            format!("{words} at {} in pool {pool}", backend.address)
        }
        Some(Entity::Limit { limit, .. }) => limits::words(limit),
        Some(Entity::Block { block, .. }) => blocks::words(block),
        Some(Entity::Scaler(scaler)) => scaler::words(scaler),
        Some(Entity::Frame(frame)) => {
            format!("{} routes, {} pools", frame.routes.len(), frame.pools.len())
        }
        None if target.starts_with("block/") => "passes".to_owned(),
        None => "absent".to_owned(),
    }
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
mod rollback_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod undo_tests;
