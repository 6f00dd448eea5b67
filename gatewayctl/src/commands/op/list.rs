//! `op list`: what was done, by whom and why.

use std::time::Duration;

use clap::Args;

use super::super::{Failure, Verdict, list::ListFlags, session::Session};
use crate::{
    duration,
    model::OperationsAsked,
    output::{Listing, Meta, columns::OPERATION, write_listing},
};

/// What is asked of the gateway when a filter chooses among them here.
const ALL: u32 = 10_000;

const EXAMPLES: &str = "\
Examples:
  gatewayctl op list
  gatewayctl op list --who op2 --since 5m
  gatewayctl op list --kind drain,weight --filter 'undo=available'
  gatewayctl op list --target backend/api-3 -o json | jq '.items[0]'
  gatewayctl op list --who op2 --since 5m -o name | while read -r op; do gatewayctl op undo \"$op\" --dry-run; done

UNDO tells whether an operation can be undone: available, gone (too long ago: `undo_window` in [admin]
of the gateway's file, 10m by default), done (it was) or none (nothing to put back). The gateway keeps
the last 10000 operations.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ListArgs {
    /// Only by this actor: a user name, autoscaler, file, gateway
    #[arg(long, value_name = "ACTOR")]
    who: Option<String>,
    /// Only those of the last while: 5m
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    since: Option<Duration>,
    /// Only with these verbs: drain, enable, weight, add, remove, limit, block, config, undo, ...
    #[arg(long = "kind", value_name = "VERB", value_delimiter = ',')]
    kinds: Vec<String>,
    /// Only what acted on this: backend/api-3, limit/per-ip, scaler/api, gateway
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// Only these columns, in this order; `help output` tells how to see all
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    columns: Vec<String>,
    /// Sort by this column; -COLUMN puts the greatest first
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true)]
    sort_by: Option<String>,
    /// Only what fits; see `help filters`
    #[arg(long, value_name = "EXPR")]
    filter: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
    /// At most this many [default: 100]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

impl ListArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let is_chosen_here = self.filter.is_some() || self.sort_by.is_some();
        let flags = ListFlags {
            columns: self.columns,
            sort_by: self.sort_by,
            filter: self.filter,
            no_headers: self.no_headers,
            limit: Some(self.limit.unwrap_or(100)),
            ..ListFlags::default()
        };
        let selection = flags.selection(OPERATION)?;
        let client = session.connect().await?;
        let meta = Meta::of(&session.context(), &client.snapshot().await?);
        // By the gateway's clock, which operations are told by.
        let since_ms = self.since.map_or(0, |since| {
            let since_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
            meta.now_ms().saturating_sub(since_ms)
        });
        let limit = flags.limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(ALL);
        let asked = OperationsAsked {
            since_ms,
            who: self.who.unwrap_or_default(),
            what: self.kinds,
            target: self.target.unwrap_or_default(),
            limit: if is_chosen_here { ALL } else { limit.max(1) },
        };
        let found = client.operations(&asked).await?;
        let items = selection.of(found, meta.now_ms());
        let list =
            Listing { kind: "OperationList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &flags.style(session), &list))?;
        Ok(Verdict::Done)
    }
}
