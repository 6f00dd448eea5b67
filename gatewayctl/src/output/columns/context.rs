//! The columns of contexts, and of what answered where they lead.

use crate::{
    config::Context,
    model::{Protect, Value},
    output::{Column, Rank, Tone, Unit},
};

/// A context and its part in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextRow {
    /// The context.
    pub context: Context,
    /// Whether commands go there.
    pub in_use: bool,
    /// Who says so.
    pub chosen_by: Option<&'static str>,
}

/// What answered where a context leads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ContextTest {
    /// The context.
    pub name: String,
    /// Where it leads.
    pub address: String,
    /// How long connecting and one question took, in milliseconds.
    pub took_ms: Option<f64>,
    /// The version of the gateway.
    pub version: Option<String>,
    /// Who the gateway takes the caller for.
    pub caller: Option<String>,
    /// Why nothing answered.
    pub error: Option<String>,
}

type Field = Column<ContextRow>;

/// The columns of contexts.
pub const CONTEXT: &[Column<ContextRow>] = &[
    Field::new("name", "NAME", Unit::Name, |it, _| Value::text(&it.context.name)).rank(Rank::Key),
    Field::new("in_use", "USED", Unit::Flag, |it, _| it.in_use.into())
        .rank(Rank::Key)
        .tone(|value| if *value == Value::Flag(true) { Tone::Good } else { Tone::Plain }),
    Field::new("address", "ADDRESS", Unit::Text, |it, _| {
        Value::text(&it.context.address.to_string())
    }),
    Field::new("protect", "PROTECT", Unit::Name, |it, _| Value::text(it.context.protect.word()))
        .tone(protect_tone),
    Field::new("require_reason", "REASON", Unit::Flag, |it, _| it.context.require_reason.into())
        .rank(Rank::Extra),
    Field::new("header_color", "COLOUR", Unit::Name, |it, _| {
        it.context.header_color.map_or(Value::Unknown, |hue| Value::text(hue.word()))
    })
    .rank(Rank::Extra),
    Field::new("chosen_by", "CHOSEN BY", Unit::Name, |it, _| {
        it.chosen_by.map_or(Value::Unknown, Value::text)
    })
    .rank(Rank::Extra),
    Field::new("ca", "CA", Unit::Text, |it, _| path(it.context.tls.ca.as_deref()))
        .rank(Rank::Detail),
    Field::new("cert", "CERTIFICATE", Unit::Text, |it, _| path(it.context.tls.cert.as_deref()))
        .rank(Rank::Detail),
    Field::new("key", "KEY", Unit::Text, |it, _| path(it.context.tls.key.as_deref()))
        .rank(Rank::Detail),
];

/// The columns of what answered.
pub const CONTEXT_TEST: &[Column<ContextTest>] = &[
    Column::new("name", "NAME", Unit::Name, |it: &ContextTest, _| Value::text(&it.name))
        .rank(Rank::Key),
    Column::new("ok", "OK", Unit::Flag, |it: &ContextTest, _| it.error.is_none().into())
        .rank(Rank::Key)
        .tone(|value| if *value == Value::Flag(true) { Tone::Good } else { Tone::Bad }),
    Column::new("address", "ADDRESS", Unit::Text, |it: &ContextTest, _| Value::text(&it.address))
        .rank(Rank::Extra),
    Column::new("version", "VERSION", Unit::Name, |it: &ContextTest, _| {
        it.version.as_deref().map_or(Value::Unknown, Value::text)
    }),
    Column::new("caller", "AS", Unit::Name, |it: &ContextTest, _| {
        it.caller.as_deref().map_or(Value::Unknown, Value::text)
    }),
    Column::new("took_ms", "TOOK MS", Unit::Milliseconds, |it: &ContextTest, _| it.took_ms.into()),
    Column::new("error", "ERROR", Unit::Text, |it: &ContextTest, _| {
        it.error.as_deref().map_or(Value::Unknown, Value::text)
    }),
];

fn path(path: Option<&std::path::Path>) -> Value {
    path.map_or(Value::Unknown, |path| Value::text(&path.display().to_string()))
}

fn protect_tone(value: &Value) -> Tone {
    match value {
        Value::Text(word) if word == Protect::TypeName.word() => Tone::Warn,
        Value::Text(word) if word == Protect::ReadOnly.word() => Tone::Muted,
        _ => Tone::Plain,
    }
}
