//! A value: what stands behind a key, read as the type that is wanted there.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use toml::Spanned;
use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::fields::{Fields, LaterKey};
use super::reading::Reading;
use super::source::{Placed, Span};
use super::words::{choice, suggestion};

/// The longest text that can mean anything, in bytes.
const LONGEST_TEXT: usize = 4096;

/// What stands behind a key. Reading it as a type gives that, or `None` and a diagnostic.
#[derive(Clone, Copy)]
pub(crate) struct Value<'a> {
    pub(super) toml: &'a DeValue<'a>,
    pub(super) span: Span,
    pub(super) reading: &'a Reading<'a>,
}

impl<'a> Value<'a> {
    /// The value of `spanned`.
    pub(super) fn new(spanned: &'a Spanned<DeValue<'a>>, reading: &'a Reading<'a>) -> Value<'a> {
        Value { toml: spanned.get_ref(), span: spanned.span().into(), reading }
    }

    /// Adds the mistake that `message` tells, and its remedy.
    pub(crate) fn refuse<T>(self, message: impl Into<String>, remedy: &str) -> Option<T> {
        self.reading.report(Diagnostic::at(self.span, message).remedy(remedy));
        None
    }

    /// What `read` makes of it, and where it stands.
    pub(super) fn placed<T>(self, read: impl FnOnce(Self) -> Option<T>) -> Option<Placed<T>> {
        read(self).map(|value| Placed { value, span: self.span })
    }

    /// Whether it is a text.
    pub(super) fn is_text(self) -> bool {
        matches!(self.toml, DeValue::String(_))
    }

    /// A text.
    pub(crate) fn text(self) -> Option<&'a str> {
        let text = match self.toml {
            DeValue::String(text) => text,
            DeValue::Integer(number) => {
                return self.wrong("a text", &format!("put it in quotes: \"{number}\""));
            }
            _ => return self.wrong("a text", "write it in quotes: \"…\""),
        };
        if text.len() > LONGEST_TEXT {
            let message =
                format!("a text of {} bytes, expected {LONGEST_TEXT} at most", text.len());
            return self.refuse(message, "shorten it");
        }
        Some(text)
    }

    /// A text that a type of the model understands.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(self) -> Option<T> {
        let text = self.text()?;
        let (found, expected) = match text.parse() {
            Ok(value) => return Some(value),
            Err(error) => split_error(&error),
        };
        self.refuse(found, &expected)
    }

    /// One of `words`.
    pub(crate) fn one_of<T: Clone>(self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("{text:?} is none of the words here, expected {}", choice(&words));
        self.refuse(message, &suggestion(text, &words))
    }

    /// A whole number within `range`.
    pub(crate) fn number(self, range: RangeInclusive<i64>) -> Option<i64> {
        let number = match self.toml {
            DeValue::Integer(number) => number,
            DeValue::String(text) if text.parse::<i64>().is_ok() => {
                return self.wrong("a whole number", &format!("take off the quotes: {text}"));
            }
            _ => return self.wrong("a whole number", "write digits alone, without quotes"),
        };
        let (least, most) = (range.start(), range.end());
        match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => self.refuse(
                format!("{number} is out of range, expected {least} to {most}"),
                &format!("write a number from {least} to {most}"),
            ),
        }
    }

    /// True or false.
    pub(crate) fn flag(self) -> Option<bool> {
        match self.toml {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong("true or false", "write true or false, without quotes"),
        }
    }

    /// A list, each part read by `read`; `None` when one of them is wrong.
    pub(crate) fn list<T>(self, read: impl Fn(Value<'a>) -> Option<T>) -> Option<Vec<T>> {
        let DeValue::Array(parts) = self.toml else {
            return self.wrong("a list", "put it in brackets, even if it is one: [ … ]");
        };
        let parts = parts.iter().map(|part| read(Value::new(part, self.reading)));
        // All are read before the first that failed makes the whole fail.
        parts.collect::<Vec<_>>().into_iter().collect()
    }

    /// A list of at least one part; `example` shows how to write one.
    pub(crate) fn nonempty_list<T>(
        self,
        example: &str,
        read: impl Fn(Value<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.list(read)?;
        if list.is_empty() {
            return self.refuse("an empty list", &format!("name at least one: [{example}]"));
        }
        Some(list)
    }

    /// A list of at most `most` parts that has none twice.
    pub(super) fn set<T: PartialEq>(
        self,
        most: usize,
        read: impl Fn(Value<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let parts = self.list(|value| value.placed(&read))?;
        if parts.len() > most {
            let message = format!("a list of {}, expected {most} at most", parts.len());
            return self.refuse(message, "split it up");
        }
        let mut set = Vec::with_capacity(parts.len());
        for Placed { value, span } in parts {
            if set.contains(&value) {
                let twice = Diagnostic::at(span, "this is in the list already");
                self.reading.report(twice.remedy("take it out"));
                return None;
            }
            set.push(value);
        }
        Some(set)
    }

    /// A table called `what` in messages, which `read` takes apart. `later` are keys of it that a
    /// later version will know.
    pub(crate) fn table<T>(
        self,
        what: &'static str,
        later: &[LaterKey],
        read: impl FnOnce(&mut Fields<'a>) -> Option<T>,
    ) -> Option<T> {
        let DeValue::Table(table) = self.toml else {
            return match what.strip_prefix('[') {
                Some(_) => self.wrong("a table", &format!("write {what}, once")),
                None => self.wrong("a table", "write { key = value, … }"),
            };
        };
        let mut fields = Fields::new(what, table, Some(self.span), self.reading);
        let value = read(&mut fields);
        fields.refuse_the_rest(later);
        value
    }

    /// Adds that it is of another type than `expected`.
    pub(crate) fn wrong<T>(self, expected: &str, remedy: &str) -> Option<T> {
        let found = match self.toml {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(format!("found {found}, expected {expected}"), remedy)
    }
}

/// What was found and what was expected, of an error of the model that tells both.
fn split_error(error: &impl Display) -> (String, String) {
    let told = error.to_string();
    match told.rsplit_once(": expected ") {
        Some((found, expected)) => (found.to_owned(), format!("write {expected}")),
        None => (told, "see the documentation of this key".to_owned()),
    }
}
