//! A filter: which things of a list does somebody want to see?
//!
//! `state=up`, `pool=api and p99>40ms`, `not (error>1% or in_flight=0)`, `name=api-*`, `reason~patch`.

mod parse;

pub use parse::find_field;

use super::Value;

/// A condition on the fields of a thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    expression: Expression,
}

/// What a filter is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Not(Box<Expression>),
    Test(Test),
}

/// One comparison; it holds when it holds for one of the wanted values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Test {
    pub(crate) field: String,
    pub(crate) comparison: Comparison,
    pub(crate) wanted: Vec<Wanted>,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Contains,
}

/// What a field is compared with: as written, and as a number in the field's unit if it is one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) text: String,
    pub(crate) number: Option<f64>,
}

/// Why a text is not a filter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Something else than expected.
    #[error("filter: expected {expected}, found {found}")]
    Grammar {
        /// What could stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A field that the list does not have.
    #[error("filter: no field `{field}`; there are {known}")]
    Field {
        /// The field asked for.
        field: String,
        /// The fields there are.
        known: String,
    },
    /// A unit that does not fit the field.
    #[error("filter: `{value}` does not fit `{field}`, which is {kind}")]
    Unit {
        /// The value.
        value: String,
        /// The field.
        field: String,
        /// What the field holds.
        kind: &'static str,
    },
    /// More parentheses than anybody means.
    #[error("filter: nested too deeply")]
    Depth,
}

impl Filter {
    /// Reads a filter over these fields. A field's unit may be left out: `p99` is `p99_ms`.
    ///
    /// # Errors
    /// When the text has another grammar or names a field that is not there.
    pub fn parse(text: &str, fields: &[&str]) -> Result<Self, FilterError> {
        parse::expression(text, fields).map(|expression| Self { expression })
    }

    /// A filter that all of these words fit, each in one of these fields.
    #[must_use]
    pub fn words(text: &str, fields: &[&str]) -> Self {
        let contains = |word: &str, field: &&str| {
            let wanted = vec![Wanted { text: word.to_owned(), number: None }];
            let (field, comparison) = ((*field).to_owned(), Comparison::Contains);
            Expression::Test(Test { field, comparison, wanted })
        };
        let word =
            |word| Expression::Or(fields.iter().map(|field| contains(word, field)).collect());
        Self { expression: Expression::And(text.split_whitespace().map(word).collect()) }
    }

    /// What it is made of.
    pub(crate) const fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Whether a thing with these facts is wanted. What is not known fits no comparison but `=-`.
    pub fn admits(&self, fact: impl Fn(&str) -> Value) -> bool {
        self.expression.holds(&fact)
    }
}

impl Expression {
    fn holds(&self, fact: &impl Fn(&str) -> Value) -> bool {
        match self {
            Self::Or(any) => any.iter().any(|one| one.holds(fact)),
            Self::And(all) => all.iter().all(|one| one.holds(fact)),
            Self::Not(one) => !one.holds(fact),
            Self::Test(test) => test.holds(&fact(&test.field)),
        }
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self.comparison {
            Comparison::Unequal => !self.wanted.iter().any(|wanted| wanted.equals(value)),
            Comparison::Equal => self.wanted.iter().any(|wanted| wanted.equals(value)),
            Comparison::Contains => self.wanted.iter().any(|wanted| wanted.is_in(value)),
            Comparison::Less => self.compares(value, |value, wanted| value < wanted),
            Comparison::AtMost => self.compares(value, |value, wanted| value <= wanted),
            Comparison::More => self.compares(value, |value, wanted| value > wanted),
            Comparison::AtLeast => self.compares(value, |value, wanted| value >= wanted),
        }
    }

    fn compares(&self, value: &Value, compare: impl Fn(f64, f64) -> bool) -> bool {
        let Some(value) = value.number() else { return false };
        self.wanted.iter().filter_map(|wanted| wanted.number).any(|wanted| compare(value, wanted))
    }
}

impl Wanted {
    #[expect(clippy::float_cmp, reason = "asked for this very number")]
    fn equals(&self, value: &Value) -> bool {
        match value {
            Value::Unknown => self.text == "-",
            Value::Text(text) => fits(&self.text, text),
            Value::Flag(flag) => self.text == if *flag { "true" } else { "false" },
            value => value.number().zip(self.number).is_some_and(|(one, other)| one == other),
        }
    }

    fn is_in(&self, value: &Value) -> bool {
        matches!(value, Value::Text(text) if text.to_lowercase().contains(&self.text.to_lowercase()))
    }
}

/// Whether `text` is `pattern`, where each `*` stands for any text.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let Some((middle, end)) = rest.rsplit_once('*') else { return text.ends_with(rest) };
    for part in middle.split('*') {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests;
