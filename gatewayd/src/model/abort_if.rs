//! When a ramp is given up: `error>1% or p99>2x`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Conditions of which one is enough, told as `error>1%`, `p99>250ms`, `p99>2x`, joined by `or`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AbortIf(Vec<AbortCondition>);

/// One condition on a backend that ramps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AbortCondition {
    /// More of its answers are failures than so many hundredths of a percent, 0..=10000.
    Error(u32),
    /// The 99th percentile is over this time, 1 µs to 10 min.
    P99(Duration),
    /// The 99th percentile is over so many hundredths of what it was before, 1..=100000.
    P99Times(u32),
}

/// Why a text is no condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no condition: expected such as \"error>1%\", \"p99>250ms\" or \"p99>2x\", joined by \
     \"or\", {MOST} at most"
)]
pub struct AbortIfError(pub String);

const MOST: usize = 8;
const LONGEST: Duration = Duration::from_secs(600);
const MOST_TIMES: u32 = 100_000;

impl AbortIf {
    /// The conditions, at least one.
    #[must_use]
    pub fn conditions(&self) -> &[AbortCondition] {
        &self.0
    }

    /// Whether one is told by what was before.
    #[must_use]
    pub fn looks_back(&self) -> bool {
        self.0.iter().any(|it| matches!(it, AbortCondition::P99Times(_)))
    }
}

impl FromStr for AbortIf {
    type Err = AbortIfError;

    fn from_str(text: &str) -> Result<AbortIf, AbortIfError> {
        let wrong = |part: &str| AbortIfError(part.chars().take(80).collect());
        let mut conditions = Vec::new();
        let mut words = Vec::new();
        // `or` is a word of its own; within a condition spaces mean nothing.
        for word in text.split_whitespace().chain(["or"]) {
            if word == "or" {
                let found = condition(&words.join(""));
                conditions.push(found.ok_or_else(|| wrong(&words.join(" ")))?);
                words.clear();
            } else {
                words.push(word);
            }
        }
        if conditions.len() > MOST { Err(wrong(text)) } else { Ok(AbortIf(conditions)) }
    }
}

fn condition(text: &str) -> Option<AbortCondition> {
    match text.split_once('>')? {
        ("error", bound) => {
            let hundredths = hundredths(bound.strip_suffix('%')?)?;
            (hundredths <= 10_000).then_some(AbortCondition::Error(hundredths))
        }
        ("p99", bound) => {
            if let Some(times) = bound.strip_suffix('x') {
                let hundredths = hundredths(times)?;
                return (1..=MOST_TIMES)
                    .contains(&hundredths)
                    .then_some(AbortCondition::P99Times(hundredths));
            }
            let (number, unit_us) = match bound.strip_suffix("ms") {
                Some(number) => (number, 10),
                None => (bound.strip_suffix('s')?, 10_000),
            };
            let time = Duration::from_micros(u64::from(hundredths(number)?) * unit_us);
            (!time.is_zero() && time <= LONGEST).then_some(AbortCondition::P99(time))
        }
        _ => None,
    }
}

/// A number with up to two places behind the point, in hundredths.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part)
}

fn decimal(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl fmt::Display for AbortCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AbortCondition::Error(percent) => write!(f, "error>{}%", decimal((*percent).into())),
            AbortCondition::P99(time) => {
                write!(f, "p99>{}ms", decimal(time.as_micros() as u64 / 10))
            }
            AbortCondition::P99Times(times) => write!(f, "p99>{}x", decimal((*times).into())),
        }
    }
}

impl fmt::Display for AbortIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, condition) in self.0.iter().enumerate() {
            write!(f, "{}{condition}", if place > 0 { " or " } else { "" })?;
        }
        Ok(())
    }
}

impl TryFrom<String> for AbortIf {
    type Error = AbortIfError;

    fn try_from(text: String) -> Result<AbortIf, AbortIfError> {
        text.parse()
    }
}

impl From<AbortIf> for String {
    fn from(it: AbortIf) -> String {
        it.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> Result<String, AbortIfError> {
        text.parse::<AbortIf>().map(|it| it.to_string())
    }

    #[test]
    fn conditions_are_read_as_they_are_told() {
        assert_eq!(told("error>1% or p99>2x").unwrap(), "error>1% or p99>2x");
        assert_eq!(told(" error > 0.25 %  or p99 > 1.5 s").unwrap(), "error>0.25% or p99>1500ms");
        assert_eq!(told("p99>250ms").unwrap(), "p99>250ms");
        assert_eq!(
            told("p99>0.5ms or p99>1.05x or error>0%").unwrap(),
            "p99>0.5ms or p99>1.05x or error>0%"
        );
    }

    #[test]
    fn what_is_no_condition_is_refused_by_its_words() {
        for (text, words) in [
            ("", ""),
            ("error>1% or", ""),
            ("or error>1%", ""),
            ("error>1% and p99>2x", "error>1% and p99>2x"),
            ("error>1% or  latency >  2x", "latency > 2x"),
            ("error<1%", "error<1%"),
            ("error>1", "error>1"),
            ("error>101%", "error>101%"),
            ("error>1.234%", "error>1.234%"),
            ("error>-1%", "error>-1%"),
            ("p99>2", "p99>2"),
            ("p99>0x", "p99>0x"),
            ("p99>0ms", "p99>0ms"),
            ("p99>11000s", "p99>11000s"),
            ("p50>2x", "p50>2x"),
            ("p99>99999999999999x", "p99>99999999999999x"),
        ] {
            assert_eq!(told(text), Err(AbortIfError(words.to_owned())), "{text}");
        }
        let many = ["error>1%"; 9].join(" or ");
        assert!(told(&many).is_err() && told(&many[12..]).is_ok());
    }

    fn any_condition() -> impl Strategy<Value = AbortCondition> {
        prop_oneof![
            (0..=10_000_u32).prop_map(AbortCondition::Error),
            (1..=60_000_000_u64).prop_map(|it| AbortCondition::P99(Duration::from_micros(it * 10))),
            (1..=MOST_TIMES).prop_map(AbortCondition::P99Times),
        ]
    }

    proptest! {
        #[test]
        fn what_is_told_reads_as_the_same(
            conditions in prop::collection::vec(any_condition(), 1..=MOST),
        ) {
            let one = AbortIf(conditions);
            prop_assert_eq!(one.to_string().parse(), Ok(one));
        }

        #[test]
        fn reading_never_panics_and_refuses_in_few_words(text in any::<String>()) {
            if let Err(AbortIfError(words)) = text.parse::<AbortIf>() {
                prop_assert!(words.chars().count() <= 80);
            }
        }
    }
}
