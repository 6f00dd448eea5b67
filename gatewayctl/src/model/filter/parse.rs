//! How is a filter written? `or` binds weaker than `and`, `and` weaker than `not`.

use super::{Comparison, Expression, FilterError, Test, Wanted};
use crate::duration;

/// Deeper nesting is refused, so that a pasted text cannot exhaust the stack.
const DEEPEST: usize = 32;
/// Longest first, so that `>=` is not read as `>`.
const COMPARISONS: [(&str, Comparison); 8] = [
    ("!=", Comparison::Unequal),
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("==", Comparison::Equal),
    ("=", Comparison::Equal),
    (">", Comparison::More),
    ("<", Comparison::Less),
    ("~", Comparison::Contains),
];
/// Endings that a field's name may be written without, the likeliest first.
const UNITS: [&str; 5] = ["_ms", "_ratio", "_per_s", "_s", "_bytes"];

/// Reads a whole expression.
pub(super) fn expression(text: &str, fields: &[&str]) -> Result<Expression, FilterError> {
    let mut reader = Reader { rest: text, fields, depth: 0 };
    let expression = reader.any()?;
    if reader.rest.trim().is_empty() {
        Ok(expression)
    } else {
        Err(reader.expected("`and`, `or` or the end"))
    }
}

/// The field called `name`, whose unit may be left out: `p99` is `p99_ms`.
#[must_use]
pub fn find_field<'a>(name: &str, fields: &[&'a str]) -> Option<&'a str> {
    let same = |wanted: &str| fields.iter().copied().find(|field| *field == wanted);
    same(name).or_else(|| UNITS.iter().find_map(|unit| same(&format!("{name}{unit}"))))
}

struct Reader<'a> {
    rest: &'a str,
    fields: &'a [&'a str],
    depth: usize,
}

impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<Expression, FilterError> {
        let mut parts = vec![self.all()?];
        while self.takes_word("or") {
            parts.push(self.all()?);
        }
        Ok(single(parts, Expression::Or))
    }

    fn all(&mut self) -> Result<Expression, FilterError> {
        let mut parts = vec![self.one()?];
        while self.takes_word("and") {
            parts.push(self.one()?);
        }
        Ok(single(parts, Expression::And))
    }

    fn one(&mut self) -> Result<Expression, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FilterError::Depth);
        }
        let expression = if self.takes_word("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let inside = self.any()?;
            if !self.takes(")") {
                return Err(self.expected("`)`"));
            }
            inside
        } else {
            Expression::Test(self.test()?)
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn test(&mut self) -> Result<Test, FilterError> {
        let name = self.word("a field such as `state`")?;
        let field = self.field(name)?;
        let Some((_, comparison)) = COMPARISONS.into_iter().find(|(sign, _)| self.takes(sign))
        else {
            return Err(self.expected("one of = != > >= < <= ~"));
        };
        let mut wanted = vec![self.wanted(&field, comparison)?];
        while self.takes(",") {
            wanted.push(self.wanted(&field, comparison)?);
        }
        Ok(Test { field, comparison, wanted })
    }

    fn field(&self, name: &str) -> Result<String, FilterError> {
        let field = find_field(name, self.fields).map(str::to_owned);
        field.ok_or_else(|| FilterError::Field {
            field: name.to_owned(),
            known: self.fields.join(", "),
        })
    }

    fn wanted(&mut self, field: &str, comparison: Comparison) -> Result<Wanted, FilterError> {
        let text = match self.quoted()? {
            Some(text) => text,
            None => self.value()?,
        };
        let number = number(text, field)?;
        let needs_number =
            !matches!(comparison, Comparison::Equal | Comparison::Unequal | Comparison::Contains);
        if needs_number && number.is_none() {
            return Err(FilterError::Grammar { expected: "a number", found: format!("`{text}`") });
        }
        Ok(Wanted { text: text.to_owned(), number })
    }

    fn quoted(&mut self) -> Result<Option<&'a str>, FilterError> {
        self.rest = self.rest.trim_start();
        let Some(mark @ ('"' | '\'')) = self.rest.chars().next() else { return Ok(None) };
        let Some((text, rest)) = self.rest[1..].split_once(mark) else {
            return Err(self.expected("a closing quote"));
        };
        self.rest = rest;
        Ok(Some(text))
    }

    fn value(&mut self) -> Result<&'a str, FilterError> {
        self.run("a value", |character| {
            !character.is_whitespace() && !matches!(character, '(' | ')' | ',' | '"' | '\'')
        })
    }

    fn word(&mut self, expected: &'static str) -> Result<&'a str, FilterError> {
        self.run(expected, is_name)
    }

    fn run(
        &mut self,
        expected: &'static str,
        belongs: impl Fn(char) -> bool,
    ) -> Result<&'a str, FilterError> {
        let rest = self.rest.trim_start();
        let end = rest.find(|character| !belongs(character)).unwrap_or(rest.len());
        if end == 0 {
            return Err(self.expected(expected));
        }
        self.rest = &rest[end..];
        Ok(&rest[..end])
    }

    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        match self.rest.trim_start().strip_prefix(word) {
            Some(rest) if !rest.starts_with(is_name) && !begins_comparison(rest) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn expected(&self, expected: &'static str) -> FilterError {
        let rest = self.rest.trim();
        let found = if rest.is_empty() { "the end".to_owned() } else { format!("`{rest}`") };
        FilterError::Grammar { expected, found }
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn begins_comparison(rest: &str) -> bool {
    COMPARISONS.iter().any(|(sign, _)| rest.trim_start().starts_with(sign))
}

fn single(mut parts: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => several(parts),
    }
}

/// `text` as a number in the unit of `field`: `1%` of a ratio is 0.01, `2s` of milliseconds 2000.
fn number(text: &str, field: &str) -> Result<Option<f64>, FilterError> {
    if text == "-" {
        return Ok(None);
    }
    if let Ok(number) = text.parse::<f64>() {
        return Ok(number.is_finite().then_some(number));
    }
    let unfit = |kind| FilterError::Unit { value: text.to_owned(), field: field.to_owned(), kind };
    if let Some(percent) = text.strip_suffix('%').and_then(|text| text.parse::<f64>().ok()) {
        return if field.ends_with("_ratio") {
            Ok(Some(percent / 100.0))
        } else {
            Err(unfit("not a ratio"))
        };
    }
    let length = duration::parse(text);
    match field {
        _ if field.ends_with("_ms") => {
            length.map(|length| Some(length.as_secs_f64() * 1000.0)).map_err(|_| unfit("a time"))
        }
        _ if field.ends_with("_s") && !field.ends_with("_per_s") => {
            length.map(|length| Some(length.as_secs_f64())).map_err(|_| unfit("a time"))
        }
        _ => Ok(None),
    }
}
