//! Edits of backends: add, remove, stand, weigh. All the backends named, or none.

use std::net::SocketAddr;
use std::time::Duration;

use crate::model::{
    AbortIf, Backend, Gateway, Intent, Mark, Name, Ramp, Rejection, Source, Standing, Weight,
    WeightEdit,
};

use super::drain::course;
use super::{Effect, backend_target, verb};
use crate::policy::{nearest, ramped};

/// A backend that someone wants added.
pub(super) struct Added<'a> {
    pub(super) pool: &'a Name,
    pub(super) name: &'a Name,
    pub(super) address: SocketAddr,
    pub(super) weight: Weight,
    pub(super) source: Source,
}

pub(super) fn add(
    gateway: &Gateway,
    added: &Added<'_>,
    standing: Standing,
    intent: &Intent,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    if let Some((pool, _)) = gateway.backend(added.name.as_str()) {
        return Err(Rejection::Taken { name: added.name.clone(), pool: pool.name.clone() });
    }
    let mut next = gateway.clone();
    let Some(pool) = next.pools.iter_mut().find(|pool| pool.name == *added.pool) else {
        let names = gateway.pools.iter().map(|pool| &pool.name);
        return Err(unknown("pool", added.pool, names));
    };
    let mut warnings = Vec::new();
    if let Some(twin) = pool.backends.iter().find(|backend| backend.address == added.address) {
        warnings.push(format!("{} has the same address {}", twin.name, added.address));
    }
    let backend = Backend {
        name: added.name.clone(),
        address: added.address,
        weight: added.weight,
        standing,
        mark: (standing != Standing::Active).then(|| mark(intent, now_ms)),
        source: added.source,
        ramp: None,
    };
    let after = format!("{} in pool {}, {}", added.address, added.pool, words(&backend));
    pool.backends.push(backend);
    Ok(Effect {
        gateway: next,
        what: "add",
        targets: vec![backend_target(added.name)],
        before: vec!["absent".to_owned()],
        after: vec![after],
        warnings,
    })
}

pub(super) fn remove(gateway: &Gateway, names: &[Name]) -> Result<Effect, Rejection> {
    let mut effect = begin(gateway, "remove", names)?;
    for pool in &mut effect.gateway.pools {
        pool.backends.retain(|backend| !names.contains(&backend.name));
    }
    effect.after = vec!["absent".to_owned()];
    Ok(effect)
}

pub(super) fn stand(
    gateway: &Gateway,
    names: &[Name],
    standing: Standing,
    intent: &Intent,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    let mut effect = begin(gateway, verb(standing), names)?;
    for name in names {
        let backend = effect.gateway.backend_mut(name.as_str()).expect("begin found it");
        backend.mark = marked(backend, standing, intent, now_ms);
        if standing != Standing::Active
            && let Some(ramp) = &backend.ramp
        {
            let (from, to) = (ramp.from, backend.weight);
            let weight = ramped(backend, now_ms);
            (backend.weight, backend.ramp) = (weight, None);
            effect
                .warnings
                .push(format!("the ramp of {name} from {from} to {to} ends at {weight}"));
        }
        backend.standing = standing;
        effect.after.push(words(backend));
    }
    Ok(effect)
}

/// Gives backends new weights, by and by where it is told how long that takes and when it is given
/// up.
pub(super) fn weigh(
    gateway: &Gateway,
    edits: &[(Name, WeightEdit)],
    order: Option<(Duration, Option<AbortIf>)>,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    let names: Vec<Name> = edits.iter().map(|(name, _)| name.clone()).collect();
    let mut effect = begin(gateway, "weight", &names)?;
    for (name, edit) in edits {
        let backend = effect.gateway.backend_mut(name.as_str()).expect("begin found it");
        let from = ramped(backend, now_ms);
        backend.weight = weighed(backend.weight, *edit);
        backend.ramp = match &order {
            Some(_) if backend.standing != Standing::Active => {
                let what = format!("{name} is {}: enable it first", backend.standing);
                return Err(Rejection::Invalid { field: "ramp", what });
            }
            Some((lasts, abort_if)) if from != backend.weight => Some(Ramp {
                from,
                since_ms: now_ms,
                lasts: *lasts,
                abort_if: abort_if.clone(),
                p99_before_us: None,
            }),
            _ => None,
        };
        effect.after.push(words(backend));
        if backend.weight == Weight::ZERO {
            effect.warnings.push(format!("{name} gets weight 0 and takes no new requests"));
        }
    }
    Ok(effect)
}

/// Gives up the ramp that began at `since_ms`.
pub(super) fn abort_ramp(
    gateway: &Gateway,
    name: &Name,
    since_ms: i64,
    why: &str,
) -> Result<Effect, Rejection> {
    let mut effect = begin(gateway, "abort", std::slice::from_ref(name))?;
    let backend = effect.gateway.backend_mut(name.as_str()).expect("begin found it");
    if let Some(ramp) = backend.ramp.take_if(|ramp| ramp.since_ms == since_ms) {
        backend.weight = ramp.from;
        effect.warnings.push(format!("{name} goes back to weight {}: {why}", ramp.from));
    }
    effect.after.push(words(backend));
    Ok(effect)
}

fn weighed(weight: Weight, edit: WeightEdit) -> Weight {
    let now = i64::from(weight.get());
    match edit {
        WeightEdit::Absolute(weight) => weight,
        WeightEdit::Delta(delta) => Weight::nearest(now + i64::from(delta)),
        WeightEdit::Percent(percent) => Weight::nearest((now * i64::from(percent) + 50) / 100),
    }
}

/// An effect on the backends called `names`, which must all be there and named once.
pub(super) fn begin(
    gateway: &Gateway,
    what: &'static str,
    names: &[Name],
) -> Result<Effect, Rejection> {
    if names.is_empty() {
        return Err(Rejection::Invalid {
            field: "names",
            what: "name at least one backend".into(),
        });
    }
    let mut before = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            let what = format!("{name} is named twice");
            return Err(Rejection::Invalid { field: "names", what });
        }
        let Some((_, backend)) = gateway.backend(name.as_str()) else {
            return Err(unknown("backend", name, gateway.backends().map(|(_, it)| &it.name)));
        };
        before.push(words(backend));
    }
    Ok(Effect {
        gateway: gateway.clone(),
        what,
        targets: names.iter().map(backend_target).collect(),
        before,
        after: Vec::new(),
        warnings: Vec::new(),
    })
}

pub(super) fn unknown<'a>(
    noun: &'static str,
    name: &Name,
    there: impl Iterator<Item = &'a Name>,
) -> Rejection {
    let there: Vec<&Name> = there.collect();
    let near = nearest(name.as_str(), there.iter().map(|name| name.as_str()));
    let nearest = near.and_then(|near| there.into_iter().find(|name| **name == *near)).cloned();
    Rejection::Unknown { noun, name: name.clone(), nearest }
}

/// Asking for the standing it has changes nothing, unless there is another reason for it now; it
/// is so since it first was.
fn marked(backend: &Backend, standing: Standing, intent: &Intent, now_ms: i64) -> Option<Mark> {
    let new = mark(intent, now_ms);
    match backend.mark.clone() {
        _ if backend.standing != standing => Some(new),
        Some(old) if new.reason.is_empty() || new.reason == old.reason => Some(old),
        Some(old) => Some(Mark { since_ms: old.since_ms, drain: old.drain, ..new }),
        None => None,
    }
}

pub(super) fn mark(intent: &Intent, now_ms: i64) -> Mark {
    Mark {
        owner: intent.actor.clone(),
        reason: intent.reason.clone(),
        since_ms: now_ms,
        drain: None,
    }
}

pub(super) fn words(backend: &Backend) -> String {
    let Backend { weight, .. } = backend;
    let plan = backend.mark.as_ref().and_then(|mark| mark.drain.as_ref());
    let standing = match plan.and_then(|plan| plan.drained_ms) {
        Some(_) => "drained".to_owned(),
        None => backend.standing.to_string(),
    };
    let Some(ramp) = &backend.ramp else {
        return format!("{standing} weight {weight}{}", course(backend));
    };
    let unless = ramp.abort_if.as_ref().map(|it| format!(" unless {it}")).unwrap_or_default();
    format!("{standing} weight {} to {weight} in {}{unless}", ramp.from, length(ramp.lasts))
}

/// A length of time in its largest whole unit.
pub(super) fn length(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        seconds if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{time:?}"),
    }
}
