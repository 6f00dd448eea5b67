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
    let new_rule = edit.rule.is_some() || edit.candidate == Some(CandidateEdit::Promote);
    let until_ms = edit.ttl.map(|ttl| now_ms.saturating_add(ttl.as_millis() as i64));
    if until_ms.is_some() && !new_rule && edit.mode.is_none() {
        let what = "a candidate stays until it is dropped: it takes no time".to_owned();
        return Err(Rejection::Invalid { field: "ttl", what });
    }
    if new_rule {
        limit.rule_lapse = lapse(limit.rule_lapse, was.0, limit.rule, until_ms);
    }
    if edit.mode.is_some() {
        limit.mode_lapse = lapse(limit.mode_lapse, was.1, limit.mode, until_ms);
    }
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

/// What goes back by itself once it `is` another for a while. What was set for a while already goes
/// back to what it was before that; what is set for good does not go back.
fn lapse<T: PartialEq>(
    before: Option<Lapse<T>>,
    was: T,
    is: T,
    until_ms: Option<i64>,
) -> Option<Lapse<T>> {
    let to = before.map_or(was, |before| before.to);
    until_ms.filter(|_| to != is).map(|until_ms| Lapse { until_ms, to })
}

fn edited(rule: Rule, field: &'static str, edit: RuleEdit) -> Result<Rule, Rejection> {
    let wrong = |error: RuleError| Rejection::Invalid { field, what: error.to_string() };
    rule.edited(edit).map_err(wrong)
}

/// What a limit is, in words.
pub(super) fn words(limit: &Limit) -> String {
    let candidate = limit.candidate.map(|rule| format!(" candidate {rule}")).unwrap_or_default();
    let lapse = limit.next_lapse().map(|it| format!(" then {} {}", it.to.0, it.to.1));
    let lapse = lapse.unwrap_or_default();
    format!("{} {}{candidate}{lapse}", limit.rule, limit.mode)
}
