//! `[[limit]]`: the allowed rate for each key.

use std::num::NonZeroU32;

use ipnet::IpNet;

use super::limit_rule::rule;
use super::names::Noun;
use super::value::Value;
use crate::model::{Adjustment, Limit, LimitKey, LimitKeys, LimitMode, V6Tiers, WideTier};

const MODES: [(&str, LimitMode); 2] =
    [("enforce", LimitMode::Enforce), ("shadow", LimitMode::Shadow)];
/// The most networks that one limit treats apart, of each kind.
const MOST_NETWORKS: usize = 100;

/// Reads one `[[limit]]`.
pub(super) fn limit(value: Value<'_>) -> Option<Limit> {
    let limit = value.table("[[limit]]", &[], |fields| {
        let name = fields.required("name", "\"per-ip\"", |value| value.new_name(Noun::Limit));
        let key = fields.required("key", "\"client-ip\"", key);
        let rule = rule(fields);
        let mode = fields.defaulted("mode", LimitMode::default(), |value| value.one_of(&MODES));
        let prefix = fields.defaulted("v6_prefix", V6Tiers::default().prefix, prefix);
        let wide = fields.defaulted("v6_wide", None, |value| wide(value, prefix).map(Some));
        let exempt = fields
            .defaulted("exempt", Vec::new(), |value| value.set(MOST_NETWORKS, Value::network));
        let multipliers = fields
            .defaulted("multipliers", Vec::new(), |value| value.set(MOST_NETWORKS, multiplier));
        let mut adjustments = exempt?.into_iter().map(exempted).collect();
        for adjustment in multipliers? {
            adjustments = added(value, adjustments, adjustment)?;
        }
        let v6 = V6Tiers { prefix: prefix?, wide: wide? };
        Some(Limit {
            name: name?,
            key: key?,
            rule: rule?,
            mode: mode?,
            v6,
            adjustments,
            candidate: None,
            rule_lapse: None,
            mode_lapse: None,
        })
    })?;
    value.reading.limit_uses.borrow_mut().defined(&limit, value.span);
    Some(limit)
}

/// One part, or a list of several.
fn key(value: Value<'_>) -> Option<LimitKeys> {
    if value.is_text() {
        return value.parsed::<LimitKey>().map(LimitKeys::from);
    }
    let parts = value.set(LimitKeys::MOST, Value::parsed)?;
    let wrong = || value.refuse("an empty list", "name at least one part, as [\"client-ip\"]");
    LimitKeys::of(parts).or_else(wrong)
}

fn prefix(value: Value<'_>) -> Option<u8> {
    value.number(32..=64).and_then(|bits| u8::try_from(bits).ok())
}

fn wide(value: Value<'_>, narrow: Option<u8>) -> Option<WideTier> {
    value.table("v6_wide", &[], |fields| {
        let prefix = fields.required("prefix", "48", |value| value.number(16..=63));
        let times = fields.required("times", "16", times);
        let prefix = prefix.and_then(|bits| u8::try_from(bits).ok())?;
        if narrow.is_some_and(|narrow| prefix >= narrow) {
            let message = "`v6_wide` counts no more together than `v6_prefix`";
            fields.refuse("prefix", message, "lower its prefix, as { prefix = 48, times = 16 }");
            return None;
        }
        Some(WideTier { prefix, times: times? })
    })
}

fn multiplier(value: Value<'_>) -> Option<Adjustment> {
    value.table("multipliers", &[], |fields| {
        let network = fields.required("network", "\"192.0.2.0/24\"", Value::network);
        let times = fields.required("times", "10", times);
        Some(Adjustment { network: network?, times: Some(times?) })
    })
}

fn exempted(network: IpNet) -> Adjustment {
    Adjustment { network, times: None }
}

fn times(value: Value<'_>) -> Option<NonZeroU32> {
    value.number(2..=1000).and_then(|times| u32::try_from(times).ok()?.try_into().ok())
}

fn added(
    limit: Value<'_>,
    mut all: Vec<Adjustment>,
    adjustment: Adjustment,
) -> Option<Vec<Adjustment>> {
    let network = adjustment.network;
    if all.iter().any(|other| other.network == network) {
        let message = format!("{network} is treated apart twice");
        return limit.refuse(message, "leave it in `exempt` or in `multipliers`, once");
    }
    all.push(adjustment);
    Some(all)
}
