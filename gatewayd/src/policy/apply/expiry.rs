//! What ends by itself, once its time has come: blocks, limits that were set for a while, ramps.

use crate::model::{Backend, Block, Entity, Gateway, Limit};

use super::{Effect, backend_target, backends, blocks, limits};

/// Ends all that is over at `now_ms`.
pub(super) fn expire(gateway: &Gateway, now_ms: i64) -> Effect {
    let mut next = gateway.clone();
    let mut effect = Effect {
        gateway: gateway.clone(),
        what: "expire",
        targets: Vec::new(),
        before: Vec::new(),
        after: Vec::new(),
        warnings: Vec::new(),
    };
    let mut tell = |target: String, before: String, after: String| {
        effect.targets.push(target);
        effect.before.push(before);
        effect.after.push(after);
    };
    for limit in &mut next.limits {
        if let Some(left) = limit_at(limit, now_ms) {
            tell(format!("limit/{}", limit.name), limits::words(limit), limits::words(&left));
            *limit = left;
        }
    }
    for backend in next.pools.iter_mut().flat_map(|pool| &mut pool.backends) {
        if let Some(left) = backend_at(backend, now_ms) {
            let (before, after) = (backends::words(backend), backends::words(&left));
            tell(backend_target(&backend.name), before, after);
            *backend = left;
        }
    }
    next.blocks.retain_mut(|block| {
        if !is_over(block, now_ms) {
            return true;
        }
        let left = under(block);
        let after = left.as_ref().map_or_else(|| "passes".to_owned(), blocks::words);
        tell(format!("block/{}", block.network), blocks::words(block), after);
        left.map(|left| *block = left).is_some()
    });
    effect.gateway = next;
    effect
}

/// What is left of an entity at `now_ms`, once what is over by then has ended.
pub(in crate::policy) fn entity_at(entity: &Entity, now_ms: i64) -> Option<Entity> {
    Some(match entity.clone() {
        Entity::Backend { pool, place, mut backend } => {
            if let Some(left) = backend_at(&backend, now_ms) {
                *backend = left;
            }
            Entity::Backend { pool, place, backend }
        }
        Entity::Limit { place, mut limit } => {
            if let Some(left) = limit_at(&limit, now_ms) {
                *limit = left;
            }
            Entity::Limit { place, limit }
        }
        Entity::Block { place, block } => {
            let left = if is_over(&block, now_ms) { under(&block)? } else { *block };
            Entity::Block { place, block: Box::new(left) }
        }
        other @ (Entity::Scaler(_) | Entity::Frame(_)) => other,
    })
}

/// What is left of a limit; `None` when nothing of it is over.
fn limit_at(limit: &Limit, now_ms: i64) -> Option<Limit> {
    limit.next_lapse().filter(|lapse| lapse.until_ms <= now_ms)?;
    let mut left = limit.clone();
    (left.rule, left.mode) = limit.left(now_ms);
    left.rule_lapse = limit.rule_lapse.filter(|it| it.until_ms > now_ms);
    left.mode_lapse = limit.mode_lapse.filter(|it| it.until_ms > now_ms);
    Some(left)
}

/// What is left of a backend; `None` when nothing of it is over.
fn backend_at(backend: &Backend, now_ms: i64) -> Option<Backend> {
    backend.ramp.as_ref().filter(|ramp| ramp.until_ms() <= now_ms)?;
    Some(Backend { ramp: None, ..backend.clone() })
}

fn is_over(block: &Block, now_ms: i64) -> bool {
    block.until_ms.is_some_and(|until_ms| until_ms <= now_ms)
}

/// What a block that is over goes back to, if anything.
fn under(block: &Block) -> Option<Block> {
    let mark = block.under.clone()?;
    Some(Block { network: block.network, mark, until_ms: None, under: None })
}
