//! How are events told on a terminal? One sentence each, never cut: the end of a sentence is often
//! what matters.

use std::io::{self, Write};

use super::{Format, Listing, Style, Tone, Unit, cell, write_listing};
use crate::{
    model::{Event, Severity, Value},
    safe_text::safe_text,
};

/// Writes events: sentences on a terminal, elsewhere and with named columns a list.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_events(
    out: &mut impl Write,
    format: Format,
    style: &Style,
    list: &Listing<'_, Event>,
) -> io::Result<()> {
    if format != Format::Table || style.width.is_none() || list.selection.names_columns() {
        return write_listing(out, format, style, list);
    }
    for event in list.items {
        writeln!(out, "{}", sentence(event, style))?;
    }
    Ok(())
}

fn sentence(event: &Event, style: &Style) -> String {
    let Event { kind, target, what, who, op, .. } = event;
    let tone = match event.severity {
        Severity::Error => Tone::Bad,
        Severity::Warn => Tone::Warn,
        Severity::Info => Tone::Muted,
    };
    let time = cell(&Value::Time(event.time_ms), Unit::Moment, style, event.time_ms);
    let severity = style.paint(&format!("{:<5}", event.severity), tone);
    let author = match (who.as_str(), op.as_str()) {
        ("" | "gateway", "") => String::new(),
        (who, "") => format!("by {who}"),
        ("", op) => format!("op {op}"),
        (who, op) => format!("by {who}, op {op}"),
    };
    let told = safe_text(&format!("{kind:<7}  {target}  {what}")).into_owned();
    let author = style.paint(&safe_text(&author), Tone::Muted);
    format!("{time}  {severity}  {told}  {author}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_with_its_author() {
        let event = Event {
            id: 1,
            time_ms: 1_790_258_602_000,
            kind: "change".to_owned(),
            severity: Severity::Warn,
            who: "ops-1".to_owned(),
            target: "backend/api-3".to_owned(),
            what: "drain: active\n-> draining (kernel patch)".to_owned(),
            op: "8f31".to_owned(),
        };
        assert_eq!(
            sentence(&event, &Style::plain()),
            "2026-09-24 14:03:22Z  warn   change   backend/api-3  drain: active\\n-> draining \
             (kernel patch)  by ops-1, op 8f31"
        );
        let health = Event {
            kind: "health".to_owned(),
            severity: Severity::Info,
            who: "gateway".to_owned(),
            op: String::new(),
            what: "healthy -> unhealthy".to_owned(),
            ..event
        };
        assert_eq!(
            sentence(&health, &Style::plain()),
            "2026-09-24 14:03:22Z  info   health   backend/api-3  healthy -> unhealthy"
        );
    }
}
