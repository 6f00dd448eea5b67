//! `limit set`: another rule or mode.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::{
    duration,
    model::{CandidateEdit, Edit, LimitEdit, LimitMode, RuleEdit},
};

const SET_EXAMPLES: &str = "\
Examples:
  gatewayctl limit set create-per-ip --max 200/minute -m \"launch day\"
  gatewayctl limit set create-per-ip --max 200/minute -n
  gatewayctl limit set create-per-ip --rate 80/second --burst 160
  gatewayctl limit set create-per-ip --rate 80/second --ttl 30m -m \"inc-4412\"   goes back by itself
  gatewayctl limit set create-per-ip --candidate 50/minute      tried, refuses nobody
  gatewayctl limit set create-per-ip --mode shadow      counts, refuses nobody

--max N/second, N/minute, N/hour or N/10s: never more than N in any such time. --rate N/second with
--burst B: N a second on average, B at once after a pause. What a client has used already counts
towards the new rule.";

#[derive(Debug, Args)]
#[command(after_long_help = SET_EXAMPLES)]
#[command(group = clap::ArgGroup::new("new").required(true).multiple(true).args(["max", "rate", "burst", "concurrent", "mode", "candidate"]))]
pub(in crate::commands) struct SetArgs {
    /// The limit
    #[arg(add = complete::limits())]
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
    /// So many at once instead: 20
    #[arg(long, value_name = "N", conflicts_with_all = ["max", "rate", "burst"])]
    concurrent: Option<u32>,
    /// What it does with a request over it
    #[arg(long)]
    mode: Option<Mode>,
    /// A rule that is tried beside its own and refuses nobody: 100/minute, '10/second burst 20', none
    #[arg(long, value_name = "RULE", value_parser = str::parse::<CandidateEdit>)]
    candidate: Option<CandidateEdit>,
    /// Rule and mode go back to what they are now after so long
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    ttl: Option<Duration>,
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

impl SetArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mode = self.mode.map(|mode| match mode {
            Mode::Enforce => LimitMode::Enforce,
            Mode::Shadow => LimitMode::Shadow,
        });
        let (max, rate, burst, concurrent) = (self.max, self.rate, self.burst, self.concurrent);
        let rule = RuleEdit { max, rate, burst, concurrent };
        let edit = LimitEdit { rule, mode, candidate: self.candidate, ttl: self.ttl };
        let edit = Edit::SetLimit { name: self.name, edit };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
