//! The form of what can be changed of a backend: its weight.

use super::{
    Around, Confirm, Level, Step,
    form::{Field, Form, Purpose, Verdict},
};
use crate::{
    model::{Backend, Edit, WeightEdit},
    tui::{key::Key, screens::staged::HEAVIEST},
};

/// Asks what is to change of `backend`.
pub(crate) fn edit(backend: &Backend) -> Form {
    let Backend { name, address, pool, weight, .. } = backend;
    let file = backend.configured_weight.map_or("not in it".into(), |it| it.to_string());
    let fields = vec![
        Field::suggestion("weight", &weight.to_string(), format!("now {weight}, file {file}")),
        Field::text("reason", "", "for those after you"),
    ];
    let title = format!("Edit {name}  {address}  pool {pool}");
    Form::new(Purpose::Edit(name.clone()), title, fields)
}

/// What is known of the rest of a backend.
pub(super) const ELSEWHERE: &str = "another address or pool is another backend: add that, remove \
                                    this one; health and TLS are the pool's, in the file";

/// What is thought of a field.
pub(super) fn verdict(field: &Field) -> Verdict {
    match (field.label, field.value().parse::<u32>()) {
        ("weight", Ok(weight)) if weight <= HEAVIEST => Verdict::Good(String::new()),
        ("weight", _) => Verdict::Bad(format!("0..{HEAVIEST}")),
        _ => Verdict::Good(String::new()),
    }
}

/// The question the form leads to.
pub(super) fn submit(form: &Form, name: &str, key: Key, around: &Around<'_>) -> Step {
    let Ok(weight) = form.value("weight").parse::<u32>() else { return Step::Stay };
    let backend = around.snapshot.backends.iter().find(|it| it.name == name);
    match backend {
        None => return Step::Refuse(format!("{name} is gone")),
        Some(it) if it.weight == weight => {
            return Step::Refuse(format!("{name} has weight {weight}: nothing to change"));
        }
        Some(_) => {}
    }
    let edit = Edit::SetWeights { edits: vec![(name.to_owned(), WeightEdit::Absolute(weight))] };
    let confirm = Confirm::new(edit, Level::Key, around.snapshot, around.now, key);
    let confirm = confirm.because(form.value("reason")).back_to(form.clone());
    Step::Become(Box::new(confirm.into()))
}
