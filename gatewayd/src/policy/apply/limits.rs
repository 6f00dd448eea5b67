//! Edits of limits.

use crate::model::{Gateway, Limit, LimitMode, Name, Rejection, RuleEdit, RuleError};

use super::{Effect, backends::unknown, limit_target};

pub(super) fn set(
    gateway: &Gateway,
    name: &Name,
    rule: Option<RuleEdit>,
    mode: Option<LimitMode>,
) -> Result<Effect, Rejection> {
    if rule.is_none() && mode.is_none() {
        let what = "say a new rule, a new mode, or both".to_owned();
        return Err(Rejection::Invalid { field: "rule", what });
    }
    let mut next = gateway.clone();
    let Some(limit) = next.limits.iter_mut().find(|limit| limit.name == *name) else {
        return Err(unknown("limit", name, gateway.limits.iter().map(|limit| &limit.name)));
    };
    let before = words(limit);
    if let Some(edit) = rule {
        let wrong =
            |error: RuleError| Rejection::Invalid { field: "rule", what: error.to_string() };
        limit.rule = limit.rule.edited(edit).map_err(wrong)?;
    }
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
    format!("{} {}", limit.rule, limit.mode)
}
