//! Edits of limits.

use crate::model::{Allowance, Gateway, Limit, LimitMode, Name, Rejection};

use super::{Effect, backends::unknown, limit_target};

pub(super) fn set(
    gateway: &Gateway,
    name: &Name,
    max: Option<Allowance>,
    mode: Option<LimitMode>,
) -> Result<Effect, Rejection> {
    if max.is_none() && mode.is_none() {
        let what = "say a new allowance, a new mode, or both".to_owned();
        return Err(Rejection::Invalid { field: "max", what });
    }
    let mut next = gateway.clone();
    let Some(limit) = next.limits.iter_mut().find(|limit| limit.name == *name) else {
        return Err(unknown("limit", name, gateway.limits.iter().map(|limit| &limit.name)));
    };
    let before = words(limit);
    limit.max = max.unwrap_or(limit.max);
    limit.mode = mode.unwrap_or(limit.mode);
    let after = words(limit);
    Ok(Effect {
        gateway: next,
        what: "limit",
        targets: vec![limit_target(name)],
        before: vec![before],
        after: vec![after],
        warnings: Vec::new(),
    })
}

fn words(limit: &Limit) -> String {
    format!("{} {}", limit.max, limit.mode)
}
