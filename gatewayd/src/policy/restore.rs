//! What becomes of the gateway when what an operation touched is put back?

use std::collections::HashSet;

use crate::model::{Conflict, Entity, Frame, Gateway, Operation, Pool, Source, Touched};

use super::apply::{entity_at, step_words};
use super::difference::{Parts, entity_of};
use super::way_back::{Way, way_back};

/// A gateway in which entities were put back.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Restored {
    /// The gateway.
    pub(super) gateway: Gateway,
    /// What was put back, with what it was just before and is now.
    pub(super) steps: Vec<Step>,
    /// What somebody changed since; without the name of who did.
    pub(super) conflicts: Vec<Conflict>,
}

/// One entity that was put back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) target: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// What is done about an entity that somebody changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disputed {
    /// It stays as it is.
    Left,
    /// It is put back all the same.
    Overruled,
}

/// Puts back what was `touched`, as it would be by now had nothing touched it: what ends by itself
/// has ended.
///
/// # Errors
/// When the gateway would not hold together, in words.
pub(super) fn restore(
    gateway: &Gateway,
    touched: &[Touched],
    disputed: Disputed,
    now_ms: i64,
) -> Result<Restored, String> {
    let parts = Parts::of(gateway);
    let mut restored = Restored { gateway: gateway.clone(), ..Restored::default() };
    let mut put = Vec::new();
    for it in touched {
        let now = parts.entity(&it.target);
        let way = way_of(it, now.as_ref(), now_ms);
        if way.conflicts {
            restored.conflicts.push(Conflict {
                target: it.target.clone(),
                now: step_words(&it.target, now.as_ref(), it.after.as_ref()).0,
                ..Conflict::default()
            });
            if disputed == Disputed::Left {
                continue;
            }
        }
        if way.to != now {
            let (before, after) = step_words(&it.target, now.as_ref(), way.to.as_ref());
            restored.steps.push(Step { target: it.target.clone(), before, after });
            put.push((it.target.as_str(), way.to));
        }
    }
    put_all(&mut restored.gateway, put);
    holds_together(gateway, &restored.gateway, touched.iter())?;
    Ok(restored)
}

/// Takes back one operation after the other, newest first, whoever changed what in between. Servers of
/// an autoscaler that are gone stay gone: nothing runs there any more.
///
/// # Errors
/// When the gateway would not hold together, in words.
pub(super) fn unwind<'a>(
    gateway: &Gateway,
    operations: impl Iterator<Item = &'a Operation> + Clone,
    now_ms: i64,
) -> Result<Gateway, String> {
    let mut back = gateway.clone();
    for operation in operations.clone() {
        let mut put = Vec::new();
        for it in &operation.touched {
            let now = entity_of(&back, &it.target);
            let to = way_of(it, now.as_ref(), now_ms).to;
            let runs = now.is_some() || !to.as_ref().is_some_and(is_scaled);
            if to != now && runs {
                put.push((it.target.as_str(), to));
            }
        }
        put_all(&mut back, put);
    }
    holds_together(gateway, &back, operations.flat_map(|it| &it.touched))?;
    Ok(back)
}

/// Whether an autoscaler started it.
fn is_scaled(entity: &Entity) -> bool {
    matches!(entity, Entity::Backend { backend, .. } if backend.source == Source::Autoscaler)
}

/// What an entity that is something `now` is once it is put back. That it lapsed since is nobody's
/// change.
fn way_of(it: &Touched, now: Option<&Entity>, now_ms: i64) -> Way {
    let before = it.before.as_ref().and_then(|entity| entity_at(entity, now_ms));
    let way = way_back(before.as_ref(), it.after.as_ref(), now);
    if !way.conflicts {
        return way;
    }
    let lapsed = it.after.as_ref().and_then(|entity| entity_at(entity, now_ms));
    way_back(before.as_ref(), lapsed.as_ref(), now)
}

/// Makes each target what it is to be; what has a place gets it.
fn put_all(gateway: &mut Gateway, put: Vec<(&str, Option<Entity>)>) {
    for (_, entity) in &put {
        if let Some(Entity::Frame(frame)) = entity {
            put_frame(gateway, frame);
        }
    }
    let mut placed = Vec::new();
    for (target, entity) in put {
        let (kind, name) = target.split_once('/').unwrap_or((target, ""));
        match (kind, entity) {
            ("scaler", entity) => {
                let scaler = match entity {
                    Some(Entity::Scaler(scaler)) => Some(*scaler),
                    _ => None,
                };
                for pool in gateway.pools.iter_mut().filter(|pool| pool.name == *name) {
                    pool.autoscale.clone_from(&scaler);
                }
            }
            (_, Some(Entity::Frame(_))) => {}
            (_, Some(entity)) if replace(gateway, &entity) => {}
            (_, entity) => {
                remove(gateway, kind, name);
                placed.extend(entity);
            }
        }
    }
    // What stands further in front is put first, so that each finds its place.
    placed.sort_by_key(place);
    placed.into_iter().for_each(|entity| insert(gateway, entity));
}

fn place(entity: &Entity) -> usize {
    match entity {
        Entity::Backend { place, .. }
        | Entity::Limit { place, .. }
        | Entity::Block { place, .. } => *place,
        Entity::Scaler(_) | Entity::Frame(_) => 0,
    }
}

fn put_frame(gateway: &mut Gateway, frame: &Frame) {
    let Frame { trusted_proxies, limits_of_all, routes, pools } = frame.clone();
    let had = std::mem::take(&mut gateway.pools);
    let filled = |bare: Pool| match had.iter().find(|pool| pool.name == bare.name) {
        Some(Pool { backends, autoscale, .. }) => {
            Pool { backends: backends.clone(), autoscale: autoscale.clone(), ..bare }
        }
        None => bare,
    };
    gateway.pools = pools.into_iter().map(filled).collect();
    gateway.trusted_proxies = trusted_proxies;
    gateway.limits_of_all = limits_of_all;
    gateway.routes = routes;
}

/// Puts an entity where one of its name is; `false` when there is none.
fn replace(gateway: &mut Gateway, entity: &Entity) -> bool {
    match entity {
        Entity::Backend { pool, backend, .. } => {
            let all = gateway.pools.iter_mut().filter(|it| it.name == *pool);
            let mut all = all.flat_map(|pool| pool.backends.iter_mut());
            let found = all.find(|it| it.name == backend.name);
            found.map(|it| it.clone_from(backend)).is_some()
        }
        Entity::Limit { limit, .. } => {
            let found = gateway.limits.iter_mut().find(|it| it.name == limit.name);
            found.map(|it| it.clone_from(limit)).is_some()
        }
        Entity::Block { block, .. } => {
            let found = gateway.blocks.iter_mut().find(|it| it.network == block.network);
            found.map(|it| it.clone_from(block)).is_some()
        }
        Entity::Scaler(_) | Entity::Frame(_) => false,
    }
}

fn remove(gateway: &mut Gateway, kind: &str, name: &str) {
    match kind {
        "backend" => {
            for pool in &mut gateway.pools {
                pool.backends.retain(|it| it.name != *name);
            }
        }
        "limit" => gateway.limits.retain(|it| it.name != *name),
        "block" => gateway.blocks.retain(|it| it.network.to_string() != name),
        _ => {}
    }
}

fn insert(gateway: &mut Gateway, entity: Entity) {
    match entity {
        Entity::Backend { pool, place, backend } => {
            if let Some(pool) = gateway.pools.iter_mut().find(|it| it.name == pool) {
                pool.backends.insert(place.min(pool.backends.len()), *backend);
            }
        }
        Entity::Limit { place, limit } => {
            gateway.limits.insert(place.min(gateway.limits.len()), *limit);
        }
        Entity::Block { place, block } => {
            gateway.blocks.insert(place.min(gateway.blocks.len()), *block);
        }
        Entity::Scaler(_) | Entity::Frame(_) => {}
    }
}

/// Refuses what refers to something that is not there, and what would be lost that nobody touched.
fn holds_together<'a>(
    before: &Gateway,
    after: &Gateway,
    touched: impl Iterator<Item = &'a Touched>,
) -> Result<(), String> {
    if let Some(what) = dangling(after) {
        return Err(what);
    }
    let names: HashSet<&str> = after.backends().map(|(_, it)| it.name.as_str()).collect();
    let mine: HashSet<&str> = touched.map(|it| it.target.as_str()).collect();
    let lost = |name: &str| !names.contains(name) && !mine.contains(&*format!("backend/{name}"));
    match before.backends().find(|(_, it)| lost(it.name.as_str())) {
        Some((pool, it)) => {
            Err(format!("pool {} would be gone, and backend/{} is in it", pool.name, it.name))
        }
        None => Ok(()),
    }
}

/// What in `gateway` needs something that is not there, in words.
pub(super) fn dangling(gateway: &Gateway) -> Option<String> {
    let limits: HashSet<&str> = gateway.limits.iter().map(|it| it.name.as_str()).collect();
    let of_routes = gateway.routes.iter().flat_map(|route| {
        route.limits.iter().map(move |limit| (format!("route {}", route.name), limit))
    });
    let of_listeners = gateway.listeners.iter().flat_map(|listener| {
        listener.limits.iter().map(move |limit| (format!("listener {}", listener.name), limit))
    });
    let of_all = gateway.limits_of_all.iter().map(|limit| ("every request".to_owned(), limit));
    let mut users = of_routes.chain(of_listeners).chain(of_all);
    if let Some((user, limit)) = users.find(|(_, it)| !limits.contains(it.as_str())) {
        return Some(format!("limit/{limit} would be gone, and {user} is under it"));
    }
    let lost = gateway.routes.iter().find(|it| gateway.pool(it.pool.as_str()).is_none())?;
    Some(format!("pool {} would be gone, and route {} needs it", lost.pool, lost.name))
}
