//! The form that edits a limit: its allowance and its mode.

use super::{
    Around, Confirm, Level, Step,
    form::{Field, Form, Purpose, Verdict},
};
use crate::{
    model::{Edit, Limit, LimitMode},
    tui::key::Key,
};

/// Asks for another allowance or mode of `limit`.
pub(crate) fn limit(limit: &Limit) -> Form {
    let file = match limit.configured_max.as_str() {
        "" => "not in the file".to_owned(),
        max => format!("file {max}"),
    };
    let modes = LimitMode::ALL.map(|mode| mode.to_string()).to_vec();
    let at = LimitMode::ALL.iter().position(|mode| *mode == limit.mode).unwrap_or(0);
    let mut mode = Field::choice("mode", modes, at);
    mode.hint = format!("was {}", limit.mode);
    let fields = vec![Field::text("max", &limit.max, format!("was {}, {file}", limit.max)), mode];
    Form::new(Purpose::Limit(limit.name.clone()), format!("Edit limit {}", limit.name), fields)
}

/// What is thought of a field.
pub(super) fn verdict(field: &Field) -> Verdict {
    if field.label == "max" && !is_allowance(field.value()) {
        return Verdict::Bad("requests/period: 100/minute, 20/second, 100/10s".to_owned());
    }
    Verdict::Good(String::new())
}

/// The question the form leads to.
pub(super) fn submit(form: &Form, name: &str, key: Key, around: &Around<'_>) -> Step {
    let Some(limit) = around.snapshot.limits.iter().find(|limit| limit.name == name) else {
        return Step::Refuse(format!("limit {name} is gone"));
    };
    let max = form.value("max");
    let mode = LimitMode::ALL.into_iter().find(|mode| mode.word() == form.value("mode"));
    let edit = Edit::SetLimit {
        name: name.to_owned(),
        max: (max != limit.max).then(|| max.to_owned()),
        mode: mode.filter(|mode| *mode != limit.mode),
    };
    if matches!(edit, Edit::SetLimit { max: None, mode: None, .. }) {
        return Step::Refuse(format!("{name} already is so: nothing to change"));
    }
    let file = match limit.configured_max.as_str() {
        "" => String::new(),
        max => format!(" (file {max})"),
    };
    let mut confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key);
    if max != limit.max {
        confirm = confirm.note(format!("max {max}, was {}{file}", limit.max));
    }
    if let Some(mode) = mode.filter(|mode| *mode != limit.mode) {
        confirm = confirm.note(format!("mode {mode}, was {}", limit.mode));
    }
    Step::Become(Box::new(confirm.back_to(form.clone()).into()))
}

/// Whether the gateway would read it: a count, a slash, a unit or a length in seconds, minutes or
/// hours. The gateway has the last word.
fn is_allowance(text: &str) -> bool {
    let Some((count, period)) = text.split_once('/') else { return false };
    let counts = count.parse::<u32>().is_ok_and(|count| count > 0);
    let length = period.trim_end_matches(['s', 'm', 'h']);
    let measured = period.len() == length.len() + 1 && length.parse::<u32>().is_ok_and(|it| it > 0);
    counts && (matches!(period, "second" | "minute" | "hour" | "s" | "m" | "h") || measured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_is_requests_in_a_period() {
        for text in ["100/minute", "20/second", "500/hour", "100/10s", "1/s"] {
            assert!(is_allowance(text), "{text}");
        }
        for text in ["", "100", "0/minute", "100/", "100/fortnight", "-1/minute", "100/0s", "1/10"]
        {
            assert!(!is_allowance(text), "{text}");
        }
    }
}
