//! The columns of events.

use crate::{
    model::{Event, Severity, Value},
    output::{Column, Rank, Tone, Unit},
};

type Field = Column<Event>;

/// The columns of events.
pub const EVENT: &[Column<Event>] = &[
    Field::new("id", "ID", Unit::Count, |it, _| it.id.into()).rank(Rank::Detail),
    Field::new("time", "TIME", Unit::Moment, |it, _| Value::Time(it.time_ms)).rank(Rank::Key),
    Field::new("severity", "SEVERITY", Unit::Word, |it, _| Value::text(it.severity.word()))
        .tone(severity_tone),
    Field::new("kind", "KIND", Unit::Name, |it, _| Value::text(&it.kind)),
    Field::new("who", "WHO", Unit::Name, |it, _| Value::told(&it.who)),
    Field::new("target", "TARGET", Unit::Name, |it, _| Value::told(&it.target)).rank(Rank::Key),
    Field::new("what", "WHAT", Unit::Text, |it, _| Value::text(&it.what)).rank(Rank::Key),
    Field::new("op", "OP", Unit::Name, |it, _| Value::told(&it.op)).rank(Rank::Extra),
];

fn severity_tone(severity: &Value) -> Tone {
    match severity {
        Value::Text(word) if word == Severity::Error.word() => Tone::Bad,
        Value::Text(word) if word == Severity::Warn.word() => Tone::Warn,
        _ => Tone::Plain,
    }
}
