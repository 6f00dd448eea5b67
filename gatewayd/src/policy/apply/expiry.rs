//! What ends by itself, once its time has come: blocks, limits that were set for a while, ramps.

use crate::model::Gateway;

use super::{Effect, backend_target, blocks, limits};

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
    for limit in &mut next.limits {
        if limit.next_lapse().is_some_and(|lapse| lapse.until_ms <= now_ms) {
            effect.targets.push(format!("limit/{}", limit.name));
            effect.before.push(limits::words(limit));
            (limit.rule, limit.mode) = limit.left(now_ms);
            limit.rule_lapse = limit.rule_lapse.filter(|it| it.until_ms > now_ms);
            limit.mode_lapse = limit.mode_lapse.filter(|it| it.until_ms > now_ms);
            effect.after.push(limits::words(limit));
        }
    }
    for backend in next.pools.iter_mut().flat_map(|pool| &mut pool.backends) {
        if backend.ramp.as_ref().is_some_and(|ramp| ramp.until_ms() <= now_ms) {
            effect.targets.push(backend_target(&backend.name));
            effect.before.push(super::backends::words(backend));
            backend.ramp = None;
            effect.after.push(super::backends::words(backend));
        }
    }
    next.blocks.retain_mut(|block| {
        if block.until_ms.is_none_or(|until_ms| until_ms > now_ms) {
            return true;
        }
        effect.targets.push(format!("block/{}", block.network));
        effect.before.push(blocks::words(block));
        block.until_ms = None;
        let under = block.under.take();
        let stays = under.is_some();
        block.mark = under.unwrap_or_else(|| block.mark.clone());
        effect.after.push(if stays { blocks::words(block) } else { "passes".to_owned() });
        stays
    });
    effect.gateway = next;
    effect
}
