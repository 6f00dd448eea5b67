//! A release: one program and its version.

use crate::{
    model::Value,
    output::{Column, Rank, Unit},
};

/// One program and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The program.
    pub name: String,
    /// Its version; absent when it could not be asked.
    pub version: Option<String>,
    /// Where it was asked; absent for this program.
    pub address: Option<String>,
}

type Field = Column<Release>;

/// The columns of releases.
pub const RELEASE: &[Column<Release>] = &[
    Field::new("name", "NAME", Unit::Name, |it, _| Value::text(&it.name)).rank(Rank::Key),
    Field::new("version", "VERSION", Unit::Name, |it, _| optional(it.version.as_deref()))
        .rank(Rank::Key),
    Field::new("address", "ADDRESS", Unit::Text, |it, _| optional(it.address.as_deref())),
];

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Unknown, Value::text)
}
