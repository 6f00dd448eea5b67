//! What did a change touch? Every backend, limit, block, scaler and setting that differs.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::model::{Autoscale, Backend, Block, Entity, Frame, Gateway, Limit, Name, Touched};

/// What differs between `before` and `after`, by target.
#[must_use]
pub fn difference(before: &Gateway, after: &Gateway) -> Vec<Touched> {
    let (before, after) = (Parts::of(before), Parts::of(after));
    let differs = |target: &&String| match (before.0.get(*target), after.0.get(*target)) {
        (Some(one), Some(other)) => !one.is_same(other),
        (one, other) => one.is_some() || other.is_some(),
    };
    let gone = before.0.keys().filter(|target| !after.0.contains_key(*target));
    let mut targets: Vec<&String> = after.0.keys().chain(gone).filter(differs).collect();
    targets.sort();
    let touched = targets.into_iter().map(|target| Touched {
        target: target.clone(),
        before: before.entity(target),
        after: after.entity(target),
    });
    touched.collect()
}

/// What `target` is in a gateway, if it is there; where many are wanted, [`Parts`] finds them sooner.
pub(super) fn entity_of(gateway: &Gateway, target: &str) -> Option<Entity> {
    let part = match target.split_once('/') {
        Some(("backend", name)) => gateway.pools.iter().find_map(|pool| {
            let place = pool.backends.iter().position(|it| it.name == *name)?;
            Some(Part::Backend(&pool.name, place, &pool.backends[place]))
        })?,
        Some(("limit", name)) => {
            let place = gateway.limits.iter().position(|it| it.name == *name)?;
            Part::Limit(place, &gateway.limits[place])
        }
        Some(("block", network)) => {
            let network = network.parse::<IpNet>().ok()?;
            let place = gateway.blocks.iter().position(|it| it.network == network)?;
            Part::Block(place, &gateway.blocks[place])
        }
        Some(("scaler", pool)) => Part::Scaler(gateway.pool(pool)?.autoscale.as_ref()?),
        Some(_) => return None,
        None => Part::Frame(Frame::of(gateway)),
    };
    Some(part.owned())
}

/// The parts of a gateway, by target.
pub(super) struct Parts<'a>(BTreeMap<String, Part<'a>>);

enum Part<'a> {
    Backend(&'a Name, usize, &'a Backend),
    Limit(usize, &'a Limit),
    Block(usize, &'a Block),
    Scaler(&'a Autoscale),
    Frame(Frame),
}

impl Parts<'_> {
    pub(super) fn of(gateway: &Gateway) -> Parts<'_> {
        let mut parts = BTreeMap::new();
        for pool in &gateway.pools {
            for (place, backend) in pool.backends.iter().enumerate() {
                let part = Part::Backend(&pool.name, place, backend);
                parts.insert(format!("backend/{}", backend.name), part);
            }
            if let Some(scaler) = &pool.autoscale {
                parts.insert(format!("scaler/{}", pool.name), Part::Scaler(scaler));
            }
        }
        for (place, limit) in gateway.limits.iter().enumerate() {
            parts.insert(format!("limit/{}", limit.name), Part::Limit(place, limit));
        }
        for (place, block) in gateway.blocks.iter().enumerate() {
            parts.insert(format!("block/{}", block.network), Part::Block(place, block));
        }
        parts.insert("gateway".to_owned(), Part::Frame(Frame::of(gateway)));
        Parts(parts)
    }

    /// What `target` is, if it is there.
    pub(super) fn entity(&self, target: &str) -> Option<Entity> {
        self.0.get(target).map(Part::owned)
    }
}

impl Part<'_> {
    /// Whether nobody would notice the difference: a place changes with what goes before it.
    fn is_same(&self, other: &Part<'_>) -> bool {
        match (self, other) {
            (Part::Backend(pool, _, one), Part::Backend(others, _, other)) => {
                pool == others && one == other
            }
            (Part::Limit(_, one), Part::Limit(_, other)) => one == other,
            (Part::Block(_, one), Part::Block(_, other)) => one == other,
            (Part::Scaler(one), Part::Scaler(other)) => one == other,
            (Part::Frame(one), Part::Frame(other)) => one == other,
            _ => false,
        }
    }

    fn owned(&self) -> Entity {
        match *self {
            Part::Backend(pool, place, backend) => {
                Entity::Backend { pool: pool.clone(), place, backend: Box::new(backend.clone()) }
            }
            Part::Limit(place, limit) => Entity::Limit { place, limit: Box::new(limit.clone()) },
            Part::Block(place, block) => Entity::Block { place, block: Box::new(block.clone()) },
            Part::Scaler(scaler) => Entity::Scaler(Box::new(scaler.clone())),
            Part::Frame(ref frame) => Entity::Frame(Box::new(frame.clone())),
        }
    }
}
