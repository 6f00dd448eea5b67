//! `[[limit]]`: the allowed rate for each key.

use std::num::NonZeroU32;

use super::fields::Fields;
use super::names::Noun;
use super::value::Value;
use crate::model::{Limit, LimitMode, Rate, Rule};

const MODES: [(&str, LimitMode); 2] =
    [("enforce", LimitMode::Enforce), ("shadow", LimitMode::Shadow)];

/// Reads one `[[limit]]`.
pub(super) fn limit(value: Value<'_>) -> Option<Limit> {
    value.table("[[limit]]", &[], |fields| {
        let name = fields.required("name", "\"per-ip\"", |value| value.new_name(Noun::Limit));
        let key = fields.required("key", "\"client-ip\"", Value::parsed);
        let rule = rule(fields);
        let mode = fields.defaulted("mode", LimitMode::default(), |value| value.one_of(&MODES));
        Some(Limit { name: name?, key: key?, rule: rule?, mode: mode? })
    })
}

/// `max`, or `rate` with or without `burst`.
fn rule(fields: &mut Fields<'_>) -> Option<Rule> {
    let max = fields.optional("max", Value::parsed);
    let pace = fields.optional("rate", Value::parsed);
    let burst = fields.optional("burst", burst);
    let told = |key| fields.place(key).is_some();
    match (told("max"), told("rate"), told("burst")) {
        (true, false, false) => max.map(Rule::Max),
        (true, ..) => {
            let key = if told("rate") { "rate" } else { "burst" };
            let message = "a limit has `max`, or `rate` and `burst`";
            fields.refuse(key, message, "keep `max`: never more, in any such time; or `rate`");
            None
        }
        (false, true, has_burst) => {
            let pace = pace?;
            let rate = if has_burst { Rate::new(pace, burst?) } else { Rate::of(pace) };
            let wrong = |error: &dyn std::fmt::Display| {
                fields.refuse("burst", &error.to_string(), "lower `burst`");
            };
            rate.map(Rule::Rate).inspect_err(|error| wrong(error)).ok()
        }
        (false, false, true) => {
            fields.refuse("burst", "`burst` without `rate`", "add rate = \"10/second\"");
            None
        }
        (false, false, false) => {
            let remedy = "add max = \"100/minute\", or rate = \"10/second\" and burst = 20";
            fields.refuse_all("[[limit]] has no `max` and no `rate`", remedy);
            None
        }
    }
}

fn burst(value: Value<'_>) -> Option<NonZeroU32> {
    let number = value.number(1..=1_000_000)?;
    u32::try_from(number).ok().and_then(NonZeroU32::new)
}
