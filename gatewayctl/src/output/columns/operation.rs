//! The columns of operations.

use crate::{
    model::{Conflict, Headroom, Operation, Share, Value},
    output::{Column, Rank, Tone, Unit},
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
    Field::new("undo", "UNDO", Unit::Word, |it, _| Value::text(undo(it))).tone(tone),
    Field::new("expires", "EXPIRES", Unit::Moment, |it, _| Value::time(it.expires_ms))
        .rank(Rank::Extra),
    Field::new("confirm_by", "CONFIRM BY", Unit::Moment, |it, _| Value::time(it.confirm_by_ms))
        .rank(Rank::Detail),
    Field::new("undo_until", "UNDO UNTIL", Unit::Moment, |it, _| Value::time(it.undo_until_ms))
        .rank(Rank::Detail),
    Field::new("undone_by", "UNDONE BY", Unit::Name, |it, _| Value::told(&it.undone_by))
        .rank(Rank::Detail),
    Field::new("undone_why", "UNDONE WHY", Unit::Text, |it, _| Value::told(&it.undone_why))
        .rank(Rank::Detail),
    Field::new("undoes", "UNDOES", Unit::Name, |it, _| Value::told(&it.undoes)).rank(Rank::Detail),
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
    Field::new("headrooms", "HEADROOMS", Unit::List, |it, _| {
        Value::List(it.headrooms.iter().map(headroom).collect())
    })
    .rank(Rank::Detail),
    Field::new("conflicts", "CONFLICTS", Unit::List, |it, _| {
        Value::List(it.conflicts.iter().map(conflict).collect())
    })
    .rank(Rank::Detail),
];

/// The columns of revisions: operations, as what the gateway became by each.
pub const REVISION: &[Column<Operation>] = &[
    Field::new("revision", "REVISION", Unit::Count, |it, _| it.revision.into()).rank(Rank::Key),
    Field::new("time", "TIME", Unit::Moment, |it, _| Value::Time(it.time_ms)),
    Field::new("actor", "ACTOR", Unit::Name, |it, _| Value::told(&it.actor)).rank(Rank::Key),
    Field::new("via", "VIA", Unit::Name, |it, _| Value::told(&it.via)).rank(Rank::Extra),
    Field::new("what", "WHAT", Unit::Name, |it, _| Value::text(&it.what)).rank(Rank::Key),
    Field::new("target", "TARGET", Unit::Name, |it, _| Value::text(&it.target)).rank(Rank::Key),
    Field::new("before", "BEFORE", Unit::Text, |it, _| Value::told(&it.before)),
    Field::new("after", "AFTER", Unit::Text, |it, _| Value::told(&it.after)),
    Field::new("reason", "REASON", Unit::Text, |it, _| Value::told(&it.reason)),
    Field::new("op", "OP", Unit::Name, |it, _| Value::told(&it.id)),
    Field::new("undone_by", "UNDONE BY", Unit::Name, |it, _| Value::told(&it.undone_by))
        .rank(Rank::Extra),
    Field::new("undoes", "UNDOES", Unit::Name, |it, _| Value::told(&it.undoes)).rank(Rank::Extra),
];

/// A change that was not made leaves nothing to undo.
fn undo(it: &Operation) -> &str {
    if it.undo.is_empty() { "none" } else { &it.undo }
}

fn tone(undo: &Value) -> Tone {
    match undo {
        Value::Text(word) if word == "available" => Tone::Plain,
        _ => Tone::Muted,
    }
}

fn headroom(it: &Headroom) -> Value {
    Value::Parts(vec![
        ("pool", Value::text(&it.pool)),
        ("ready_now", it.ready_now.into()),
        ("ready_after", it.ready_after.into()),
        ("free_now_ratio", it.free_now.into()),
        ("free_after_ratio", it.free_after.into()),
    ])
}

fn conflict(it: &Conflict) -> Value {
    Value::Parts(vec![
        ("target", Value::text(&it.target)),
        ("now", Value::text(&it.now)),
        ("by", Value::told(&it.by)),
        ("op", Value::told(&it.op)),
    ])
}

fn share(it: &Share) -> Value {
    Value::Parts(vec![
        ("backend", Value::text(&it.backend)),
        ("pool", Value::text(&it.pool)),
        ("before_ratio", it.before.into()),
        ("after_ratio", it.after.into()),
        ("rps_now", it.rps_now.into()),
        ("rps_after", it.rps_after.into()),
        ("cpu_now_ratio", it.cpu_now.into()),
        ("cpu_after_ratio", it.cpu_after.into()),
    ])
}
