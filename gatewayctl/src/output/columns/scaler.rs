//! The columns of scalers.

use crate::{
    model::{Condition, Scaler, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Scaler>;

/// The columns of scalers.
pub const SCALER: &[Column<Scaler>] = &[
    Field::new("pool", "POOL", Unit::Name, |it, _| Value::text(&it.pool)).rank(Rank::Key),
    Field::new("mode", "MODE", Unit::Word, |it, _| Value::text(&it.mode)).rank(Rank::Key),
    Field::new("driver", "DRIVER", Unit::Name, |it, _| Value::text(&it.driver)).rank(Rank::Extra),
    Field::new("min", "MIN", Unit::Count, |it, _| it.min.into()),
    Field::new("max", "MAX", Unit::Count, |it, _| it.max.into()),
    Field::new("desired", "DESIRED", Unit::Count, |it, _| it.desired.into()).rank(Rank::Key),
    Field::new("ready", "READY", Unit::Count, |it, _| it.ready.into())
        .rank(Rank::Key)
        .tone(|ready| if ready.number() == Some(0.0) { Tone::Bad } else { Tone::Plain }),
    Field::new("starting", "STARTING", Unit::Count, |it, _| it.starting.into()),
    Field::new("draining", "DRAINING", Unit::Count, |it, _| it.draining.into()),
    Field::new("target_cpu", "CPU%", Unit::Count, |it, _| it.target_cpu.into()).rank(Rank::Extra),
    Field::new("target_rps", "TARGET-RPS", Unit::Count, |it, _| it.target_rps.into())
        .rank(Rank::Detail),
    Field::new("order_owner", "HELD BY", Unit::Name, |it, _| Value::told(&it.order_owner))
        .rank(Rank::Extra),
    Field::new("order_reason", "REASON", Unit::Text, |it, _| Value::told(&it.order_reason))
        .rank(Rank::Detail),
    Field::new("order_desired", "ORDERED", Unit::Count, |it, _| it.order_desired.into())
        .rank(Rank::Detail),
    Field::new("order_expires", "UNTIL", Unit::Moment, |it, _| Value::time(it.order_expires_ms))
        .rank(Rank::Detail),
    Field::new("conditions", "CONDITIONS", Unit::List, |it, _| conditions(&it.conditions))
        .rank(Rank::Detail),
    Field::new("next", "NEXT", Unit::Text, |it, _| Value::text(&it.next)).rank(Rank::Key),
];

/// Conditions as a list of their parts.
pub(super) fn conditions(conditions: &[Condition]) -> Value {
    let parts = |it: &Condition| {
        Value::Parts(vec![
            ("type", Value::text(&it.kind)),
            ("status", Value::Flag(it.status)),
            ("reason", Value::text(&it.reason)),
            ("message", Value::text(&it.message)),
        ])
    };
    Value::List(conditions.iter().map(parts).collect())
}
