//! The columns of keys: which do what where in the dashboard.

use crate::{
    model::Value,
    output::{Column, Rank, Tone, Unit},
};

/// An action of the dashboard and its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The action's name.
    pub action: &'static str,
    /// Its keys.
    pub keys: Vec<String>,
    /// What they are when the operator's file says nothing.
    pub default_keys: Vec<String>,
    /// Where they hold.
    pub place: &'static str,
    /// What they do.
    pub does: &'static str,
}

type Field = Column<KeyRow>;

/// The columns of keys.
pub const KEY: &[Column<KeyRow>] = &[
    Field::new("action", "ACTION", Unit::Name, |it, _| Value::text(it.action)).rank(Rank::Key),
    Field::new("keys", "KEYS", Unit::List, |it, _| list(&it.keys)).rank(Rank::Key),
    Field::new("is_own", "OWN", Unit::Flag, |it, _| (it.keys != it.default_keys).into())
        .tone(|value| if *value == Value::Flag(true) { Tone::Good } else { Tone::Plain }),
    Field::new("where", "WHERE", Unit::Name, |it, _| Value::text(it.place)),
    Field::new("does", "DOES", Unit::Text, |it, _| Value::text(it.does)),
    Field::new("default_keys", "DEFAULT", Unit::List, |it, _| list(&it.default_keys))
        .rank(Rank::Extra),
];

fn list(keys: &[String]) -> Value {
    Value::List(keys.iter().map(|key| Value::text(key)).collect())
}
