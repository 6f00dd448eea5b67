//! Fields: the keys of one table, each asked for by name; what nobody asked for is a mistake.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::Diagnostic;
use super::reading::Reading;
use super::source::Span;
use super::value::Value;
use super::words::suggestion;

/// The keys of one table.
pub(crate) struct Fields<'a> {
    what: &'static str,
    table: &'a DeTable<'a>,
    /// None for the whole file.
    span: Option<Span>,
    reading: &'a Reading<'a>,
    asked: Vec<&'static str>,
}

/// A key that a later version will know, and what to write until then.
pub(crate) struct LaterKey {
    pub(super) key: &'static str,
    pub(super) instead: &'static str,
}

impl<'a> Fields<'a> {
    /// The keys of `table`, called `what`, which stands at `span`; without, it is the whole file.
    pub(super) fn new(
        what: &'static str,
        table: &'a DeTable<'a>,
        span: Option<Span>,
        reading: &'a Reading<'a>,
    ) -> Fields<'a> {
        Fields { what, table, span, reading, asked: Vec::new() }
    }

    /// What `read` makes of the value behind `key`; without the key, `None` and a diagnostic.
    pub(crate) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key);
        if value.is_none() {
            let message = format!("{} has no `{key}`", self.what);
            self.refuse_all(&message, &format!("add {key} = {example}"));
        }
        read(value?)
    }

    /// What `read` makes of the value behind `key`; `None` without the key.
    pub(crate) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Option<T> {
        self.value(key).and_then(read)
    }

    /// What `read` makes of the value behind `key`; `default` without the key.
    pub(crate) fn defaulted<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.value(key) {
            Some(value) => read(value),
            None => Some(default),
        }
    }

    /// What `read` makes of each `[[key]]`; those it refused are left out.
    pub(crate) fn each<T>(
        &mut self,
        key: &'static str,
        header: &'static str,
        read: impl Fn(Value<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        if let DeValue::Array(tables) = value.toml {
            let tables = tables.iter().map(|table| Value::new(table, self.reading));
            return tables.filter_map(read).collect();
        }
        let remedy = format!("write {header} with two brackets, once for each");
        value.wrong::<()>(&format!("a list of tables {header}"), &remedy);
        // It is read all the same, for what is wrong in it and for the names it gives.
        if let DeValue::Table(_) = value.toml {
            read(value);
        }
        Vec::new()
    }

    /// Whether `key` stands there.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// Where `key` stands, if it does.
    pub(super) fn place(&self, key: &str) -> Option<Span> {
        self.entry(key).map(|(key, _)| key.span().into())
    }

    /// Adds the mistake that the key `key`, which stands there, makes.
    pub(crate) fn refuse(&self, key: &str, message: &str, remedy: &str) {
        if let Some(place) = self.place(key) {
            self.reading.report(Diagnostic::at(place, message).remedy(remedy));
        }
    }

    /// Adds the mistake that the table makes as a whole, by what it lacks.
    pub(crate) fn refuse_all(&self, message: &str, remedy: &str) {
        let lacking = Diagnostic { span: self.span, ..Diagnostic::of_file(message) };
        self.reading.report(lacking.remedy(remedy).by_absence());
    }

    /// Adds a mistake for each key that was not asked for.
    pub(super) fn refuse_the_rest(self, later: &[LaterKey]) {
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            if self.asked.contains(&word) {
                continue;
            }
            let diagnostic = match later.iter().find(|later| later.key == word) {
                Some(LaterKey { instead, .. }) => {
                    let message = format!("`{word}` is not available yet in this version");
                    Diagnostic::at(key.span().into(), message).remedy(*instead)
                }
                None => self.unknown(key.span().into(), word),
            };
            self.reading.report(diagnostic);
        }
    }

    fn unknown(&self, span: Span, word: &str) -> Diagnostic {
        let shown: String = word.chars().take(64).collect();
        Diagnostic::at(span, format!("unknown key `{shown}` in {}", self.what))
            .remedy(suggestion(&shown, &self.asked))
    }

    fn value(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.asked.push(key);
        self.entry(key).map(|(_, value)| Value::new(value, self.reading))
    }

    fn entry(&self, key: &str) -> Option<Entry<'a>> {
        self.table.get_key_value(key)
    }
}

type Entry<'a> = (&'a Spanned<toml::de::DeString<'a>>, &'a Spanned<DeValue<'a>>);
