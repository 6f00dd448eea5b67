//! The columns of what was made of an app server of a demo.

use crate::{
    model::{Practised, Value},
    output::{Column, Unit},
};

type Field = Column<Practised>;

/// The columns of what was made of an app server.
pub const PRACTISED: &[Column<Practised>] = &[
    Field::new("name", "NAME", Unit::Text, |it, _| Value::told(&it.name)),
    Field::new("what", "WHAT", Unit::Text, |it, _| Value::told(&it.what)),
];
