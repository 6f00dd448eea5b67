//! `traffic tail`: requests as they are answered.

use std::{io::Write as _, time::Duration};

use clap::Args;

use super::{
    super::{Failure, Kind, Verdict, complete, list::ListFlags, session::Session},
    Which,
    follow::Follow,
};
use crate::{
    duration,
    model::{Filter, Served},
    output::{Format, Listing, Meta, Selection, Style, columns::TRAFFIC, grouped, write_traffic},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl traffic tail
  gatewayctl traffic tail --filter 'status>=500'              what fails, and on which backend
  gatewayctl traffic tail --filter 'pool=api and total>200ms' what is slow
  gatewayctl traffic tail --filter 'client=203.0.113.0/24'    one client, or a network of them
  gatewayctl traffic tail --filter 'rule=per-ip*' --sample 1:20
  gatewayctl traffic tail --filter 'path=/v1/cart/* and tries>1' -o jsonl | jq .attempts
  gatewayctl traffic tail --until 'backend=api-3 and status<500' --timeout 1m   is it back?

The gateway judges the filter and picks the sample; no request waits for who watches. What is more
than can be told is left out and counted on standard error: ask for less by --filter or --sample.
Heads and bodies are never told; query strings are masked (?***) unless `show_queries` is set in the
[data_plane] of the gateway's file. A lost connection is made again; what was answered meanwhile is
not shown, and after five minutes without the gateway the tail ends with exit code 9.";

/// What was left out is told this often.
const TOLD_APART: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct TailArgs {
    #[command(flatten)]
    which: Which,
    /// End after this many requests
    #[arg(long, value_name = "N", visible_alias = "limit", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after this long, with exit code 8
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    timeout: Option<Duration>,
    /// End, with exit code 0, as soon as a request that is shown fits this filter
    #[arg(long, value_name = "EXPR", add = complete::fields())]
    until: Option<String>,
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = complete::columns())]
    columns: Vec<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
}

/// A tail under way.
struct Shown<'a> {
    session: &'a Session,
    selection: Selection<Served>,
    style: Style,
    until: Option<Filter>,
    left: Option<u64>,
    titled: bool,
    dropped: u64,
    told_at: Option<tokio::time::Instant>,
}

impl TailArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let asked = self.which.asked()?;
        let flags = ListFlags {
            columns: self.columns,
            no_headers: self.no_headers,
            ..ListFlags::default()
        };
        let selection = flags.selection(session, TRAFFIC)?;
        let until = self.until.as_deref().map(|text| selection.condition(text)).transpose()?;
        let mut shown = Shown {
            session,
            selection,
            style: flags.style(session),
            until,
            left: self.count,
            titled: false,
            dropped: 0,
            told_at: None,
        };
        let mut follow = Follow::begin(session, asked, self.timeout).await?;
        while let Some(batch) = follow.next().await? {
            shown.note_dropped(batch.dropped);
            if shown.show(batch.requests)? {
                return Ok(Verdict::Done);
            }
        }
        let timeout = duration::short(self.timeout.unwrap_or_default());
        Err(Failure::new(Kind::TimedOut, format!("watched for {timeout}, as --timeout says")))
    }
}

impl Shown<'_> {
    /// Shows requests; whether that was enough.
    fn show(&mut self, mut requests: Vec<Served>) -> Result<bool, Failure> {
        let fits = |it: &Served| {
            self.until.as_ref().is_some_and(|until| self.selection.fits(until, it, it.time_ms))
        };
        let met = requests.iter().position(fits);
        requests.truncate(met.map_or(usize::MAX, |at| at + 1));
        if let Some(left) = &mut self.left {
            requests.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= requests.len() as u64;
        }
        self.write(&requests)?;
        Ok(met.is_some() || self.left == Some(0))
    }

    fn write(&mut self, requests: &[Served]) -> Result<(), Failure> {
        if requests.is_empty() {
            return Ok(());
        }
        // A document cannot stay open for ever, so JSON becomes one item per line.
        let format = match self.session.format() {
            Format::Json => Format::Jsonl,
            format => format,
        };
        let headers = self.style.headers && !std::mem::replace(&mut self.titled, true);
        let style = Style { headers, ..self.style.clone() };
        let time_ms = requests.last().map(|last| last.time_ms);
        let meta = Meta { server_time_ms: time_ms, ..Meta::default() };
        let selection = &self.selection;
        let list = Listing { kind: "TrafficList", meta: &meta, items: requests, selection };
        self.session.answer(|out| {
            write_traffic(out, format, &style, &list)?;
            out.flush()
        })
    }

    /// What was left out is told now and then.
    fn note_dropped(&mut self, dropped: u64) {
        self.dropped += dropped;
        let is_due = self.told_at.is_none_or(|at| at.elapsed() >= TOLD_APART);
        if self.dropped > 0 && is_due {
            self.session.tell(&format!(
                "{} more fit and were left out; ask for less by --filter or --sample 1:20",
                grouped(self.dropped)
            ));
            self.dropped = 0;
            self.told_at = Some(tokio::time::Instant::now());
        }
    }
}
