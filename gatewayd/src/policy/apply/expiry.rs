//! What ends by itself, once its time has come: blocks, and limits that were set for a while.

use crate::model::Gateway;

use super::{Effect, blocks, limits};

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
