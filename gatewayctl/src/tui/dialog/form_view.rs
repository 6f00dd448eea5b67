//! How a form looks: a row for each field with what is thought of it.

use ratatui::{Frame, text::Span};

use super::{
    Around, add, add_trial,
    canvas::{self, Row},
    edit,
    form::{Entry, Field, Form, Purpose, Verdict},
    limit, limit_trial, what_if,
};
use crate::tui::{
    bindings::{Keymap, Label},
    look::Look,
    theme::Role,
};

/// Cells of a text field.
const FIELD: usize = 24;

/// Below this width what is thought of a field stands below the fields.
const ROOMY: usize = 60;

/// Draws the form.
pub(super) fn view(form: &Form, look: Look, frame: &mut Frame<'_>, around: &Around<'_>) {
    let width = canvas::inner_width(frame);
    let is_roomy = width >= ROOMY;
    let mut rows = Vec::new();
    for (at, field) in form.fields.iter().enumerate() {
        let here = at == form.focus;
        let (role, said) = thought(form, field, around);
        let beside = look.text(role, if is_roomy { said } else { String::new() });
        rows.push(match &field.entry {
            Entry::Text(input) => {
                let cells = FIELD.min(width.saturating_sub(13));
                Row::field(look, (field.label, input), cells, here, beside)
            }
            Entry::Choice(options, chosen) => {
                let row = Row::choice(look, field.label, (options, *chosen), here, beside);
                // What is chosen already may go where rows are few; the cursor brings it back.
                if here || is_roomy { row } else { row.dispensable() }
            }
        });
    }
    if let Some(field) = form.fields.get(form.focus).filter(|_| !is_roomy) {
        let (role, said) = thought(form, field, around);
        rows.extend(Row::words(look, 1, role, &said, width));
    }
    match &form.purpose {
        Purpose::Add(trial) => {
            rows.extend(add_trial::rows(trial, add::typed(form), look, width));
        }
        Purpose::Edit(_) => rows.extend(Row::words(look, 2, Role::Muted, edit::ELSEWHERE, width)),
        Purpose::Limit(_, trial) => {
            rows.extend(limit_trial::rows(trial, limit::rule(form).as_ref(), look, width));
        }
        Purpose::WhatIf(scaler, trial) => {
            rows.extend(what_if::rows(form, scaler, trial, look, width));
        }
        _ => {}
    }
    if let Some(hindrance) = around.hindrance {
        rows.extend(Row::words(look, 0, Role::Warn, hindrance, width));
    }
    rows.push(keys(form, look, around.keymap));
    canvas::draw(look, frame, &form.title, rows);
}

/// What is thought of a field, and how that looks.
fn thought(form: &Form, field: &Field, around: &Around<'_>) -> (Role, String) {
    match form.verdict(field, around.snapshot) {
        Verdict::Bad(why) if field.value().is_empty() => (Role::Muted, why),
        Verdict::Bad(why) => (Role::Bad, format!("!! {why}")),
        Verdict::Good(note) if note.is_empty() => (Role::Muted, format!("ok  {}", field.hint)),
        Verdict::Good(note) => (Role::Ok, format!("ok  {note}")),
    }
}

/// The form in a few words.
pub(super) fn words(form: &Form) -> String {
    let field = form.fields.get(form.focus);
    field.map_or(String::new(), |field| {
        format!("{} - {}: {}", form.title, field.label, field.value())
    })
}

fn keys<'a>(form: &Form, look: Look, keymap: &Keymap) -> Row<'a> {
    let last = form.focus + 1 == form.fields.len();
    let on = match (&form.purpose, last) {
        (_, false) => "next field",
        (Purpose::Weight(_), true) => "stage",
        (Purpose::WhatIf(..), true) => "apply these",
        (_, true) => "see what would happen",
    };
    let key = |key: Label| Span::styled(format!("   [{key}] "), look.style(Role::Accent));
    let mut spans = vec![key(keymap.label("dialog.on")), Span::raw(on)];
    if matches!(form.fields.get(form.focus).map(|it| &it.entry), Some(Entry::Choice(..))) {
        let (left, right) = (keymap.label("dialog.left"), keymap.label("dialog.right"));
        let either = format!("   [{left}/{right}] ");
        spans.push(Span::styled(either, look.style(Role::Accent)));
        spans.push(Span::raw("choose"));
    }
    if let (Purpose::WhatIf(..), false) = (&form.purpose, last) {
        spans.extend([key(keymap.label("dialog.apply")), Span::raw("apply")]);
    }
    spans.extend([key(keymap.label("dialog.no")), Span::raw("cancel")]);
    Row::new(0, spans)
}
