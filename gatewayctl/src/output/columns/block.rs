//! The columns of blocks.

use crate::{
    model::{Block, Value},
    output::{Column, Rank, Unit},
};

type Field = Column<Block>;

/// The columns of blocks.
pub const BLOCK: &[Column<Block>] = &[
    Field::new("network", "NETWORK", Unit::Name, |it, _| Value::text(&it.network)).rank(Rank::Key),
    Field::new("owner", "BY", Unit::Name, |it, _| Value::told(&it.owner)),
    Field::new("since", "SINCE", Unit::Moment, |it, _| Value::Time(it.since_ms)).rank(Rank::Extra),
    Field::new("expires", "EXPIRES", Unit::Moment, |it, _| Value::time(it.expires_ms))
        .rank(Rank::Key),
    Field::new("then", "THEN", Unit::Text, |it, _| Value::told(&it.then)).rank(Rank::Detail),
    Field::new("hits_total", "HITS", Unit::Count, |it, _| it.hits_total.into()),
    Field::new("reason", "REASON", Unit::Text, |it, _| Value::told(&it.reason)),
];
