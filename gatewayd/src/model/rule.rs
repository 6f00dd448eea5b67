//! A rule: how much a limit allows, and how that is meant.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Allowance, Rate};

/// How much a limit allows each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Never more in any window of the period.
    Max(Allowance),
    /// On average, with bursts.
    Rate(Rate),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Max(allowance) => allowance.fmt(f),
            Rule::Rate(rate) => rate.fmt(f),
        }
    }
}
