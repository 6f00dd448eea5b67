//! The form that edits a limit: its rule and its mode.

use super::{
    Around, Confirm, Level, Step,
    form::{Field, Form, Purpose, Verdict},
};
use crate::{
    model::{Edit, Limit, LimitEdit, LimitMode, RuleEdit},
    tui::key::Key,
};

/// Asks for another rule or mode of `limit`.
pub(crate) fn limit(limit: &Limit) -> Form {
    let file = match limit.configured.as_str() {
        "" => "not in the file".to_owned(),
        rule => format!("file {rule}"),
    };
    let modes = LimitMode::ALL.map(|mode| mode.to_string()).to_vec();
    let at = LimitMode::ALL.iter().position(|mode| *mode == limit.mode).unwrap_or(0);
    let mut mode = Field::choice("mode", modes, at);
    mode.hint = format!("was {}", limit.mode);
    let fields =
        vec![Field::text("limit", &limit.rule, format!("was {}, {file}", limit.rule)), mode];
    Form::new(Purpose::Limit(limit.name.clone()), format!("Edit limit {}", limit.name), fields)
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field) -> Verdict {
    match field.value().parse::<RuleEdit>() {
        Err(why) if field.label == "limit" => Verdict::Bad(why.to_owned()),
        _ => Verdict::Good(String::new()),
    }
}

/// The question the form leads to.
pub(super) fn submit(form: &Form, name: &str, key: Key, around: &Around<'_>) -> Step {
    let Some(limit) = around.snapshot.limits.iter().find(|limit| limit.name == name) else {
        return Step::Refuse(format!("limit {name} is gone"));
    };
    let rule = form.value("limit");
    let rule_edit = match rule.parse::<RuleEdit>() {
        Ok(edit) if rule != limit.rule => edit,
        _ => RuleEdit::default(),
    };
    let mode = LimitMode::ALL.into_iter().find(|mode| mode.word() == form.value("mode"));
    let mode = mode.filter(|mode| *mode != limit.mode);
    if rule_edit.is_empty() && mode.is_none() {
        return Step::Refuse(format!("{name} already is so: nothing to change"));
    }
    let file = match limit.configured.as_str() {
        "" => String::new(),
        rule => format!(" (file {rule})"),
    };
    let note = (!rule_edit.is_empty()).then(|| format!("limit {rule}, was {}{file}", limit.rule));
    let edit = LimitEdit { rule: rule_edit, mode, ..LimitEdit::default() };
    let edit = Edit::SetLimit { name: name.to_owned(), edit };
    let mut confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key);
    if let Some(note) = note {
        confirm = confirm.note(note);
    }
    if let Some(mode) = mode {
        confirm = confirm.note(format!("mode {mode}, was {}", limit.mode));
    }
    Step::Become(Box::new(confirm.back_to(form.clone()).into()))
}
