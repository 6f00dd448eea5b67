//! `ejection = { … }` of a pool: when a backend that fails requests is taken out, and for how long.

use std::time::Duration;

use super::value::Value;
use crate::model::EjectionRules;

const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
const MOST_FAILURES: i64 = 100_000;

/// Reads the `ejection` of a pool.
pub(crate) fn ejection(value: Value<'_>) -> Option<EjectionRules> {
    value.table("ejection", &[], |fields| {
        let usual = EjectionRules::default();
        let span = |value: Value<'_>| value.duration(SHORTEST..=LONGEST);
        let failures = fields.defaulted("failures", usual.failures, |value| {
            u32::try_from(value.number(0..=MOST_FAILURES)?).ok()
        });
        let time = fields.defaulted("time", usual.time, span);
        let longest = fields.defaulted("longest", usual.longest, span);
        let percent = fields
            .defaulted("percent", usual.percent, |value| u8::try_from(value.number(1..=100)?).ok());
        let rules = EjectionRules {
            failures: failures?,
            time: time?,
            longest: longest?,
            percent: percent?,
        };
        if rules.time > rules.longest {
            let message = "the first ejection would last longer than the longest";
            let place = if fields.place("longest").is_some() { "longest" } else { "time" };
            fields.refuse(place, message, "write a `longest` that is no shorter than `time`");
            return None;
        }
        Some(rules)
    })
}
