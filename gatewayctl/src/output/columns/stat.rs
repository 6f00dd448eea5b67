//! The columns of figures over a while.

use crate::{
    model::{Stat, Value},
    output::{Column, Rank, Unit},
};

type Field = Column<Stat>;

/// The columns of figures over a while.
pub const STAT: &[Column<Stat>] = &[
    Field::new("target", "TARGET", Unit::Name, |it, _| Value::text(&it.target)).rank(Rank::Key),
    Field::new("figure", "FIGURE", Unit::Name, |it, _| Value::text(&it.figure)).rank(Rank::Key),
    Field::new("last", "LAST", Unit::Rate, |it, _| it.last.into()),
    Field::new("mean", "MEAN", Unit::Rate, |it, _| it.mean.into()),
    Field::new("max", "MAX", Unit::Rate, |it, _| it.max.into()).rank(Rank::Key),
    Field::new("max_time", "MAX AT", Unit::Moment, |it, _| Value::time(it.max_ms)),
    Field::new("known_ratio", "KNOWN", Unit::Ratio, |it, _| it.known_ratio.into())
        .rank(Rank::Extra),
];
