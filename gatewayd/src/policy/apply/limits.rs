//! Edits of limits.

use crate::model::{
    CandidateEdit, Gateway, Lapse, Limit, LimitEdit, LimitKey, LimitTarget, Name, Rejection, Rule,
    RuleEdit, RuleError, unwrapped,
};
use crate::policy::{hash_key, limit_prefix_words};

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
            let more = limit.counts();
            let counts = gateway.limits.iter().filter(|it| it.name != *name).map(Limit::counts);
            if counts.sum::<usize>() + more > Limit::MOST_COUNTS {
                let most = Limit::MOST_COUNTS;
                let what = format!("all limits have more than {most} counts: drop a candidate");
                return Err(Rejection::Invalid { field: "candidate", what });
            }
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

/// What forgetting the counts of `target` is, in words.
pub(super) fn reset(gateway: &Gateway, target: &LimitTarget) -> Result<Effect, Rejection> {
    let name = &target.name;
    let Some(limit) = gateway.limit(name.as_str()) else {
        return Err(unknown("limit", name, gateway.limits.iter().map(|limit| &limit.name)));
    };
    if let Rule::Concurrent(_) = limit.rule {
        let what = format!("{name} counts what is under way, which ends by itself");
        return Err(Rejection::Invalid { field: "name", what });
    }
    let (of, after) = match &target.key {
        None => (String::new(), "nothing counted"),
        Some(key) => (format!(" of {}", key_in_words(limit, key)?), "nothing used"),
    };
    Ok(Effect {
        gateway: gateway.clone(),
        what: "reset",
        targets: vec![limit_target(name)],
        before: vec!["what was counted".to_owned()],
        after: vec![format!("{after}{of}")],
        warnings: Vec::new(),
    })
}

/// One key of a limit, if that can be known by a text. Values of fields may be secret: only that
/// they differ is told.
fn key_in_words(limit: &Limit, key: &str) -> Result<String, Rejection> {
    let name = &limit.name;
    let wrong = |what: String| Err(Rejection::Invalid { field: "key", what });
    let is_field = |part: &LimitKey| matches!(part, LimitKey::Header(_) | LimitKey::Cookie(_));
    match limit.key.parts() {
        parts if limit.key.has_client_ip() && parts.iter().any(is_field) => {
            wrong(format!("{name} counts by more than an address: leave the key out to reset all"))
        }
        _ if limit.key.has_client_ip() => match key.parse().map(unwrapped) {
            Ok(address) => Ok(limit_prefix_words(address, limit.v6.prefix)),
            Err(_) => wrong(format!("{key:?} is not an address, which {name} counts by")),
        },
        [LimitKey::Route] => Ok(format!("route {key}")),
        [part] if is_field(part) => Ok(format!("{part}#{:08x}", hash_key(key.as_bytes()) as u32)),
        _ => wrong(format!("{name} counts by {}: leave the key out to reset all", limit.key)),
    }
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
