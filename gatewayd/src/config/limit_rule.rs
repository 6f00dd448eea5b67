//! How much a `[[limit]]` allows: `max`, `rate` with or without `burst`, or `concurrent`.

use std::num::NonZeroU32;

use super::fields::Fields;
use super::value::Value;
use crate::model::{Allowance, Rate, Rule};

/// Reads the rule of one limit.
pub(super) fn rule(fields: &mut Fields<'_>) -> Option<Rule> {
    let max = fields.optional("max", Value::parsed);
    let pace = fields.optional("rate", Value::parsed);
    let burst = fields.optional("burst", at_once);
    let concurrent = fields.optional("concurrent", at_once);
    let told: Vec<&str> = ["max", "rate", "concurrent"]
        .into_iter()
        .filter(|key| fields.place(key).is_some())
        .collect();
    let has_burst = fields.place("burst").is_some();
    match told[..] {
        ["rate"] => rate(fields, pace, has_burst.then_some(burst)),
        [key] if has_burst => {
            let remedy = format!("take out `burst`, or say `rate` instead of `{key}`");
            fields.refuse("burst", "`burst` goes with `rate` alone", &remedy);
            None
        }
        ["max"] => max.map(Rule::Max),
        [_] => concurrent.map(Rule::Concurrent),
        [] if has_burst => {
            fields.refuse("burst", "`burst` without `rate`", "add rate = \"10/second\"");
            None
        }
        [] => {
            let remedy = "add max = \"100/minute\", or rate = \"10/second\" and burst = 20, \
                          or concurrent = 20";
            fields.refuse_all("[[limit]] has no `max`, no `rate` and no `concurrent`", remedy);
            None
        }
        [_, second, ..] => {
            let message = "a limit has one of `max`, `rate` and `concurrent`";
            fields.refuse(second, message, "keep one, and make another [[limit]] of the other");
            None
        }
    }
}

/// `burst` is absent, or written and perhaps wrong.
fn rate(
    fields: &Fields<'_>,
    pace: Option<Allowance>,
    burst: Option<Option<NonZeroU32>>,
) -> Option<Rule> {
    let pace = pace?;
    let rate = match burst {
        None => Rate::of(pace),
        Some(burst) => Rate::new(pace, burst?),
    };
    match rate {
        Ok(rate) => Some(Rule::Rate(rate)),
        Err(error) => {
            fields.refuse("burst", &error.to_string(), "lower `burst`");
            None
        }
    }
}

fn at_once(value: Value<'_>) -> Option<NonZeroU32> {
    let number = value.number(1..=Rule::MOST_AT_ONCE.get().into())?;
    u32::try_from(number).ok().and_then(NonZeroU32::new)
}
