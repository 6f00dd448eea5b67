//! `limit rejections`: whom limits refused of late.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::{Failure, Verdict, list::ListFlags, session::Session};
use crate::{
    duration,
    model::Grouping,
    output::{Listing, Meta, columns::REJECTION, write_listing},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl limit rejections
  gatewayctl limit rejections --by path --window 1m --top 5
  gatewayctl limit rejections --by client -o jsonl | jq -r 'select(.rejected_per_s>100).client'

Counted by whole minutes, five of which are remembered. In each, a worker tells 256 keys apart:
whoever is refused often is among them, and `error_per_s` says by how much a figure may be too high.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RejectionsArgs {
    /// What is added up
    #[arg(long, default_value = "client")]
    by: By,
    /// How far back, at most 5m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration::parse)]
    window: Duration,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: u32,
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
    /// Only what fits; see `help filters`
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
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
        let client = session.connect().await?;
        let found = client.rejections(by, self.window, self.top).await?;
        let Self { columns, filter, no_headers, .. } = self;
        let flags = ListFlags { columns, filter, no_headers, ..ListFlags::default() };
        let selection = flags.selection(REJECTION)?;
        let meta = Meta::of(&session.context(), &client.snapshot().await?);
        let items = selection.of(found, meta.now_ms());
        let list =
            Listing { kind: "RejectionList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &flags.style(session), &list))?;
        Ok(Verdict::Done)
    }
}
