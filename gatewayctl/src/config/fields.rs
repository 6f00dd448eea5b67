//! Fields: the keys of one table, each asked for by name; what nobody asked for is a mistake.

use std::{cell::RefCell, ops::Range};

use toml_edit::{Item, TableLike, Value};

use super::mistake::{Mistake, Place};

/// How alike two words must be for one to be a slip of the other.
const ALIKE: f64 = 0.8;

/// What one walk through a file has found so far.
pub(super) struct Reading<'a> {
    text: &'a str,
    found: RefCell<Vec<Mistake>>,
}

/// The keys of one table.
pub(super) struct Fields<'a> {
    /// What it is called in messages: `[ui]`.
    what: String,
    table: &'a dyn TableLike,
    reading: &'a Reading<'a>,
    asked: Vec<&'static str>,
}

/// A value with its place.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    item: &'a Item,
    reading: &'a Reading<'a>,
}

impl<'a> Reading<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, found: RefCell::new(Vec::new()) }
    }

    pub(super) fn report(
        &self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.found.borrow_mut().push(Mistake::at(self.text, span, message, remedy));
    }

    /// Where `span` is.
    pub(super) fn place(&self, span: Option<Range<usize>>) -> Option<Place> {
        span.map(|span| Place::of(self.text, &span))
    }

    /// All mistakes, in the order of the file.
    pub(super) fn finish(self) -> Vec<Mistake> {
        let mut found = self.found.into_inner();
        found.sort_by(|one, other| one.place.cmp(&other.place));
        found
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        what: impl Into<String>,
        table: &'a dyn TableLike,
        reading: &'a Reading<'a>,
    ) -> Self {
        Self { what: what.into(), table, reading, asked: Vec::new() }
    }

    /// The value behind `key`.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Placed<'a>> {
        self.asked.push(key);
        self.table.get(key).map(|item| Placed { item, reading: self.reading })
    }

    /// The same; without the key that is a mistake of the table at `span`.
    pub(super) fn required(
        &mut self,
        key: &'static str,
        span: Option<Range<usize>>,
        example: &str,
    ) -> Option<Placed<'a>> {
        let value = self.value(key);
        if value.is_none() {
            let message = format!("{} has no `{key}`", self.what);
            self.reading.report(span, message, format!("add {key} = {example}"));
        }
        value
    }

    /// Adds a mistake for each key that was not asked for.
    pub(super) fn refuse_the_rest(self) {
        for (word, _) in self.table.iter() {
            if self.asked.contains(&word) {
                continue;
            }
            let span = self.table.key(word).and_then(toml_edit::Key::span);
            let shown: String = word.chars().take(64).collect();
            let message = format!("unknown key `{shown}` in {}", self.what);
            self.reading.report(span, message, suggestion(&shown, &self.asked));
        }
    }
}

impl<'a> Placed<'a> {
    pub(super) const fn new(item: &'a Item, reading: &'a Reading<'a>) -> Self {
        Self { item, reading }
    }

    pub(super) fn span(self) -> Option<Range<usize>> {
        self.item.span()
    }

    /// Adds the mistake that it makes.
    pub(super) fn refuse<T>(
        self,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<T> {
        self.reading.report(self.item.span(), message, remedy);
        None
    }

    /// A text.
    pub(super) fn text(self) -> Option<&'a str> {
        match self.item {
            Item::Value(Value::String(text)) => Some(text.value()),
            _ => self.wrong("a text", "write it in double quotes"),
        }
    }

    /// A text that `parse` understands; its error says what was expected.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        self,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text()?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => self.refuse(error.to_string(), "write it as expected"),
        }
    }

    /// One of `words`.
    pub(super) fn one_of<T: Clone>(self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(value.clone());
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let message = format!("{text:?} is none of {}", words.join(", "));
        self.refuse(message, suggestion(text, &words))
    }

    /// True or false.
    pub(super) fn flag(self) -> Option<bool> {
        match self.item {
            Item::Value(Value::Boolean(flag)) => Some(*flag.value()),
            _ => self.wrong("true or false", "write true or false, without quotes"),
        }
    }

    /// A table; `header` shows how one is written.
    pub(super) fn table(self, header: &str) -> Option<&'a dyn TableLike> {
        match self.item.as_table_like() {
            Some(table) => Some(table),
            None => self.wrong("a table", &format!("write {header}")),
        }
    }

    fn wrong<T>(self, expected: &str, remedy: &str) -> Option<T> {
        let found = self.item.type_name();
        self.refuse(format!("expected {expected}, found {found}"), remedy)
    }
}

/// The remedy for `word`, which is none of `known`.
#[must_use]
pub fn suggestion(word: &str, known: &[&str]) -> String {
    let likeness = |known: &str| strsim::jaro_winkler(&word.to_lowercase(), &known.to_lowercase());
    let near = known.iter().filter(|known| likeness(known) >= ALIKE);
    match near.max_by(|one, other| likeness(one).total_cmp(&likeness(other))) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known here: {}", known.join(", ")),
    }
}
