//! Verbs for events: what happened, who did it and why.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{
    Failure, Verdict, complete,
    list::ListFlags,
    session::Session,
    shown::{Shown, meta},
    tail::Tail,
};
use crate::{
    client::{Client, Events},
    duration,
    model::Event,
    output::{Selection, columns::EVENT, write_events},
};

/// What the gateway keeps.
const KEPT: u32 = 1000;
/// What a tail that goes on shows of the past.
const RECENT: u32 = 10;

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl event list --limit 20
  gatewayctl event list --kind change --filter 'who=ops-1'
  gatewayctl event list -o json | jq '.items[0]'

The newest comes first. The gateway keeps the last 1000 events.";

const TAIL_EXAMPLES: &str = "\
Examples:
  gatewayctl event tail
  gatewayctl event tail --kind health,limit -o jsonl | ./notify
  gatewayctl event tail --no-follow --backlog 100
  gatewayctl event tail --summary >> gateway.log

The newest comes last. A lost connection is made up for: what happened meanwhile is shown when the
gateway is back, and only after five minutes without it the tail ends with exit code 9.";

/// Tells changes in lines for the ear until told to stop.
pub(super) async fn speak(session: &Session, every: Option<Duration>) -> Result<Verdict, Failure> {
    let selection = Selection::everything(EVENT);
    let mut tail = Tail::new(session, selection, session.style()).spoken(every);
    tail.follow(&session.connect().await?, 0, &[]).await
}

/// What can be done with events.
#[derive(Debug, Subcommand)]
pub(super) enum EventVerb {
    /// What happened, newest first
    #[command(visible_alias = "ls")]
    List(EventListArgs),
    /// What happens, as it happens
    Tail(TailArgs),
}

/// Which events.
#[derive(Debug, Clone, Args)]
pub(super) struct Kinds {
    /// Only these kinds: change, health, scale, limit, config, tls, gateway
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',', value_parser = KINDS)]
    pub(super) kinds: Vec<String>,
}

const KINDS: [&str; 7] = ["change", "health", "scale", "limit", "config", "tls", "gateway"];

#[derive(Debug, Args)]
#[command(after_long_help = LIST_EXAMPLES)]
pub(super) struct EventListArgs {
    #[command(flatten)]
    kinds: Kinds,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, Args)]
#[command(after_long_help = TAIL_EXAMPLES)]
pub(super) struct TailArgs {
    #[command(flatten)]
    kinds: Kinds,
    /// End after the past
    #[arg(long)]
    no_follow: bool,
    /// Lines for screen readers and logs: how the gateway is, then one line for each change; the
    /// same as `top --plain`
    #[arg(long, conflicts_with_all = ["no_follow", "columns", "no_headers"])]
    summary: bool,
    /// With --summary: tell what happened only so often, and how the gateway is
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "summary")]
    every: Option<Duration>,
    /// How much of the past to show [default: 10, with --no-follow all, with --summary none]
    #[arg(long, value_name = "N", visible_alias = "limit")]
    backlog: Option<u32>,
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = complete::columns())]
    columns: Vec<String>,
    /// Only what fits; see `help filters`
    #[arg(long, value_name = "EXPR", add = complete::fields())]
    filter: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
}

impl EventVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Tail(args) => args.run(session).await,
        }
    }
}

impl EventListArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let mut events = past(&client, KEPT, &self.kinds.kinds).await?;
        events.reverse();
        self.shown.show_by(session, &client, "EventList", EVENT, events, write_events).await?;
        Ok(Verdict::Done)
    }
}

impl TailArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let flags = ListFlags {
            columns: self.columns,
            filter: self.filter,
            no_headers: self.no_headers,
            ..ListFlags::default()
        };
        let selection: Selection<Event> = flags.selection(session, EVENT)?;
        let style = flags.style(session);
        let client = session.connect().await?;
        let kinds = self.kinds.kinds;
        let usual = match (self.no_follow, self.summary) {
            (true, _) => KEPT,
            (_, true) => 0,
            (false, false) => RECENT,
        };
        let backlog = self.backlog.unwrap_or(usual);
        let mut tail = Tail::new(session, selection, style);
        if self.summary {
            tail = tail.spoken(self.every);
        }
        if self.no_follow {
            let events = past(&client, backlog, &kinds).await?;
            let meta = meta(session, &client).await?;
            tail.show_all(events, &meta)?;
            return Ok(Verdict::Done);
        }
        tail.follow(&client, backlog, &kinds).await
    }
}

/// The last events, newest last.
async fn past(client: &Client, backlog: u32, kinds: &[String]) -> Result<Vec<Event>, Failure> {
    use futures_util::TryStreamExt as _;
    let events: Events = client.events(backlog, kinds, true).await?;
    Ok(events.try_collect().await?)
}
