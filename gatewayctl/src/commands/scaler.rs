//! Verbs for scalers: how many servers, why, and who says so.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::{
    Failure, Verdict,
    change::{self, ChangeFlags, TtlFlag},
    complete,
    confirm::Stakes,
    scaler_simulate::SimulateArgs,
    session::Session,
    shown::{Shown, meta, since_ms},
};
use crate::{
    duration,
    model::{Decision, Edit, Scaler, ScalerEdit},
    output::{
        Format, Listing, Selection,
        columns::{DECISION, SCALER},
        write_explanation, write_listing, write_sheet,
    },
};

/// The most decisions that a gateway tells.
const MOST: u32 = 1000;
const KINDS: [&str; 5] = ["up", "down", "hold", "refused", "all"];

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler list
  gatewayctl scaler list -o json | jq '.items[].desired'";

const SHOW_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler show
  gatewayctl scaler show app -o json | jq '.items[0].conditions'";

const RESUME_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler resume app
  gatewayctl scaler resume -y -m \"failover is done\"";

const DECISIONS_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler decisions --kind up,down          only what moved
  gatewayctl scaler decisions --since 1h -o json
  gatewayctl scaler decisions --filter 'sentence~cooldown'

The newest comes first. One that repeats the one before is told once.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler explain           the latest decision: why so many, and why not more or fewer
  gatewayctl scaler explain 42        decision 42 of `scaler decisions`";

const SET_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler set app --max 40 -m \"launch day\"
  gatewayctl scaler set --target-cpu 60 -n
  gatewayctl scaler set app --mode advise      decide and show, but do nothing";

const PAUSE_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler pause app --ttl 2h -m \"db failover\"
  gatewayctl scaler resume app

With --ttl a script that dies leaves no pause behind.";

const DESIRED_EXAMPLES: &str = "\
Examples:
  gatewayctl scaler desired 12 --ttl 30m -m \"launch at noon\"
  gatewayctl scaler desired 12 app
  gatewayctl scaler resume

The size goes there at once, within minimum and maximum; servers are still drained before they end.";

/// What can be done with scalers.
#[derive(Debug, Subcommand)]
pub(super) enum ScalerVerb {
    /// Every scaled pool: how many servers, how many wanted, and why
    #[command(visible_alias = "ls", after_long_help = LIST_EXAMPLES)]
    List(ScalerListArgs),
    /// Everything known about the scaler of a pool
    #[command(after_long_help = SHOW_EXAMPLES)]
    Show(ShowArgs),
    /// What was decided, newest first
    #[command(after_long_help = DECISIONS_EXAMPLES)]
    Decisions(DecisionsArgs),
    /// One decision stage by stage
    #[command(after_long_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Change rules; what is not named stays
    #[command(after_long_help = SET_EXAMPLES)]
    Set(SetArgs),
    /// Keep the size as it is
    #[command(after_long_help = PAUSE_EXAMPLES)]
    Pause(PauseArgs),
    /// Let the rules decide again
    #[command(after_long_help = RESUME_EXAMPLES)]
    Resume(ResumeArgs),
    /// Want so many servers, whatever the rules say
    #[command(after_long_help = DESIRED_EXAMPLES)]
    Desired(DesiredArgs),
    /// What other rules would have made of the load of the last hour
    #[command(after_long_help = super::scaler_simulate::EXAMPLES)]
    Simulate(SimulateArgs),
}

#[derive(Debug, Args)]
pub(super) struct ScalerListArgs {
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The pool; may be left out when only one is scaled
    #[arg(add = complete::pools())]
    pool: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct DecisionsArgs {
    /// Only of this pool
    #[arg(long, add = complete::pools())]
    pool: Option<String>,
    /// Only these kinds
    #[arg(long = "kind", value_name = "KIND", value_delimiter = ',', value_parser = KINDS)]
    kinds: Vec<String>,
    /// Only those of the last while: 1h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    since: Option<Duration>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The decision [default: the latest]
    id: Option<u64>,
    /// The latest of this pool
    #[arg(long, conflicts_with = "id")]
    pool: Option<String>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("new").required(true).multiple(true)
    .args(["min", "max", "target_cpu", "target_rps", "mode"]))]
pub(super) struct SetArgs {
    /// The pool; may be left out when only one is scaled
    #[arg(add = complete::pools())]
    pool: Option<String>,
    /// The fewest servers
    #[arg(long, value_name = "N")]
    min: Option<u32>,
    /// The most servers
    #[arg(long, value_name = "N")]
    max: Option<u32>,
    /// Percent of a server's CPU to aim at
    #[arg(long, value_name = "PERCENT")]
    target_cpu: Option<u32>,
    /// Requests per second and server to aim at
    #[arg(long, value_name = "RPS")]
    target_rps: Option<u32>,
    /// Whether decisions are carried out
    #[arg(long)]
    mode: Option<Mode>,
    #[command(flatten)]
    lasts: TtlFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// They are
    Act,
    /// They are made and shown
    Advise,
    /// None are made
    Off,
}

#[derive(Debug, Args)]
pub(super) struct PauseArgs {
    /// The pool; may be left out when only one is scaled
    #[arg(add = complete::pools())]
    pool: Option<String>,
    /// For so long, then the rules decide again
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// The pool; may be left out when only one is scaled
    #[arg(add = complete::pools())]
    pool: Option<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Args)]
pub(super) struct DesiredArgs {
    /// How many servers
    #[arg(value_name = "N")]
    servers: u32,
    /// The pool; may be left out when only one is scaled
    #[arg(add = complete::pools())]
    pool: Option<String>,
    /// For so long, then the rules decide again
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl ScalerVerb {
    /// Whether it changes something.
    pub(super) const fn changes(&self) -> bool {
        matches!(self, Self::Set(_) | Self::Pause(_) | Self::Resume(_) | Self::Desired(_))
    }

    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
            Self::Decisions(args) => args.run(session).await,
            Self::Explain(args) => args.run(session).await,
            Self::Simulate(args) => args.run(session).await,
            Self::Set(SetArgs { pool, min, max, target_cpu, target_rps, mode, lasts, change }) => {
                let mode = mode.map(|mode| match mode {
                    Mode::Act => "act".to_owned(),
                    Mode::Advise => "advise".to_owned(),
                    Mode::Off => "off".to_owned(),
                });
                let edit = ScalerEdit::Rules { min, max, target_cpu, target_rps, mode };
                apply(session, pool, edit, &change.lasting(lasts)).await
            }
            Self::Pause(PauseArgs { pool, ttl, change }) => {
                apply(session, pool, ScalerEdit::Pause { ttl }, &change).await
            }
            Self::Resume(ResumeArgs { pool, change }) => {
                apply(session, pool, ScalerEdit::Resume, &change).await
            }
            Self::Desired(DesiredArgs { servers, pool, ttl, change }) => {
                apply(session, pool, ScalerEdit::Desired { servers, ttl }, &change).await
            }
        }
    }
}

async fn apply(
    session: &Session,
    pool: Option<String>,
    edit: ScalerEdit,
    flags: &ChangeFlags,
) -> Result<Verdict, Failure> {
    let client = session.connect().await?;
    let pool = match pool {
        Some(pool) => pool,
        None => only(&client.scalers().await?)?.pool.clone(),
    };
    change::apply(session, &client, &Edit::Scale { pool, edit }, flags, &Stakes::Low).await?;
    Ok(Verdict::Done)
}

/// The one scaled pool there is.
pub(super) fn only(scalers: &[Scaler]) -> Result<&Scaler, Failure> {
    match scalers {
        [scaler] => Ok(scaler),
        [] => Err(Failure::not_found("scaler", "", [], "gatewayctl pool list")),
        several => {
            let names: Vec<&str> = several.iter().map(|it| it.pool.as_str()).collect();
            Err(Failure::usage(format!("which pool? {}", names.join(", "))))
        }
    }
}

impl ScalerListArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let scalers = client.scalers().await?;
        self.shown.show(session, &client, "ScalerList", SCALER, scalers).await?;
        Ok(Verdict::Done)
    }
}

impl ShowArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let scalers = client.scalers().await?;
        let found = match &self.pool {
            None => only(&scalers)?,
            Some(pool) => scalers.iter().find(|it| it.pool == *pool).ok_or_else(|| {
                let known = scalers.iter().map(|it| it.pool.as_str());
                Failure::not_found("scaler", pool, known, "gatewayctl scaler list")
            })?,
        };
        let meta = meta(session, &client).await?;
        let items = std::slice::from_ref(found);
        let selection = Selection::everything(SCALER);
        let list = Listing { kind: "ScalerList", meta: &meta, items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

impl DecisionsArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let since_ms = since_ms(&client, self.since).await?;
        let pool = self.pool.unwrap_or_default();
        let decisions = client.decisions(&pool, &words(&self.kinds), since_ms, MOST).await?;
        self.shown.show(session, &client, "DecisionList", DECISION, decisions).await?;
        Ok(Verdict::Done)
    }
}

/// The gateway's words for the kinds; none are all.
fn words(kinds: &[String]) -> Vec<String> {
    if kinds.iter().any(|kind| kind == "all") {
        return Vec::new();
    }
    let word = |kind: &String| match kind.as_str() {
        "up" => "out".to_owned(),
        "down" => "in".to_owned(),
        same => same.to_owned(),
    };
    kinds.iter().map(word).collect()
}

impl ExplainArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let decision = client.explain(self.id, &self.pool.unwrap_or_default()).await?;
        if session.format() == Format::Table {
            session.answer(|out| write_explanation(out, &decision, &session.style()))?;
            return Ok(Verdict::Done);
        }
        let meta = meta(session, &client).await?;
        let items: &[Decision] = std::slice::from_ref(&decision);
        let selection = Selection::everything(DECISION);
        let list = Listing { kind: "DecisionList", meta: &meta, items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}
