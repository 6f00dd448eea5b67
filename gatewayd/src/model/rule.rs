//! A rule: how much a limit allows, and how that is meant.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::{Allowance, Rate, RateError};

/// How much a limit allows each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Never more in any window of the period.
    Max(Allowance),
    /// On average, with bursts.
    Rate(Rate),
    /// So many at once.
    Concurrent(NonZeroU32),
}

/// A new rule, told in full or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleEdit {
    /// Never more in any window of the period.
    Max(Allowance),
    /// On average, with bursts; without a number the burst of the rule it replaces, else as many
    /// as the rate allows in its period.
    Rate(Allowance, Option<NonZeroU32>),
    /// Another burst at the same rate.
    Burst(NonZeroU32),
    /// So many at once.
    Concurrent(NonZeroU32),
}

/// Why a new rule does not fit the old one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A burst of what is no rate.
    #[error("the limit is {0}, which has no burst: say a rate too")]
    NoRate(Rule),
    /// Too large a burst.
    #[error(transparent)]
    Rate(#[from] RateError),
}

impl Rule {
    /// The rule that `edit` makes of this one.
    ///
    /// # Errors
    /// When the burst is too large, or there is no rate that it could belong to.
    pub fn edited(self, edit: RuleEdit) -> Result<Rule, RuleError> {
        match (edit, self) {
            (RuleEdit::Max(allowance), _) => Ok(Rule::Max(allowance)),
            (RuleEdit::Rate(pace, Some(burst)), _) => Ok(Rule::Rate(Rate::new(pace, burst)?)),
            (RuleEdit::Rate(pace, None), Rule::Rate(was)) => {
                Ok(Rule::Rate(Rate::new(pace, was.burst())?))
            }
            (RuleEdit::Rate(pace, None), _) => Ok(Rule::Rate(Rate::of(pace)?)),
            (RuleEdit::Burst(burst), Rule::Rate(was)) => {
                Ok(Rule::Rate(Rate::new(was.pace(), burst)?))
            }
            (RuleEdit::Burst(_), was) => Err(RuleError::NoRate(was)),
            (RuleEdit::Concurrent(most), _) => Ok(Rule::Concurrent(most)),
        }
    }

    /// So many times as much, but never more than the most there is.
    #[must_use]
    pub fn times(self, times: NonZeroU32) -> Rule {
        match self {
            Rule::Max(allowance) => Rule::Max(allowance.times(times)),
            Rule::Rate(rate) => Rule::Rate(rate.times(times)),
            Rule::Concurrent(most) => {
                Rule::Concurrent(most.saturating_mul(times).min(Rule::MOST_AT_ONCE))
            }
        }
    }

    /// The most at once of any rule.
    pub const MOST_AT_ONCE: NonZeroU32 = NonZeroU32::new(1_000_000).expect("it is not 0");
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Max(allowance) => allowance.fmt(f),
            Rule::Rate(rate) => rate.fmt(f),
            Rule::Concurrent(most) => write!(f, "{most} at once"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(pace: &str, burst: u32) -> Rule {
        let burst = NonZeroU32::new(burst).unwrap();
        Rule::Rate(Rate::new(pace.parse().unwrap(), burst).unwrap())
    }

    #[test]
    fn a_multiple_stays_within_what_there_is() {
        let times = |rule: Rule, times| rule.times(NonZeroU32::new(times).unwrap()).to_string();
        assert_eq!(times(Rule::Max("100/minute".parse().unwrap()), 10), "1000/minute");
        assert_eq!(times(rate("10/second", 20), 3), "30/second burst 60");
        assert_eq!(times(Rule::Concurrent(NonZeroU32::new(20).unwrap()), 2), "40 at once");
        assert_eq!(times(Rule::Max("600000/hour".parse().unwrap()), 10), "1000000/hour");
        assert_eq!(times(rate("900000/24h", 900_000), 1000), "1000000/24h burst 1000000");
    }

    #[test]
    fn what_an_edit_leaves_out_stays() {
        let (was, max) = (rate("10/second", 20), Rule::Max("7/minute".parse().unwrap()));
        let pace = "5/second".parse().unwrap();
        let thirty = NonZeroU32::new(30).unwrap();
        for (before, edit, after) in [
            (was, RuleEdit::Rate(pace, None), rate("5/second", 20)),
            (was, RuleEdit::Rate(pace, Some(thirty)), rate("5/second", 30)),
            (was, RuleEdit::Burst(thirty), rate("10/second", 30)),
            (max, RuleEdit::Rate(pace, None), rate("5/second", 5)),
            (was, RuleEdit::Max("7/minute".parse().unwrap()), max),
        ] {
            assert_eq!(before.edited(edit), Ok(after), "{before} {edit:?}");
        }
        assert_eq!(max.edited(RuleEdit::Burst(thirty)), Err(RuleError::NoRate(max)));
    }
}
