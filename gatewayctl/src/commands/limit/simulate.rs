//! `limit simulate`: what another rule would have done with the requests of late.

use std::time::Duration;

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::{
    duration,
    model::RuleEdit,
    output::{Listing, Meta, Selection, columns::SIMULATION, write_sheet},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl limit simulate create-per-ip --max 50/minute
  gatewayctl limit simulate create-per-ip --rate 80/second --burst 160 --window 1m
  gatewayctl limit simulate create-per-ip --max 50/minute -o json | jq '.items[0].would_reject'

The requests that the gateway remembers, at most five minutes of them, are replayed under the new
rule from nothing used. `limit set --candidate` tries one on the requests to come.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("new").required(true).multiple(true).args(["max", "rate", "burst"]))]
pub(in crate::commands) struct SimulateArgs {
    /// The limit
    #[arg(add = complete::limits())]
    name: String,
    /// The rule to try: 100/minute
    #[arg(long, visible_alias = "limit", value_name = "N/PERIOD", conflicts_with_all = ["rate", "burst"])]
    max: Option<String>,
    /// A rate instead, on average: 10/second
    #[arg(long, value_name = "N/PERIOD")]
    rate: Option<String>,
    /// How many at once beside a rate; without --rate, the rate stays
    #[arg(long, value_name = "N")]
    burst: Option<u32>,
    /// How far back, at most 5m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration::parse)]
    window: Duration,
}

impl SimulateArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Self { name, max, rate, burst, window } = self;
        let rule = RuleEdit { max, rate, burst, concurrent: None };
        let client = session.connect().await?;
        let picture = client.snapshot().await?;
        super::show::find(&picture, &name)?;
        let items = [client.simulate(&name, rule, window).await?];
        let meta = Meta::of(&session.context(), &picture);
        let selection = Selection::everything(SIMULATION);
        let list =
            Listing { kind: "Simulation", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}
