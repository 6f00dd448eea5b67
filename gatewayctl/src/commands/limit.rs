//! Verbs for limits.

use clap::{Args, Subcommand, ValueEnum};

use super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    confirm::Stakes,
    list,
    list::ListFlags,
    session::Session,
};
use crate::{
    model::{Edit, LimitMode, RuleEdit},
    output::columns::LIMIT,
};

const LIST_EXAMPLES: &str = "\
Examples:
  gatewayctl limit list
  gatewayctl limit list --filter 'rejected>0' --sort-by -rejected_per_s
  gatewayctl limit list -w";

const SET_EXAMPLES: &str = "\
Examples:
  gatewayctl limit set create-per-ip --max 200/minute -m \"launch day\"
  gatewayctl limit set create-per-ip --max 200/minute -n
  gatewayctl limit set create-per-ip --rate 80/second --burst 160
  gatewayctl limit set create-per-ip --mode shadow      counts, refuses nobody

--max N/second, N/minute, N/hour or N/10s: never more than N in any such time. --rate N/second with
--burst B: N a second on average, B at once after a pause. What a client has used already counts
towards the new rule.";

/// What can be done with limits.
#[derive(Debug, Subcommand)]
pub(super) enum LimitVerb {
    /// Every limit with its allowance, use and rejections
    #[command(visible_alias = "ls")]
    List(LimitListArgs),
    /// Change a limit; what is not named stays
    Set(SetArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = LIST_EXAMPLES)]
pub(super) struct LimitListArgs {
    #[command(flatten)]
    list: ListFlags,
}

#[derive(Debug, Args)]
#[command(after_long_help = SET_EXAMPLES)]
#[command(group = clap::ArgGroup::new("new").required(true).multiple(true).args(["max", "rate", "burst", "mode"]))]
pub(super) struct SetArgs {
    /// The limit
    name: String,
    /// The new allowance: 100/minute
    #[arg(long, value_name = "N/PERIOD", conflicts_with_all = ["rate", "burst"])]
    max: Option<String>,
    /// A rate instead, on average: 10/second
    #[arg(long, value_name = "N/PERIOD")]
    rate: Option<String>,
    /// How many at once beside a rate; without --rate, the rate stays
    #[arg(long, value_name = "N")]
    burst: Option<u32>,
    /// What it does with a request over it
    #[arg(long)]
    mode: Option<Mode>,
    #[command(flatten)]
    change: ChangeFlags,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// Refuses it
    Enforce,
    /// Counts it and lets it pass
    Shadow,
}

impl LimitVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => {
                let pick = |picture: &crate::model::Snapshot| Ok(picture.limits.clone());
                list::show(session, &args.list, "LimitList", LIMIT, pick).await
            }
            Self::Set(args) => args.run(session).await,
        }
    }
}

impl SetArgs {
    async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mode = self.mode.map(|mode| match mode {
            Mode::Enforce => LimitMode::Enforce,
            Mode::Shadow => LimitMode::Shadow,
        });
        let rule = RuleEdit { max: self.max, rate: self.rate, burst: self.burst };
        let edit = Edit::SetLimit { name: self.name, rule, mode };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
