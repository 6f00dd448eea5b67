//! A rate policy: by how much a fleet may change within a period.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// By how much a fleet may change within a period, as `scaleUp.policies` of a Kubernetes HPA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RatePolicy {
    /// By how much.
    pub amount: Amount,
    /// Within how long.
    pub period: Duration,
}

/// By how much a fleet changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Percent of the servers there were when the period began.
    Percent(u32),
    /// So many servers.
    Servers(u32),
}

/// Why a text is not a rate policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a rate of scaling: expected percent or servers in 1s to 60m, as \"100%/15s\" \
     or \"4/15s\""
)]
pub struct RatePolicyError(pub String);

const UNITS: [(&str, u64); 2] = [("m", 60), ("s", 1)];
const LONGEST: Duration = Duration::from_secs(60 * 60);
const LARGEST: u32 = 100_000;

impl FromStr for RatePolicy {
    type Err = RatePolicyError;

    fn from_str(text: &str) -> Result<RatePolicy, RatePolicyError> {
        parse(text).ok_or_else(|| RatePolicyError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<RatePolicy> {
    let (amount, period) = text.split_once('/')?;
    let (number, percent) = match amount.strip_suffix('%') {
        Some(number) => (number, true),
        None => (amount, false),
    };
    let number = whole(number).and_then(|it| u32::try_from(it).ok())?;
    let amount = if percent { Amount::Percent(number) } else { Amount::Servers(number) };
    let timed = |(unit, seconds): &(&str, u64)| {
        whole(period.strip_suffix(unit)?)?.checked_mul(*seconds).map(Duration::from_secs)
    };
    let period = UNITS.iter().find_map(timed)?;
    let legal =
        (1..=LARGEST).contains(&number) && (Duration::from_secs(1)..=LONGEST).contains(&period);
    legal.then_some(RatePolicy { amount, period })
}

/// Digits alone: no sign, no space.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

impl fmt::Display for RatePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            Amount::Percent(percent) => write!(f, "{percent}%/")?,
            Amount::Servers(servers) => write!(f, "{servers}/")?,
        }
        match self.period.as_secs() {
            seconds if seconds.is_multiple_of(60) => write!(f, "{}m", seconds / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

impl TryFrom<String> for RatePolicy {
    type Error = RatePolicyError;

    fn try_from(text: String) -> Result<RatePolicy, RatePolicyError> {
        text.parse()
    }
}

impl From<RatePolicy> for String {
    fn from(policy: RatePolicy) -> String {
        policy.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_back_as_written_and_nothing_else_is_one() {
        for text in ["100%/15s", "4/15s", "10%/1m", "1/60m"] {
            assert_eq!(text.parse::<RatePolicy>().unwrap().to_string(), text);
        }
        for text in ["", "4", "4/", "/15s", "+4/15s", "0/15s", "4/0s", "4%%/1s", "4/15", "1/2h"] {
            assert!(text.parse::<RatePolicy>().is_err(), "{text:?}");
        }
    }
}
