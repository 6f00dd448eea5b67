//! `backend weight`: shift traffic between backends.

use std::{collections::BTreeSet, str::FromStr, time::Duration};

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::{
    duration,
    model::{Edit, WeightEdit},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend weight api-1=50                   half of the usual 100
  gatewayctl backend weight api-1=50 api-2=+10 api-3=80%   all of them or none
  gatewayctl backend weight api-1=0                    no new requests, without a drain
  gatewayctl backend weight api-1=300 -n               how the shares would change
  gatewayctl backend weight api-4=100 --ramp 10m       by and by, whoever leaves meanwhile
  gatewayctl backend weight api-4=100 --ramp 10m --abort-if 'error>1% or p99>2x'

A weight is 0 to 1000; a share of traffic is a weight over the sum of its pool's. A ramp that is given
up goes back to the weight before and says why in an event; conditions are error>1%, p99>250ms and
p99>2x (of what it was before), judged on ten seconds of the backend's answers. A new weight, a drain
or maintenance ends it.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct WeightArgs {
    /// NAME=50 sets, NAME=+10 and NAME=-10 add, NAME=80% scales
    #[arg(required = true, value_name = "NAME=WEIGHT", add = complete::weights())]
    weights: Vec<Weight>,
    /// Get there in so long: 1s to 7d
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ramp: Option<Duration>,
    /// Give the ramp up when this is so: 'error>1% or p99>2x'
    #[arg(long, value_name = "CONDITION", requires = "ramp")]
    abort_if: Option<String>,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

/// A backend with its new weight.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Weight {
    name: String,
    edit: WeightEdit,
}

/// Why a text is not a weight.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum WeightError {
    #[error("expected NAME=50, NAME=+10, NAME=-10 or NAME=80%")]
    Grammar,
    #[error("a weight is 0 to 1000")]
    Weight,
    #[error("a percentage is 0% to 10000%")]
    Percent,
}

impl FromStr for Weight {
    type Err = WeightError;

    fn from_str(text: &str) -> Result<Self, WeightError> {
        let (name, weight) = text.split_once('=').ok_or(WeightError::Grammar)?;
        if name.is_empty() {
            return Err(WeightError::Grammar);
        }
        Ok(Self { name: name.to_owned(), edit: edit(weight)? })
    }
}

fn edit(text: &str) -> Result<WeightEdit, WeightError> {
    if let Some(percent) = text.strip_suffix('%') {
        let percent = digits(percent)?;
        return if percent <= 10_000 {
            Ok(WeightEdit::Percent(percent))
        } else {
            Err(WeightError::Percent)
        };
    }
    let (sign, number) = match text.split_at_checked(1) {
        Some(("+", number)) => (Some(1), number),
        Some(("-", number)) => (Some(-1), number),
        _ => (None, text),
    };
    let weight = digits(number)?;
    match (sign, i32::try_from(weight)) {
        (_, Ok(1001..) | Err(_)) => Err(WeightError::Weight),
        (Some(sign), Ok(delta)) => Ok(WeightEdit::Delta(sign * delta)),
        (None, Ok(_)) => Ok(WeightEdit::Absolute(weight)),
    }
}

/// A number without a sign; one too great to hold is too great to mean.
fn digits(text: &str) -> Result<u32, WeightError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WeightError::Grammar);
    }
    Ok(text.parse().unwrap_or(u32::MAX))
}

impl WeightArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mut names = BTreeSet::new();
        if let Some(twice) = self.weights.iter().find(|weight| !names.insert(&weight.name)) {
            return Err(Failure::usage(format!("{} is given two weights", twice.name))
                .hint("name each backend once"));
        }
        let edits = self.weights.into_iter().map(|weight| (weight.name, weight.edit)).collect();
        let client = session.connect().await?;
        let edit = match self.ramp {
            None => Edit::SetWeights { edits },
            Some(lasts) => {
                let abort_if = self.abort_if.unwrap_or_default();
                Edit::RampWeights { edits, lasts, abort_if }
            }
        };
        change::apply(session, &client, &edit, &self.change.lasting(self.lasts), &Stakes::Low)
            .await?;
        Ok(Verdict::Done)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<WeightEdit, WeightError> {
        text.parse::<Weight>().map(|weight| weight.edit)
    }

    #[test]
    fn a_weight_is_set_added_to_or_scaled() {
        assert_eq!(parsed("api-1=50"), Ok(WeightEdit::Absolute(50)));
        assert_eq!(parsed("api-1=0"), Ok(WeightEdit::Absolute(0)));
        assert_eq!(parsed("api-1=1000"), Ok(WeightEdit::Absolute(1000)));
        assert_eq!(parsed("api-1=+10"), Ok(WeightEdit::Delta(10)));
        assert_eq!(parsed("api-1=-1000"), Ok(WeightEdit::Delta(-1000)));
        assert_eq!(parsed("api-1=80%"), Ok(WeightEdit::Percent(80)));
        assert_eq!(parsed("api-1=10000%"), Ok(WeightEdit::Percent(10_000)));
    }

    #[test]
    fn what_is_no_weight_says_why() {
        for text in
            ["api-1", "=50", "api-1=", "api-1=x", "api-1=+", "api-1=%", "a=1.5", "a=--1", "a=é"]
        {
            assert_eq!(parsed(text), Err(WeightError::Grammar), "{text}");
        }
        for text in ["api-1=1001", "api-1=-1001", "api-1=+99999999999"] {
            assert_eq!(parsed(text), Err(WeightError::Weight), "{text}");
        }
        assert_eq!(parsed("api-1=10001%"), Err(WeightError::Percent));
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in any::<String>()) {
            let _ = text.parse::<Weight>();
        }
    }
}
