//! The form that edits a limit: its rule or a candidate, its mode, for how long, and why.

use std::time::Duration;

use super::{
    Around, Confirm, Level, Step,
    form::{Field, Form, Purpose, Verdict},
    limit_trial::{self, RuleTrial},
};
use crate::{
    duration,
    model::{CandidateEdit, Edit, Limit, LimitEdit, LimitMode, RuleEdit},
    tui::key::Key,
};

/// What a rule is typed for.
const USES: [&str; 2] = ["rule", "candidate"];

/// Where a rule is kept: until the file says otherwise, or in the file.
const SCOPES: [&str; 2] = ["runtime", "file"];

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
    let mut uses = Field::choice("as", USES.map(str::to_owned).to_vec(), 0);
    uses.hint = "tried beside it: refuses nobody".to_owned();
    let mut scope = Field::choice("scope", SCOPES.map(str::to_owned).to_vec(), 0);
    scope.hint = "file asks once more".to_owned();
    let fields = vec![
        Field::text("limit", &limit.rule, format!("was {}, {file}", limit.rule)),
        mode,
        uses,
        Field::text("for", "", "30m; empty: until changed"),
        scope,
        Field::text("reason", "", "for those after you"),
    ];
    let purpose = Purpose::Limit(limit.name.clone(), Box::default());
    Form::new(purpose, format!("Edit limit {}", limit.name), fields)
}

/// The rule as typed; none while it is incomplete.
pub(super) fn rule(form: &Form) -> Option<RuleEdit> {
    form.value("limit").parse().ok()
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field) -> Verdict {
    match (field.label, field.value()) {
        ("limit", text) => match text.parse::<RuleEdit>() {
            Ok(_) => Verdict::Good(String::new()),
            Err(why) => Verdict::Bad(why.to_owned()),
        },
        ("for", "") => Verdict::Good(String::new()),
        ("for", text) => length(text),
        _ => Verdict::Good(String::new()),
    }
}

/// What is thought of how long something holds.
pub(super) fn length(text: &str) -> Verdict {
    match duration::parse(text) {
        Ok(length) if length < Duration::from_secs(1) => Verdict::Bad("at least 1s".to_owned()),
        Ok(length) => Verdict::Good(format!("ends after {}", duration::short(length))),
        Err(_) => Verdict::Bad("such as 30m, 2h, 1d".to_owned()),
    }
}

/// The question the form leads to.
pub(super) fn submit(
    form: &Form,
    name: &str,
    trial: &RuleTrial,
    key: Key,
    around: &Around<'_>,
) -> Step {
    let Some(limit) = around.snapshot.limits.iter().find(|limit| limit.name == name) else {
        return Step::Refuse(format!("limit {name} is gone"));
    };
    let asked = match form.value("as") {
        "candidate" => candidate(form, limit),
        _ => own(form, limit),
    };
    let (edit, notes) = match asked {
        Ok(asked) => asked,
        Err(why) => return Step::Refuse(why),
    };
    let goes_to_file = form.value("scope") == SCOPES[1];
    if goes_to_file && (edit.ttl.is_some() || edit.candidate.is_some()) {
        let what = "what goes back by itself, or is only tried, is not written to the file";
        return Step::Refuse(what.to_owned());
    }
    let edit = Edit::SetLimit { name: name.to_owned(), edit };
    let mut confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key);
    let seen = rule(form).filter(|_| form.value("limit") != limit.rule);
    let seen = seen.and_then(|rule| limit_trial::words(trial, &rule));
    for note in notes.into_iter().chain(seen) {
        confirm = confirm.note(note);
    }
    let mut confirm = confirm.because(form.value("reason"));
    if goes_to_file {
        confirm = confirm.note("then asks whether all that operators did is written to the file");
        confirm = confirm.then(Edit::PersistConfig);
    }
    Step::Become(Box::new(confirm.back_to(form.clone()).into()))
}

type Asked = Result<(LimitEdit, Vec<String>), String>;

/// The limit's own rule and mode.
fn own(form: &Form, limit: &Limit) -> Asked {
    let text = form.value("limit");
    let rule = match text.parse::<RuleEdit>() {
        Ok(edit) if text != limit.rule => edit,
        _ => RuleEdit::default(),
    };
    let mode = LimitMode::ALL.into_iter().find(|mode| mode.word() == form.value("mode"));
    let mode = mode.filter(|mode| *mode != limit.mode);
    if rule.is_empty() && mode.is_none() {
        return Err(format!("{} already is so: nothing to change", limit.name));
    }
    let mut notes = Vec::new();
    if !rule.is_empty() {
        let file = match limit.configured.as_str() {
            "" => String::new(),
            rule => format!(" (file {rule})"),
        };
        notes.push(format!("limit {text}, was {}{file}", limit.rule));
    }
    notes.extend(mode.map(|mode| format!("mode {mode}, was {}", limit.mode)));
    let ttl = duration::parse(form.value("for")).ok();
    if let Some(ttl) = ttl {
        let then = match limit.then.as_str() {
            "" => format!("{} {}", limit.rule, limit.mode),
            then => then.to_owned(),
        };
        notes.push(format!("for {}, then {then}", duration::short(ttl)));
    } else if limit.expires_ms.is_some() {
        notes.push("until changed: it no longer goes back by itself".to_owned());
    }
    Ok((LimitEdit { rule, mode, ttl, ..LimitEdit::default() }, notes))
}

/// A rule that is tried beside it.
fn candidate(form: &Form, limit: &Limit) -> Asked {
    if form.value("mode") != limit.mode.word() || !form.value("for").is_empty() {
        return Err("a candidate has no mode and no end: it refuses nobody".to_owned());
    }
    let rule = rule(form).unwrap_or_default();
    if rule.concurrent.is_some() {
        return Err("how many at once cannot be tried as a candidate".to_owned());
    }
    let note = match limit.candidate.as_str() {
        "" => format!("{rule} is tried beside {}", limit.rule),
        other => format!("{rule} is tried beside {}, instead of {other}", limit.rule),
    };
    let candidate = Some(CandidateEdit::Set(rule));
    Ok((LimitEdit { candidate, ..LimitEdit::default() }, vec![note]))
}
