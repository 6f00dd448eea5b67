//! How is a value shown to people?

use jiff::{Timestamp, tz::TimeZone};

use super::Style;
use crate::{duration, model::Value};

/// What a column's values are, and so how they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Words; may be cut to fit.
    Text,
    /// A name; never cut.
    Name,
    /// One of a few words, shown in capitals.
    Word,
    /// How many.
    Count,
    /// How many per second.
    Rate,
    /// Milliseconds.
    Milliseconds,
    /// A part of one, shown as percent.
    Ratio,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// A moment, shown as such.
    Moment,
    /// A moment, shown as the time since.
    Since,
    /// Yes or no.
    Flag,
    /// Several: texts, or things with parts.
    List,
}

impl Unit {
    /// Whether cells line up at their right end.
    #[must_use]
    pub const fn is_figure(self) -> bool {
        !matches!(
            self,
            Self::Text | Self::Name | Self::Word | Self::Moment | Self::Flag | Self::List
        )
    }
}

/// A value as people read it. `-` is not known. `now_ms` is the picture's own time.
#[must_use]
pub fn cell(value: &Value, unit: Unit, style: &Style, now_ms: i64) -> String {
    match value {
        Value::Count(count) if style.raw => count.to_string(),
        Value::Number(number) if style.raw => number.to_string(),
        Value::Time(time_ms) if style.raw => {
            moment(*time_ms, &Style { utc: true, ..style.clone() })
        }
        Value::Unknown => "-".to_owned(),
        Value::Text(text) if text.is_empty() => "-".to_owned(),
        Value::List(values) if values.is_empty() => "-".to_owned(),
        Value::Text(text) if unit == Unit::Word => text.to_uppercase(),
        Value::Text(text) => text.clone(),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Time(time_ms) if unit == Unit::Since => {
            duration::short(duration::age(now_ms, *time_ms))
        }
        Value::Time(time_ms) => moment(*time_ms, style),
        Value::Count(count) => match (unit, style.width) {
            (Unit::Bytes, _) => bytes(*count),
            (_, Some(_)) => grouped(*count),
            (_, None) => count.to_string(),
        },
        Value::Number(number) => figure(*number, unit, style),
        Value::List(values) => {
            let cells: Vec<_> = values.iter().map(|one| cell(one, unit, style, now_ms)).collect();
            cells.join(", ")
        }
        Value::Parts(parts) => {
            let known = parts.iter().filter(|(_, value)| *value != Value::Unknown);
            let cells: Vec<_> = known
                .map(|(name, value)| format!("{name} {}", cell(value, unit, style, now_ms)))
                .collect();
            cells.join(" ")
        }
    }
}

fn figure(number: f64, unit: Unit, style: &Style) -> String {
    match unit {
        Unit::Ratio if number > 0.0 && number < 0.1 => format!("{:.2}%", number * 100.0),
        Unit::Ratio => format!("{:.0}%", number * 100.0),
        Unit::Seconds => duration::short(std::time::Duration::from_secs_f64(number.max(0.0))),
        _ if number != 0.0 && number.abs() < 9.95 => format!("{number:.1}"),
        _ if style.width.is_some() && number >= 0.0 => grouped(rounded(number)),
        _ => format!("{number:.0}"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and a figure above 2^64 may as well be 2^64"
)]
fn rounded(number: f64) -> u64 {
    number.round() as u64
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `50331648` as `48 MiB`.
#[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
fn bytes(count: u64) -> String {
    let mut value = count as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1024.0 {
            let digits = usize::from(value < 9.95 && unit != "B");
            return format!("{value:.digits$} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

fn moment(time_ms: i64, style: &Style) -> String {
    let Ok(time) = Timestamp::from_millisecond(time_ms) else { return "-".to_owned() };
    let (zone, end) = if style.utc { (TimeZone::UTC, "Z") } else { (TimeZone::system(), "") };
    format!("{}{end}", time.to_zoned_datetime(zone).strftime("%F %T"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_a_terminal(value: impl Into<Value>, unit: Unit) -> String {
        let style = Style { width: Some(80), ..Style::plain() };
        cell(&value.into(), unit, &style, 1_000_000)
    }

    #[test]
    fn figures_have_the_digits_an_operator_reads() {
        assert_eq!(on_a_terminal(1_234_567_u64, Unit::Count), "1,234,567");
        assert_eq!(on_a_terminal(2310.4, Unit::Rate), "2,310");
        assert_eq!(on_a_terminal(3.94, Unit::Milliseconds), "3.9");
        assert_eq!(on_a_terminal(9.97, Unit::Milliseconds), "10");
        assert_eq!(on_a_terminal(0.0, Unit::Rate), "0");
        assert_eq!(on_a_terminal(0.0012, Unit::Ratio), "0.12%");
        assert_eq!(on_a_terminal(0.634, Unit::Ratio), "63%");
        assert_eq!(on_a_terminal(0.0, Unit::Ratio), "0%");
        assert_eq!(on_a_terminal(50_331_648_u64, Unit::Bytes), "48 MiB");
        assert_eq!(on_a_terminal(512_u64, Unit::Bytes), "512 B");
        assert_eq!(on_a_terminal(252.3, Unit::Seconds), "4m12s");
    }

    #[test]
    fn what_is_not_known_is_a_dash() {
        for unit in [Unit::Text, Unit::Count, Unit::Ratio, Unit::Since] {
            assert_eq!(on_a_terminal(Value::Unknown, unit), "-");
        }
    }

    #[test]
    fn what_is_empty_is_a_dash_and_unknown_parts_are_left_out() {
        assert_eq!(on_a_terminal(Value::List(Vec::new()), Unit::Text), "-");
        assert_eq!(on_a_terminal(Value::text(""), Unit::Text), "-");
        let parts = vec![("rule", Value::text("all")), ("route", Value::Unknown)];
        assert_eq!(on_a_terminal(Value::Parts(parts), Unit::Text), "rule all");
    }

    #[test]
    fn a_moment_is_shown_as_such_or_as_the_time_since() {
        assert_eq!(on_a_terminal(Value::Time(748_000), Unit::Since), "4m12s");
        assert_eq!(on_a_terminal(Value::Time(748_000), Unit::Moment), "1970-01-01 00:12:28Z");
        assert_eq!(on_a_terminal(Value::Time(i64::MAX), Unit::Moment), "-");
    }

    #[test]
    fn raw_figures_are_whole_and_without_signs() {
        let style = Style { width: Some(80), raw: true, ..Style::plain() };
        let raw = |value: Value, unit| cell(&value, unit, &style, 0);
        assert_eq!(raw(Value::Number(0.01234), Unit::Ratio), "0.01234");
        assert_eq!(raw(Value::Count(50_331_648), Unit::Bytes), "50331648");
        assert_eq!(raw(Value::Time(748_000), Unit::Since), "1970-01-01 00:12:28Z");
        assert_eq!(raw(Value::Unknown, Unit::Ratio), "-");
    }

    #[test]
    fn off_a_terminal_figures_stay_sortable() {
        let plain = |value| cell(&value, Unit::Count, &Style::plain(), 0);
        assert_eq!(plain(Value::Count(1_234_567)), "1234567");
        assert_eq!(plain(Value::Number(2310.4)), "2310");
    }
}
