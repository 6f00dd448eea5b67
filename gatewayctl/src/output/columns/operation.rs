//! The columns of operations.

use crate::{
    model::{Operation, Share, Value},
    output::{Column, Rank, Unit},
};

type Field = Column<Operation>;

/// The columns of operations.
pub const OPERATION: &[Column<Operation>] = &[
    Field::new("id", "OP", Unit::Name, |it, _| Value::told(&it.id)).rank(Rank::Key),
    Field::new("time", "TIME", Unit::Moment, |it, _| Value::Time(it.time_ms)),
    Field::new("actor", "ACTOR", Unit::Name, |it, _| Value::told(&it.actor)),
    Field::new("via", "VIA", Unit::Name, |it, _| Value::told(&it.via)).rank(Rank::Extra),
    Field::new("what", "WHAT", Unit::Name, |it, _| Value::text(&it.what)).rank(Rank::Key),
    Field::new("target", "TARGET", Unit::Name, |it, _| Value::text(&it.target)).rank(Rank::Key),
    Field::new("before", "BEFORE", Unit::Text, |it, _| Value::told(&it.before)),
    Field::new("after", "AFTER", Unit::Text, |it, _| Value::told(&it.after)),
    Field::new("reason", "REASON", Unit::Text, |it, _| Value::told(&it.reason)),
    Field::new("revision", "REVISION", Unit::Count, |it, _| it.revision.into()),
    Field::new("undo", "UNDO", Unit::Word, |_, _| Value::text("none")).rank(Rank::Detail),
    Field::new("expires", "EXPIRES", Unit::Moment, |_, _| Value::Unknown).rank(Rank::Detail),
    Field::new("unchanged", "UNCHANGED", Unit::Flag, |it, _| it.unchanged.into())
        .rank(Rank::Detail),
    Field::new("warnings", "WARNINGS", Unit::List, |it, _| {
        Value::List(it.warnings.iter().map(|warning| Value::text(warning)).collect())
    })
    .rank(Rank::Detail),
    Field::new("shares", "SHARES", Unit::List, |it, _| {
        Value::List(it.shares.iter().map(share).collect())
    })
    .rank(Rank::Detail),
];

fn share(it: &Share) -> Value {
    Value::Parts(vec![
        ("backend", Value::text(&it.backend)),
        ("pool", Value::text(&it.pool)),
        ("before_ratio", it.before.into()),
        ("after_ratio", it.after.into()),
        ("rps_now", it.rps_now.into()),
        ("rps_after", it.rps_after.into()),
    ])
}
