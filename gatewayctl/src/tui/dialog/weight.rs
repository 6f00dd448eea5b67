//! The prompt for a weight: `80`, `+10`, `-10` or `80%` of what it has.

use super::{
    Around, Step,
    form::{Field, Form, Purpose, Verdict},
};
use crate::{
    model::{Backend, Snapshot},
    tui::screens::staged::HEAVIEST,
};

/// Asks for a weight of these backends.
pub(crate) fn weight(names: Vec<String>, snapshot: &Snapshot) -> Form {
    let of = match &names[..] {
        [one] => one.clone(),
        many => format!("{} backends", many.len()),
    };
    let hint = match snapshot.backends.iter().find(|backend| names.first() == Some(&backend.name)) {
        Some(backend) if names.len() == 1 => {
            let file = backend.configured_weight.map_or("not in it".into(), |it| it.to_string());
            format!("now {}, file {file}", backend.weight)
        }
        _ => "80, +10, -10 or 80%".to_owned(),
    };
    let fields = vec![Field::text("weight", "", hint)];
    Form::new(Purpose::Weight(names), format!("Weight of {of}"), fields)
}

/// What is thought of the field.
pub(super) fn verdict(field: &Field, names: &[String], snapshot: &Snapshot) -> Verdict {
    let Some(wanted) = Wanted::read(field.value()) else {
        return Verdict::Bad(format!("0..{HEAVIEST}, +10, -10 or 80%"));
    };
    let after: Vec<String> = staged(&wanted, names, snapshot)
        .into_iter()
        .take(3)
        .map(|(name, weight)| format!("{name} {weight}"))
        .collect();
    Verdict::Good(after.join(", "))
}

/// The weights to stage.
pub(super) fn submit(form: &Form, names: &[String], around: &Around<'_>) -> Step {
    match Wanted::read(form.value("weight")) {
        Some(wanted) => Step::Stage(staged(&wanted, names, around.snapshot)),
        None => Step::Stay,
    }
}

enum Wanted {
    Absolute(u32),
    Delta(i32),
    Percent(u32),
}

impl Wanted {
    fn read(text: &str) -> Option<Self> {
        if let Some(percent) = text.strip_suffix('%') {
            return percent.parse().ok().filter(|it| *it <= 10_000).map(Self::Percent);
        }
        if text.starts_with(['+', '-']) {
            return text.parse().ok().map(Self::Delta);
        }
        text.parse().ok().filter(|it| *it <= HEAVIEST).map(Self::Absolute)
    }

    fn of(&self, backend: &Backend) -> u32 {
        match *self {
            Self::Absolute(weight) => weight,
            Self::Delta(delta) => backend.weight.saturating_add_signed(delta),
            Self::Percent(percent) => backend.weight.saturating_mul(percent) / 100,
        }
        .min(HEAVIEST)
    }
}

fn staged(wanted: &Wanted, names: &[String], snapshot: &Snapshot) -> Vec<(String, u32)> {
    let concerned = snapshot.backends.iter().filter(|backend| names.contains(&backend.name));
    concerned.map(|backend| (backend.name.clone(), wanted.of(backend))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_told_absolutely_or_from_what_it_has() {
        let backend = Backend { weight: 100, ..Backend::default() };
        for (text, weight) in [
            ("80", Some(80)),
            ("+10", Some(110)),
            ("-10", Some(90)),
            ("-500", Some(0)),
            ("80%", Some(80)),
            ("10000%", Some(HEAVIEST)),
            ("1001", None),
            ("heavy", None),
            ("", None),
        ] {
            assert_eq!(Wanted::read(text).map(|wanted| wanted.of(&backend)), weight, "{text}");
        }
    }
}
