//! The columns of fields, and of what is found out about files.

use crate::{
    model::{ConfigText, Field, Validation, Value},
    output::{Column, Rank, Tone, Unit},
};

type OfField = Column<Field>;
type OfText = Column<ConfigText>;
type OfValidation = Column<Validation>;

/// The columns of fields.
pub const FIELD: &[Column<Field>] = &[
    OfField::new("target", "TARGET", Unit::Name, |it, _| Value::text(&it.target)).rank(Rank::Key),
    OfField::new("field", "FIELD", Unit::Name, |it, _| Value::text(&it.field)).rank(Rank::Key),
    OfField::new("runtime", "RUNTIME", Unit::Text, |it, _| told(it.value.as_deref()))
        .rank(Rank::Key),
    OfField::new("file", "FILE", Unit::Text, |it, _| told(it.file.as_deref())).rank(Rank::Key),
    OfField::new("differs", "DIFFERS", Unit::Flag, |it, _| it.differs.into()).rank(Rank::Detail),
    OfField::new("provenance", "SAID BY", Unit::Word, |it, _| Value::text(&it.provenance)).tone(
        |it| match it {
            Value::Text(text) if text == "operator" => Tone::Warn,
            _ => Tone::Plain,
        },
    ),
    OfField::new("owner", "WHO", Unit::Name, |it, _| Value::told(&it.owner)),
    OfField::new("since", "SINCE", Unit::Since, |it, _| Value::time(it.since_ms)),
    OfField::new("op", "OP", Unit::Name, |it, _| Value::told(&it.op)),
    OfField::new("file_line", "LINE", Unit::Count, |it, _| it.line.map(u64::from).into()),
    OfField::new("reason", "REASON", Unit::Text, |it, _| Value::told(&it.reason)).rank(Rank::Extra),
    OfField::new("persists", "PERSISTS", Unit::Flag, |it, _| it.persists.into()).rank(Rank::Extra),
];

/// The columns of the gateway's file.
pub const CONFIG_TEXT: &[Column<ConfigText>] = &[
    OfText::new("path", "PATH", Unit::Name, |it, _| Value::text(&it.path)).rank(Rank::Key),
    OfText::new("is_written", "WRITTEN", Unit::Flag, |it, _| (it.written == it.text).into()),
    OfText::new("text", "TEXT", Unit::Text, |it, _| Value::text(&it.text)),
];

/// The columns of what a text was found to be.
pub const VALIDATION: &[Column<Validation>] = &[
    OfValidation::new("file", "FILE", Unit::Name, |it, _| Value::text(&it.file)).rank(Rank::Key),
    OfValidation::new("ok", "OK", Unit::Flag, |it, _| it.mistakes.is_empty().into()),
    OfValidation::new("summary", "DESCRIBES", Unit::Text, |it, _| Value::told(&it.summary)),
    OfValidation::new("mistakes", "MISTAKES", Unit::Text, |it, _| Value::told(&it.mistakes)),
];

fn told(text: Option<&str>) -> Value {
    text.map_or(Value::Unknown, Value::text)
}
