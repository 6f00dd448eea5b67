//! A limit: the allowed rate for each key.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Adjustment, Lapse, LimitKeys, Name, Rule, V6Tiers};

/// The allowed rate for each key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Unique among limits.
    pub name: Name,
    /// What is counted by.
    pub key: LimitKeys,
    /// How much is allowed; in the journal under `max`, `rate` or `concurrent`.
    #[serde(flatten)]
    pub rule: Rule,
    /// What happens to a request over it.
    pub mode: LimitMode,
    /// What clients of IPv6 are counted by.
    #[serde(default, skip_serializing_if = "V6Tiers::is_default")]
    pub v6: V6Tiers,
    /// Networks it does not concern, or that have more; the longest prefix decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// A rule that is tried beside its own, and refuses nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<Rule>,
    /// What its rule goes back to by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_lapse: Option<Lapse<Rule>>,
    /// What its mode goes back to by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode_lapse: Option<Lapse<LimitMode>>,
}

impl Limit {
    /// The most counts of all limits together. The store has room for a few more, for those that
    /// are being changed.
    pub const MOST_COUNTS: usize = 1000;

    /// How many counts are kept apart for it: its own, that of `v6_wide`, one for each multiplier;
    /// the same again for a candidate.
    #[must_use]
    pub fn counts(&self) -> usize {
        let multipliers = self.adjustments.iter().filter(|it| it.times.is_some()).count();
        let counts = 1 + usize::from(self.v6.wide.is_some()) + multipliers;
        if self.candidate.is_some() { 2 * counts } else { counts }
    }

    /// What rule and mode it goes back to next by itself.
    #[must_use]
    pub fn next_lapse(&self) -> Option<Lapse<(Rule, LimitMode)>> {
        let rule_ms = self.rule_lapse.map(|it| it.until_ms);
        let mode_ms = self.mode_lapse.map(|it| it.until_ms);
        let until_ms = [rule_ms, mode_ms].into_iter().flatten().min()?;
        Some(Lapse { until_ms, to: self.left(until_ms) })
    }

    /// The rule and mode that are left at `at_ms`, once what is over then has ended.
    #[must_use]
    pub fn left(&self, at_ms: i64) -> (Rule, LimitMode) {
        let rule = Lapse::left(self.rule_lapse, self.rule, at_ms);
        (rule, Lapse::left(self.mode_lapse, self.mode, at_ms))
    }
}

/// What a limit does with a request over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LimitMode {
    /// Refuses it.
    #[default]
    Enforce,
    /// Counts it and lets it pass.
    Shadow,
}

impl fmt::Display for LimitMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            LimitMode::Enforce => "enforce",
            LimitMode::Shadow => "shadow",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_an_older_journal_is_read_and_a_rate_comes_back() {
        let older = r#"{"name":"create","key":"client-ip","max":"100/minute","mode":"enforce"}"#;
        let limit: Limit = serde_json::from_str(older).unwrap();
        assert_eq!(limit.rule.to_string(), "100/minute");
        assert_eq!(serde_json::to_string(&limit).unwrap(), older);
        let rule = Rule::Rate(crate::model::Rate::of("10/second".parse().unwrap()).unwrap());
        let limit = Limit { rule, ..limit };
        let text = serde_json::to_string(&limit).unwrap();
        assert_eq!(serde_json::from_str::<Limit>(&text).unwrap(), limit, "{text}");
    }
}
