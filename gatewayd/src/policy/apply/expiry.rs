//! What ends by itself, once its time has come: blocks, and limits that were set for a while.

use crate::model::Gateway;

use super::Effect;
use super::limits::words;

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
        if let Some(lapse) = limit.lapse.filter(|lapse| lapse.until_ms <= now_ms) {
            effect.targets.push(format!("limit/{}", limit.name));
            effect.before.push(words(limit));
            (limit.rule, limit.mode, limit.lapse) = (lapse.rule, lapse.mode, None);
            effect.after.push(words(limit));
        }
    }
    let over = |until_ms: Option<i64>| until_ms.is_some_and(|until_ms| until_ms <= now_ms);
    for block in next.blocks.iter().filter(|block| over(block.until_ms)) {
        effect.targets.push(format!("block/{}", block.network));
        effect.before.push(format!("blocked by {}", block.mark.owner));
        effect.after.push("passes".to_owned());
    }
    next.blocks.retain(|block| !over(block.until_ms));
    effect.gateway = next;
    effect
}
