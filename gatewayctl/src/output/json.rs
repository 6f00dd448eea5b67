//! How are answers written as JSON?

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use jiff::Timestamp;
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap as _, SerializeSeq as _},
};

use super::{Column, Listing, Meta};
use crate::{model::Value, safe_text::is_unsafe};

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unknown => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Time(time_ms) => match Timestamp::from_millisecond(*time_ms) {
                Ok(time) => serializer.collect_str(&time),
                Err(_) => serializer.serialize_none(),
            },
            Self::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(value)?;
                }
                list.end()
            }
            Self::Parts(parts) => {
                let mut map = serializer.serialize_map(Some(parts.len()))?;
                for (name, value) in parts {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

/// One item of a list with some of its columns.
pub(super) struct Item<'a, T: 'static> {
    pub(super) it: &'a T,
    pub(super) columns: &'a [&'static Column<T>],
    pub(super) now_ms: i64,
}

impl<T> Serialize for Item<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for column in self.columns {
            map.serialize_entry(column.key, &(column.value)(self.it, self.now_ms))?;
        }
        map.end()
    }
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("context", &self.context)?;
        map.serialize_entry("instance", &self.instance)?;
        map.serialize_entry("server_time", &Value::time(self.server_time_ms))?;
        map.serialize_entry("revision", &self.revision)?;
        map.serialize_entry("age_ms", &self.age_ms)?;
        map.end()
    }
}

#[derive(Serialize)]
struct Envelope<'a, I> {
    kind: &'static str,
    v: u32,
    meta: &'a Meta,
    items: Vec<I>,
}

/// Writes a list as one document.
pub(super) fn write_envelope<T>(
    out: &mut impl Write,
    list: &Listing<'_, T>,
    columns: &[&'static Column<T>],
) -> io::Result<()> {
    let now_ms = list.meta.now_ms();
    let items = list.items.iter().map(|it| Item { it, columns, now_ms }).collect();
    write_json(out, &Envelope { kind: list.kind, v: 1, meta: list.meta, items })
}

/// Writes `value` over several lines, safe for a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", escaped(&serde_json::to_string_pretty(value)?))
}

/// `value` in one line, safe for a terminal.
///
/// # Errors
/// When the value has no JSON form.
pub fn json_line(value: &impl Serialize) -> io::Result<String> {
    Ok(escaped(&serde_json::to_string(value)?))
}

/// The same JSON with everything a terminal would obey or hide written as `\u`. Outside of its
/// strings JSON has none of those but the line ends.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character != '\n' && is_unsafe(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("writing to a string succeeds");
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_known_is_null_and_a_moment_is_utc() {
        let json = json_line(&Value::List(vec![
            Value::Unknown,
            Value::Time(1_790_258_602_000),
            Value::Number(f64::NAN),
            Value::Parts(vec![("rps", Value::Number(0.5)), ("name", Value::text("a"))]),
        ]));
        assert_eq!(json.unwrap(), r#"[null,"2026-09-24T14:03:22Z",null,{"rps":0.5,"name":"a"}]"#);
    }

    proptest! {
        #[test]
        fn a_text_comes_back_and_shows_nothing_a_terminal_obeys(text in any::<String>()) {
            let text = format!("{text}\u{1b}\u{202e}\u{e0041}");
            let line = json_line(&Value::text(&text)).unwrap();
            prop_assert!(!line.contains(is_unsafe));
            let read: String = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
