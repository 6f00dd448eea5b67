//! A template: an answer in the operator's own words, a line for each item.
//! <https://docs.rs/minijinja/latest/minijinja/syntax>

use std::{collections::BTreeMap, io, str::FromStr};

use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter, filters,
    value::{Kwargs, Value as Filled, ValueKind},
};

use super::{Column, Listing, Meta, Unit};
use crate::{model::Value, safe_text::safe_text};

/// What the only template of an environment is called there.
const NAME: &str = "template";
/// What an item's fields stand beside: where the answer comes from.
const META: &str = "meta";

/// A template that can be filled in. A process has one, which is never given back.
#[derive(Debug, Clone, Copy)]
pub struct Template(&'static Compiled);

#[derive(Debug)]
struct Compiled {
    text: String,
    environment: Environment<'static>,
    /// The names that it looks up and does not give itself.
    names: Vec<String>,
}

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be read, or asks for what no template can.
    #[error("{place}: {what}")]
    Malformed {
        /// Where, as people count.
        place: Place,
        /// What is wrong there.
        what: String,
    },
    /// It names a field that such items do not have.
    #[error("no field `{name}` for the template; there are {known}")]
    Field {
        /// The field.
        name: String,
        /// Those there are.
        known: String,
    },
    /// What it computes cannot be computed from this item.
    #[error("template, `{at}` of {item}: {what}")]
    Item {
        /// The part of the template.
        at: String,
        /// Why not.
        what: String,
        /// The item, by its name.
        item: String,
    },
}

/// A place in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    line: usize,
    column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            1 => write!(f, "template, column {}", self.column),
            line => write!(f, "template, line {line}, column {}", self.column),
        }
    }
}

impl From<TemplateError> for io::Error {
    fn from(error: TemplateError) -> Self {
        Self::other(error)
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Template {}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        if text.trim().is_empty() {
            let (place, what) = (Place { line: 1, column: 1 }, "it says nothing".to_owned());
            return Err(TemplateError::Malformed { place, what });
        }
        // As it was written first: places are told in that.
        compiled(text)?;
        Ok(Self(Box::leak(Box::new(compiled(&unescaped(text))?))))
    }
}

impl Template {
    /// Refuses a template that items with these columns cannot fill in, before anything is asked for.
    ///
    /// # Errors
    /// When it names a field that is not there, or a filter, test or function that no template has.
    pub fn suits<T>(self, columns: &'static [Column<T>]) -> Result<(), TemplateError> {
        self.fields(columns)?;
        let samples = columns.iter().map(|column| (column.key.to_owned(), sample(column.unit)));
        let samples = samples.chain([(META.to_owned(), origin(&Meta::default()))]).collect();
        match self.filled(samples) {
            Err(error) if is_never_right(error.kind()) => Err(malformed(&error, &self.0.text)),
            // What is wrong with an example may be right with an item.
            _ => Ok(()),
        }
    }

    /// What it says of each item of a list, in a line each.
    ///
    /// # Errors
    /// When it names a field that is not there, or an item cannot fill it in.
    pub(super) fn lines<T>(self, list: &Listing<'_, T>) -> Result<Vec<String>, TemplateError> {
        let fields = self.fields(list.selection.all())?;
        let (now_ms, origin) = (list.meta.now_ms(), origin(list.meta));
        let filled = list.items.iter().enumerate().map(|(at, item)| {
            let values = fields
                .iter()
                .map(|column| (column.key.to_owned(), written(&(column.value)(item, now_ms))));
            let values = values.chain([(META.to_owned(), origin.clone())]).collect();
            self.filled(values).map_err(|error| TemplateError::Item {
                at: part(&error, &self.0.text),
                what: told(&error),
                item: list.names().swap_remove(at),
            })
        });
        filled.collect()
    }

    /// The columns that it names.
    fn fields<T>(
        self,
        columns: &'static [Column<T>],
    ) -> Result<Vec<&'static Column<T>>, TemplateError> {
        let named = |name: &String| columns.iter().find(|column| column.key == name);
        if let Some(name) = self.0.names.iter().find(|it| *it != META && named(it).is_none()) {
            let known: Vec<_> = columns.iter().map(|column| column.key).chain([META]).collect();
            return Err(TemplateError::Field { name: name.clone(), known: known.join(", ") });
        }
        Ok(self.0.names.iter().filter_map(named).collect())
    }

    fn filled(self, values: BTreeMap<String, Filled>) -> Result<String, Error> {
        self.0.environment.get_template(NAME)?.render(values)
    }
}

fn compiled(text: &str) -> Result<Compiled, TemplateError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_formatter(|out, state, value| match value.kind() {
        ValueKind::None => Ok(out.write_str("-")?),
        ValueKind::Bool => Ok(write!(out, "{}", value.is_true())?),
        _ => escape_formatter(out, state, value),
    });
    environment.add_filter("round", rounded);
    let malformed = |error| malformed(&error, text);
    environment.add_template_owned(NAME, text.to_owned()).map_err(malformed)?;
    let looked_up = environment.get_template(NAME).map_err(malformed)?.undeclared_variables(false);
    let is_given = |name: &String| environment.globals().any(|(given, _)| given == name);
    let mut names: Vec<_> = looked_up.into_iter().filter(|name| !is_given(name)).collect();
    names.sort();
    Ok(Compiled { text: text.to_owned(), environment, names })
}

/// What is not known stays so, however many digits of it are asked for.
fn rounded(value: Filled, digits: Option<i32>, more: Kwargs) -> Result<Filled, Error> {
    if value.is_none() { Ok(value) } else { filters::round(value, digits, None, more) }
}

/// `\t` and `\n` outside of braces as what they stand for: no shell puts them into single quotes.
fn unescaped(text: &str) -> String {
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((start, end)) = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
        .into_iter()
        .filter_map(|(open, close)| {
            let start = rest.find(open)?;
            let end = rest[start..].find(close).map_or(rest.len(), |at| start + at + close.len());
            Some((start, end))
        })
        .min()
    {
        whole += &rest[..start].replace("\\t", "\t").replace("\\n", "\n");
        whole += &rest[start..end];
        rest = &rest[end..];
    }
    whole + &rest.replace("\\t", "\t").replace("\\n", "\n")
}

/// A value as a template gets it: texts as tables show them, moments as in JSON.
fn written(value: &Value) -> Filled {
    match value {
        Value::Unknown => Filled::from(()),
        Value::Text(text) => Filled::from(safe_text(text).as_ref()),
        Value::Flag(flag) => Filled::from(*flag),
        Value::Count(count) => Filled::from(*count),
        Value::Number(number) => Filled::from(*number),
        Value::Time(time_ms) => jiff::Timestamp::from_millisecond(*time_ms)
            .map_or_else(|_| Filled::from(()), |time| Filled::from(time.to_string())),
        Value::List(values) => values.iter().map(written).collect(),
        Value::Parts(parts) => {
            let parts = parts.iter().map(|(name, value)| (*name, written(value)));
            parts.collect::<BTreeMap<_, _>>().into()
        }
    }
}

fn origin(meta: &Meta) -> Filled {
    written(&Value::Parts(vec![
        ("context", Value::text(&meta.context)),
        ("instance", meta.instance.as_deref().map_or(Value::Unknown, Value::text)),
        ("server_time", Value::time(meta.server_time_ms)),
        ("revision", meta.revision.into()),
        ("age_ms", meta.age_ms.into()),
    ]))
}

/// What may stand in a column of this unit.
fn sample(unit: Unit) -> Filled {
    written(&match unit {
        Unit::Text | Unit::Name | Unit::Word => Value::text("-"),
        Unit::Count | Unit::Bytes => Value::Count(1),
        Unit::Rate | Unit::Milliseconds | Unit::Ratio | Unit::Seconds => Value::Number(0.5),
        Unit::Moment | Unit::Since => Value::Time(0),
        Unit::Flag => Value::Flag(true),
        Unit::List => Value::List(Vec::new()),
    })
}

/// Whether no item could make it right.
const fn is_never_right(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument
    )
}

fn malformed(error: &Error, text: &str) -> TemplateError {
    TemplateError::Malformed { place: place(error, text), what: told(error) }
}

fn told(error: &Error) -> String {
    let detail = error.detail().unwrap_or("it cannot be filled in");
    match error.kind() {
        ErrorKind::UndefinedError => "it names a part that is not there".to_owned(),
        _ => detail.to_owned(),
    }
}

/// The part of a template that an error is about.
fn part(error: &Error, text: &str) -> String {
    let part = error.range().and_then(|range| text.get(range)).unwrap_or(text);
    safe_text(part).into_owned()
}

/// Where an error is, in the text that it was found in.
fn place(error: &Error, text: &str) -> Place {
    let at = error.range().map_or(0, |range| range.start).min(text.len());
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

#[cfg(test)]
mod tests;
