//! `limit rejections`: whom limits refused of late.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::{
    Failure, Verdict,
    list::{self, ListFlags},
    session::Session,
};
use crate::{
    duration,
    model::{Grouping, Rejection, RejectionsAsked},
    output::columns::REJECTION,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl limit rejections
  gatewayctl limit rejections --by path --window 1m --top 5
  gatewayctl limit rejections -w --every 5s
  gatewayctl limit rejections --would       whom shadows and candidates would have refused
  gatewayctl limit rejections --by client -o jsonl | jq -r 'select(.rejected_per_s>100).client'

Counted by whole minutes, five of which are remembered. In each, a worker tells 256 keys apart:
whoever is refused often is among them, and `error_per_s` says by how much a figure may be too high.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RejectionsArgs {
    /// What is added up
    #[arg(long, default_value = "client")]
    by: By,
    /// Those that were none: what limits in shadow mode and candidates would have refused
    #[arg(long)]
    would: bool,
    /// How far back, at most 5m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration::parse)]
    window: Duration,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: u32,
    #[command(flatten)]
    list: ListFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// By limit
    Rule,
    /// By client and limit
    Client,
    /// By what the limit counts by
    Key,
    /// By path and limit
    Path,
}

impl RejectionsArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let by = match self.by {
            By::Rule => Grouping::Rule,
            By::Client => Grouping::Client,
            By::Key => Grouping::Key,
            By::Path => Grouping::Path,
        };
        let Self { would, window, top, .. } = self;
        let asked = RejectionsAsked { by, would, window, top };
        let client = session.connect().await?;
        let pick = async |_: &_| match client.rejections(asked).await {
            Ok(found) => Ok(Some(found)),
            // Whether the connection is lost for good is found out by whoever brings pictures.
            Err(error) if self.list.watch.watch && error.is_retryable() => Ok(None),
            Err(error) => Err(error.into()),
        };
        let kind = list::Kind { name: "RejectionList", columns: REJECTION, identity: Some(line) };
        list::show_each(session, &self.list, kind, pick).await
    }
}

/// What tells one line from the others.
fn line(it: &Rejection) -> String {
    [&it.rule, &it.by, &it.client, &it.key, &it.path].map(String::as_str).join(" ")
}
