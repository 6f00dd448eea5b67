//! How are requests told on a terminal? A line each, whose columns stay where they are while more
//! lines come; the path is last and never cut.

use std::io::{self, Write};

use jiff::{Timestamp, tz::TimeZone};

use super::{Format, Listing, Style, Tone, write_listing};
use crate::{model::Served, safe_text::safe_text};

/// Cells of a client's address, and of who answered.
const CLIENT: usize = 15;
const ANSWERED: usize = 16;

/// Writes requests: lines on a terminal, elsewhere and with named columns a list.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_traffic(
    out: &mut impl Write,
    format: Format,
    style: &Style,
    list: &Listing<'_, Served>,
) -> io::Result<()> {
    let lines = format == Format::Table && style.width.is_some() && !style.wide;
    if !lines || list.selection.names_columns() {
        return write_listing(out, format, style, list);
    }
    if style.headers {
        let titles = format!(
            "{:<12}  {:<CLIENT$}  {:>3}  {:>8}  {:<ANSWERED$}  REQUEST",
            "TIME", "CLIENT", "ST", "MS", "BACKEND/RULE"
        );
        writeln!(out, "{}", style.paint(&titles, Tone::Muted))?;
    }
    for it in list.items {
        writeln!(out, "{}", line(it, style))?;
    }
    Ok(())
}

fn line(it: &Served, style: &Style) -> String {
    let status = it.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let tone = match it.status {
        Some(..=399) => Tone::Plain,
        Some(400..=499) => Tone::Warn,
        Some(500..) | None => Tone::Bad,
    };
    let time = style.paint(&time_of_day(it.time_ms, style.utc), Tone::Muted);
    let status = style.paint(&format!("{status:>3}"), tone);
    let (who, why) = if it.backend.is_empty() { (it.why(), "") } else { (&*it.backend, it.why()) };
    let (client, who) = (safe_text(&it.client), safe_text(who));
    let target = it.target();
    let (method, target, why) = (safe_text(&it.method), safe_text(&target), safe_text(why));
    let after = match (why.is_empty(), it.attempts.len()) {
        (true, ..=1) => String::new(),
        (true, tries) => format!("  {tries} tries"),
        (false, ..=1) => format!("  {why}"),
        (false, tries) => format!("  {why}, {tries} tries"),
    };
    let after = style.paint(&after, Tone::Muted);
    let ms = format!("{:>8.1}", it.total_ms);
    format!("{time}  {client:<CLIENT$}  {status}  {ms}  {who:<ANSWERED$}  {method} {target}{after}")
        .trim_end()
        .to_owned()
}

fn time_of_day(time_ms: i64, utc: bool) -> String {
    let zone = if utc { TimeZone::UTC } else { TimeZone::system() };
    let time = Timestamp::from_millisecond(time_ms).map(|time| time.to_zoned_datetime(zone));
    time.map_or_else(|_| "-".to_owned(), |time| time.strftime("%T%.3f").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Query, Tried};

    #[test]
    fn a_request_is_one_line_whatever_its_client_wrote() {
        let failed = Served {
            time_ms: 1_790_258_602_140,
            client: "192.0.2.18".into(),
            method: "POST".into(),
            path: "/v1/\u{1b}[2J\n\u{202e}cart".into(),
            query: Query::Masked,
            status: Some(502),
            refused: "upstream_broken".into(),
            backend: "api-7".into(),
            total_ms: 9.04,
            attempts: vec![Tried::default(); 2],
            ..Served::default()
        };
        assert_eq!(
            line(&failed, &Style { utc: true, ..Style::plain() }),
            "14:03:22.140  192.0.2.18       502       9.0  api-7             \
             POST /v1/\\x1b[2J\\n<U+202E>cart?***  upstream_broken, 2 tries"
        );
        let limited = Served {
            time_ms: 1_790_258_602_044,
            client: "2001:db8:7::a1".into(),
            method: "GET".into(),
            path: "/".into(),
            status: Some(429),
            rule: "per-ip-global".into(),
            refused: "limit".into(),
            total_ms: 0.1,
            ..Served::default()
        };
        assert_eq!(
            line(&limited, &Style { utc: true, ..Style::plain() }),
            "14:03:22.044  2001:db8:7::a1   429       0.1  per-ip-global     GET /"
        );
    }
}
