//! `[[limit]]`: the allowed rate for each key.

use super::fields::LaterKey;
use super::names::Noun;
use super::value::Value;
use crate::model::{Limit, LimitMode};

const LATER: [LaterKey; 2] = [
    LaterKey { key: "rate", instead: "use `max`, as max = \"100/minute\"" },
    LaterKey { key: "burst", instead: "use `max`, as max = \"100/minute\"" },
];

const MODES: [(&str, LimitMode); 2] =
    [("enforce", LimitMode::Enforce), ("shadow", LimitMode::Shadow)];

/// Reads one `[[limit]]`.
pub(super) fn limit(value: Value<'_>) -> Option<Limit> {
    value.table("[[limit]]", &LATER, |fields| {
        let name = fields.required("name", "\"per-ip\"", |value| value.new_name(Noun::Limit));
        let key = fields.required("key", "\"client-ip\"", Value::parsed);
        let max = fields.required("max", "\"100/minute\"", Value::parsed);
        let mode = fields.defaulted("mode", LimitMode::default(), |value| value.one_of(&MODES));
        Some(Limit { name: name?, key: key?, max: max?, mode: mode? })
    })
}
