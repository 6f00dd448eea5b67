//! The columns of checks.

use crate::{
    model::{Check, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Check>;

/// The columns of checks.
pub const CHECK: &[Column<Check>] = &[
    Field::new("target", "TARGET", Unit::Name, |it, _| Value::text(&it.target)).rank(Rank::Key),
    Field::new("check", "CHECK", Unit::Name, |it, _| Value::text(it.what)).rank(Rank::Key),
    Field::new("ok", "OK", Unit::Flag, |it, _| it.ok.into())
        .rank(Rank::Key)
        .tone(|value| if *value == Value::Flag(true) { Tone::Good } else { Tone::Bad }),
    Field::new("value", "VALUE", Unit::Rate, |it, _| it.value.into()).rank(Rank::Detail),
    Field::new("limit", "LIMIT", Unit::Rate, |it, _| it.limit.into()).rank(Rank::Detail),
    Field::new("sentence", "FOUND", Unit::Text, |it, _| Value::text(&it.sentence)),
];
