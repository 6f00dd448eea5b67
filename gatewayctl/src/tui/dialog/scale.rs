//! The forms of a scaler: hold its size, want a size by hand, change its rules.

use std::time::Duration;

use super::{
    Around, Confirm, Level, Step,
    form::{Field, Form, Purpose, Verdict},
    limit::length,
};
use crate::{
    duration,
    model::{Edit, Scaler, ScalerEdit, WhatIfRules},
    tui::key::Key,
};

/// How long an order holds unless its operator says otherwise.
const USUAL: &str = "30m";
/// The word for no end.
const ALWAYS: &str = "always";
/// What becomes of decisions.
const MODES: [&str; 3] = ["act", "advise", "off"];

/// Asks how long the size is to be held.
pub(crate) fn hold(scaler: &Scaler) -> Form {
    let title = format!("Hold pool {} at {} servers", scaler.pool, scaler.desired);
    let fields = vec![until(), reason()];
    Form::new(Purpose::Hold(Box::new(scaler.clone())), title, fields)
}

/// Asks for a size.
pub(crate) fn desired(scaler: &Scaler) -> Form {
    let Scaler { pool, min, max, desired, .. } = scaler;
    let hint = format!("{min} to {max}, wanted now {desired}");
    let fields = vec![Field::suggestion("servers", &desired.to_string(), hint), until(), reason()];
    let title = format!("Servers of pool {pool} by hand");
    Form::new(Purpose::Desired(Box::new(scaler.clone())), title, fields)
}

/// Asks for other rules.
pub(crate) fn rules(scaler: &Scaler) -> Form {
    let at = MODES.iter().position(|mode| *mode == scaler.mode).unwrap_or(0);
    let mut mode = Field::choice("mode", MODES.map(str::to_owned).to_vec(), at);
    mode.hint = format!("was {}", scaler.mode);
    let mut fields = numbers(scaler);
    fields.extend([mode, reason()]);
    let title = format!("Scaling of pool {}", scaler.pool);
    Form::new(Purpose::Rules(Box::new(scaler.clone())), title, fields)
}

/// The rules that are numbers.
pub(super) fn numbers(scaler: &Scaler) -> Vec<Field> {
    let number = |label, value: Option<u32>, unit: &str| {
        let was = value.map_or_else(|| "none".to_owned(), |it| it.to_string());
        let text = value.map_or_else(String::new, |it| it.to_string());
        Field::suggestion(label, &text, format!("{unit}, was {was}"))
    };
    vec![
        number("min", Some(scaler.min), "servers"),
        number("max", Some(scaler.max), "servers"),
        number("cpu", scaler.target_cpu, "percent of a server"),
        number("rps", scaler.target_rps, "requests/s of a server"),
    ]
}

fn until() -> Field {
    Field::suggestion("for", USUAL, format!("2h, 1d, or {ALWAYS}; then the rules decide again"))
}

fn reason() -> Field {
    Field::text("reason", "", "for those after you")
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field, scaler: &Scaler) -> Verdict {
    let text = field.value();
    match field.label {
        "for" if text == ALWAYS => Verdict::Good("until somebody resumes it".to_owned()),
        "for" => length(text),
        "servers" => match text.parse::<u32>() {
            Ok(count) if (scaler.min..=scaler.max).contains(&count) => Verdict::Good(String::new()),
            _ => Verdict::Bad(format!("{} to {}", scaler.min, scaler.max)),
        },
        "cpu" | "rps" if text.is_empty() => match target(field.label, scaler) {
            None => Verdict::Good("no such target".to_owned()),
            Some(was) => Verdict::Bad(format!("a target stays one: was {was}")),
        },
        "min" => number(text, 0..=u32::MAX),
        "cpu" => number(text, 1..=100),
        "max" | "rps" => number(text, 1..=u32::MAX),
        _ => Verdict::Good(String::new()),
    }
}

fn target(label: &str, scaler: &Scaler) -> Option<u32> {
    if label == "cpu" { scaler.target_cpu } else { scaler.target_rps }
}

fn number(text: &str, within: std::ops::RangeInclusive<u32>) -> Verdict {
    match text.parse::<u32>() {
        Ok(number) if within.contains(&number) => Verdict::Good(String::new()),
        _ if *within.end() == u32::MAX => Verdict::Bad(format!("{} or more", within.start())),
        _ => Verdict::Bad(format!("{} to {}", within.start(), within.end())),
    }
}

/// The question that leads to the hold.
pub(super) fn submit_hold(form: &Form, scaler: &Scaler, key: Key, around: &Around<'_>) -> Step {
    let ttl = ttl(form);
    let note = format!("no server is started or ended{}", ending(ttl));
    ask(form, scaler, ScalerEdit::Pause { ttl }, vec![note], (key, around))
}

/// The question that leads to the size.
pub(super) fn submit_desired(form: &Form, scaler: &Scaler, key: Key, around: &Around<'_>) -> Step {
    let Ok(servers) = form.value("servers").parse::<u32>() else { return Step::Stay };
    let ttl = ttl(form);
    let note = format!("{servers} servers, wanted now {}{}", scaler.desired, ending(ttl));
    ask(form, scaler, ScalerEdit::Desired { servers, ttl }, vec![note], (key, around))
}

/// The question that leads to the rules.
pub(super) fn submit_rules(form: &Form, scaler: &Scaler, key: Key, around: &Around<'_>) -> Step {
    let (numbers, mut notes) = changes(form, scaler);
    let mode = Some(form.value("mode").to_owned()).filter(|mode| *mode != scaler.mode);
    notes.extend(mode.iter().map(|mode| format!("mode {mode}, was {}", scaler.mode)));
    if notes.is_empty() {
        return Step::Refuse(format!("{} is scaled so already: nothing to change", scaler.pool));
    }
    ask(form, scaler, edit(numbers, mode), notes, (key, around))
}

/// The numbers that differ from those of `scaler`, and each in words.
pub(super) fn changes(form: &Form, scaler: &Scaler) -> (WhatIfRules, Vec<String>) {
    let mut notes = Vec::new();
    let mut changed = |label: &str, was: Option<u32>| {
        let number = form.value(label).parse::<u32>().ok().filter(|number| Some(*number) != was)?;
        let was = was.map_or_else(|| "none".to_owned(), |it| it.to_string());
        notes.push(format!("{label} {number}, was {was}"));
        Some(number)
    };
    let (min, max) = (changed("min", Some(scaler.min)), changed("max", Some(scaler.max)));
    let target_cpu = changed("cpu", scaler.target_cpu);
    let target_rps = changed("rps", scaler.target_rps);
    (WhatIfRules { min, max, target_cpu, target_rps, ..WhatIfRules::default() }, notes)
}

/// The edit that makes these numbers, and this mode, the rules.
pub(super) fn edit(numbers: WhatIfRules, mode: Option<String>) -> ScalerEdit {
    let WhatIfRules { min, max, target_cpu, target_rps, .. } = numbers;
    ScalerEdit::Rules { min, max, target_cpu, target_rps, mode }
}

/// The question whether `edit` is wanted.
pub(super) fn ask(
    form: &Form,
    scaler: &Scaler,
    edit: ScalerEdit,
    notes: Vec<String>,
    (key, around): (Key, &Around<'_>),
) -> Step {
    let edit = Edit::Scale { pool: scaler.pool.clone(), edit };
    let mut confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key);
    for note in notes {
        confirm = confirm.note(note);
    }
    let confirm = confirm.because(form.value("reason")).back_to(form.clone());
    Step::Become(Box::new(confirm.into()))
}

fn ttl(form: &Form) -> Option<Duration> {
    duration::parse(form.value("for")).ok()
}

fn ending(ttl: Option<Duration>) -> String {
    match ttl {
        Some(ttl) => format!(" for {}, then the rules decide again", duration::short(ttl)),
        None => " until somebody resumes it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_within_the_rules_and_a_target_is_not_taken_away() {
        let scaler = Scaler { min: 2, max: 9, target_cpu: Some(70), ..Scaler::default() };
        for (label, text, good) in [
            ("servers", "2", true),
            ("servers", "10", false),
            ("servers", "", false),
            ("cpu", "", false),
            ("cpu", "101", false),
            ("rps", "", true),
            ("rps", "0", false),
            ("min", "0", true),
            ("for", "always", true),
            ("for", "soon", false),
        ] {
            let field = Field::text(label, text, "");
            let seen = matches!(verdict(&field, &scaler), Verdict::Good(_));
            assert_eq!(seen, good, "{label} {text:?}");
        }
    }
}
