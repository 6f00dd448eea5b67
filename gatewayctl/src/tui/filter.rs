//! A filter as it is typed: words that all must match, or an expression such as `state=up and p99>40`.

use super::dialog::input::Input;
use crate::{
    model::{self, Value},
    output::Column,
};

/// Characters that make a text an expression.
const SIGNS: [char; 6] = ['=', '<', '>', '~', '(', ')'];

/// Whether a text is meant as an expression, and not as words.
pub(crate) fn is_expression(text: &str) -> bool {
    text.contains(SIGNS)
}

/// The facts that words are looked for in.
const FACTS: [&str; 10] =
    ["name", "pool", "address", "state", "key", "mode", "target", "who", "what", "op"];

/// Which rows are shown. A text that cannot be read keeps what was shown before.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Filter {
    input: Input,
    read: Read,
    error: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
enum Read {
    #[default]
    All,
    Words(Vec<String>),
    Expression(model::Filter),
}

impl Filter {
    /// A filter of this text over these fields.
    #[cfg(test)]
    pub(crate) fn of<R>(text: &str, fields: &[Column<R>]) -> Self {
        let mut filter = Self { input: Input::of(text), ..Self::default() };
        filter.read(fields);
        filter
    }

    /// What was typed, under the cursor.
    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    /// Why it cannot be read.
    pub(crate) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether all rows are shown.
    pub(crate) fn is_empty(&self) -> bool {
        self.input.text().trim().is_empty()
    }

    /// Changes the text and reads it again.
    pub(crate) fn edit<R>(&mut self, fields: &[Column<R>], edit: impl FnOnce(&mut Input)) {
        edit(&mut self.input);
        self.read(fields);
    }

    /// Whether a row is shown. Words are looked for in its name, pool, address, state, and what
    /// events tell.
    pub(crate) fn admits<R>(&self, row: &R, fields: &[Column<R>], now_ms: i64) -> bool {
        let fact = |key: &str| {
            let field = fields.iter().find(|field| field.key == key);
            field.map_or(Value::Unknown, |field| (field.value)(row, now_ms))
        };
        match &self.read {
            Read::All => true,
            Read::Words(words) => words.iter().all(|word| {
                FACTS.iter().any(|key| {
                    matches!(fact(key), Value::Text(text) if text.to_lowercase().contains(word))
                })
            }),
            Read::Expression(expression) => expression.admits(fact),
        }
    }

    fn read<R>(&mut self, fields: &[Column<R>]) {
        let text = self.input.text().trim();
        self.error = None;
        if text.is_empty() {
            self.read = Read::All;
        } else if is_expression(text) {
            let keys: Vec<&str> = fields.iter().map(|field| field.key).collect();
            match model::Filter::parse(text, &keys) {
                Ok(expression) => self.read = Read::Expression(expression),
                Err(error) => self.error = Some(error.to_string()),
            }
        } else {
            self.read =
                Read::Words(text.to_lowercase().split_whitespace().map(Into::into).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Backend, Health},
        output::columns::BACKEND,
    };

    fn app() -> Backend {
        Backend {
            name: "app-1".into(),
            pool: "api".into(),
            health: Health::Healthy,
            ..Backend::default()
        }
    }

    #[test]
    fn words_and_expressions_admit_what_they_say() {
        for (text, admitted) in [
            ("", true),
            ("APP", true),
            ("app up", true),
            ("app down", false),
            ("pool=api", true),
            ("pool=ap", false),
            ("not state=up", false),
            ("in_flight<1 and name~pp", true),
        ] {
            assert_eq!(Filter::of(text, BACKEND).admits(&app(), BACKEND, 0), admitted, "{text}");
        }
    }

    #[test]
    fn a_bad_filter_keeps_the_last_good_one_and_says_why() {
        let mut filter = Filter::of("pool=web", BACKEND);
        filter.edit(BACKEND, |input| input.paste(" and colour="));
        assert!(filter.error().is_some_and(|error| error.contains("colour")));
        assert!(!filter.admits(&app(), BACKEND, 0));
    }
}
