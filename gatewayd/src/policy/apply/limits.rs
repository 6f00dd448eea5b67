//! Edits of limits.

use crate::model::{
    CandidateEdit, Gateway, Lapse, Limit, LimitEdit, Name, Rejection, Rule, RuleEdit, RuleError,
};

use super::{Effect, backends::unknown, limit_target};

pub(super) fn set(
    gateway: &Gateway,
    name: &Name,
    edit: &LimitEdit,
    now_ms: i64,
) -> Result<Effect, Rejection> {
    if (edit.rule, edit.mode, edit.candidate) == (None, None, None) {
        let what = "say a new rule, a new mode, or a candidate".to_owned();
        return Err(Rejection::Invalid { field: "rule", what });
    }
    let mut next = gateway.clone();
    let Some(limit) = next.limits.iter_mut().find(|limit| limit.name == *name) else {
        return Err(unknown("limit", name, gateway.limits.iter().map(|limit| &limit.name)));
    };
    let before = words(limit);
    let was = (limit.rule, limit.mode);
    if let Some(edit) = edit.rule {
        limit.rule = edited(limit.rule, "rule", edit)?;
    }
    limit.mode = edit.mode.unwrap_or(limit.mode);
    match edit.candidate {
        None => {}
        Some(CandidateEdit::Set(edit)) => {
            limit.candidate = Some(edited(limit.rule, "candidate", edit)?);
        }
        Some(CandidateEdit::Drop) => limit.candidate = None,
        Some(CandidateEdit::Promote) => {
            let what = || format!("{name} has no candidate: `limit set {name} --candidate …`");
            let none = || Rejection::Invalid { field: "candidate", what: what() };
            limit.rule = limit.candidate.take().ok_or_else(none)?;
        }
    }
    let (rule, mode) = (limit.rule, limit.mode);
    limit.lapse = match edit.ttl {
        Some(ttl) => {
            let until_ms = now_ms.saturating_add(ttl.as_millis() as i64);
            // A limit that was set for a while already goes back to what it was before that.
            let (rule, mode) = limit.lapse.map_or(was, |lapse| (lapse.rule, lapse.mode));
            Some(Lapse { until_ms, rule, mode })
        }
        None if (rule, mode) == was => limit.lapse,
        None => None,
    };
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

fn edited(rule: Rule, field: &'static str, edit: RuleEdit) -> Result<Rule, Rejection> {
    let wrong = |error: RuleError| Rejection::Invalid { field, what: error.to_string() };
    rule.edited(edit).map_err(wrong)
}

/// What a limit is, in words.
pub(super) fn words(limit: &Limit) -> String {
    let candidate = limit.candidate.map(|rule| format!(" candidate {rule}")).unwrap_or_default();
    let lapse = limit.lapse.map(|it| format!(" then {} {}", it.rule, it.mode)).unwrap_or_default();
    format!("{} {}{candidate}{lapse}", limit.rule, limit.mode)
}
