//! `traffic summary`: who asks most and who fails, over a few seconds.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{
    super::{Failure, Verdict, complete, list::ListFlags, session::Session, shown::meta},
    Which,
    follow::Follow,
};
use crate::{
    duration,
    model::{Served, TrafficBy, groups},
    output::{Listing, columns::TRAFFIC_GROUP, grouped, write_listing},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl traffic summary                                 by backend, over 10 seconds
  gatewayctl traffic summary --by path --window 30s --limit 10
  gatewayctl traffic summary --by client --filter 'status=429'
  gatewayctl traffic summary --by status -o json | jq '.items[0]'

It looks at requests from now on, for as long as --window says. A busy gateway tells some hundreds
in a second; how many of those that fit were looked at is said on standard error. --sample looks
evenly at fewer.";

/// As many requests as are kept of one window.
const MOST: usize = 200_000;

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct SummaryArgs {
    /// What requests are grouped by
    #[arg(long, default_value = "backend")]
    by: By,
    /// How long to look, at most 10m
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = window)]
    window: Duration,
    #[command(flatten)]
    which: Which,
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = complete::columns())]
    columns: Vec<String>,
    /// Sort by this column; -COLUMN puts the greatest first
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true, add = complete::sorted_columns())]
    sort_by: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
    /// At most this many groups
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// By the backend that was asked last
    Backend,
    /// By path, without query
    Path,
    /// By client
    Client,
    /// By status
    Status,
}

/// A time that one waits for.
fn window(text: &str) -> Result<Duration, String> {
    let window = duration::parse(text).map_err(|error| error.to_string())?;
    let fits = (Duration::from_secs(1)..=Duration::from_secs(600)).contains(&window);
    if fits { Ok(window) } else { Err("expected 1s to 10m".to_owned()) }
}

impl SummaryArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let by = match self.by {
            By::Backend => TrafficBy::Backend,
            By::Path => TrafficBy::Path,
            By::Client => TrafficBy::Client,
            By::Status => TrafficBy::Status,
        };
        let asked = self.which.asked()?;
        let flags = ListFlags {
            columns: self.columns,
            sort_by: self.sort_by,
            no_headers: self.no_headers,
            limit: self.limit,
            ..ListFlags::default()
        };
        let selection = flags.selection(session, TRAFFIC_GROUP)?;
        let mut follow = Follow::begin(session, asked, Some(self.window)).await?;
        let mut requests: Vec<Served> = Vec::new();
        let mut matched = 0;
        while let Some(batch) = follow.next().await? {
            matched += batch.matched;
            let room = MOST - requests.len();
            requests.extend(batch.requests.into_iter().take(room));
        }
        session.tell(&format!(
            "{} of {} that fit in {} were looked at",
            grouped(requests.len() as u64),
            grouped(matched),
            duration::short(self.window)
        ));
        let found = groups(&requests, by);
        let meta = meta(session, follow.client()).await?;
        let items = selection.of(found, meta.now_ms());
        let list =
            Listing { kind: "TrafficSummary", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &flags.style(session), &list))?;
        Ok(Verdict::Done)
    }
}
