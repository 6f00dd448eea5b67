//! Verbs for traffic: what clients ask for now, and what becomes of it.

mod follow;
mod summary;
mod tail;

use std::str::FromStr;

use clap::{Args, Subcommand};

use super::{Failure, Verdict, complete, session::Session};
use crate::{
    model::{Filter, TrafficAsked},
    output::columns::TRAFFIC_FIELDS,
};
use summary::SummaryArgs;
use tail::TailArgs;

/// What can be done with traffic.
#[derive(Debug, Subcommand)]
pub(super) enum TrafficVerb {
    /// Requests as they are answered
    Tail(TailArgs),
    /// Who asks most and who fails, over a few seconds
    Summary(SummaryArgs),
}

/// Which requests.
#[derive(Debug, Clone, Args)]
struct Which {
    /// Only what fits, judged by the gateway: 'status>=500 and pool=api'; see `help filters`
    #[arg(long, value_name = "EXPR", add = complete::fields())]
    filter: Option<String>,
    /// Only one of so many of those that fit, chosen by chance: 1:20
    #[arg(long, value_name = "1:N")]
    sample: Option<Sample>,
}

/// One of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sample(u32);

/// Why a text is no sample.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of so many, as 1:20, at most 1:1000000; found `{0}`")]
struct SampleError(String);

impl FromStr for Sample {
    type Err = SampleError;

    fn from_str(text: &str) -> Result<Self, SampleError> {
        let many = text.strip_prefix("1:").unwrap_or(text);
        let many = many.parse().ok().filter(|many| (1..=1_000_000).contains(many));
        many.map(Self).ok_or_else(|| SampleError(text.to_owned()))
    }
}

impl Which {
    fn asked(&self) -> Result<TrafficAsked, Failure> {
        let read = |text: &String| Filter::parse(text, &TRAFFIC_FIELDS);
        let filter = self.filter.as_ref().map(read).transpose();
        let filter = filter.map_err(|error| Failure::usage(error.to_string()))?;
        Ok(TrafficAsked { filter, sample: self.sample.map_or(1, |sample| sample.0) })
    }
}

impl TrafficVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::Tail(args) => args.run(session).await,
            Self::Summary(args) => args.run(session).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_one_of_so_many() {
        assert_eq!("1:20".parse(), Ok(Sample(20)));
        assert_eq!("20".parse(), Ok(Sample(20)));
        for wrong in ["2:20", "1:0", "0", "1:", "x", "1:1000001", "-1"] {
            assert!(wrong.parse::<Sample>().is_err(), "{wrong}");
        }
    }
}
