//! `op list`: what was done, by whom and why.

use std::time::Duration;

use clap::Args;

use super::super::{
    Failure, Verdict,
    session::Session,
    shown::{Shown, since_ms},
};
use crate::{duration, model::OperationsAsked, output::columns::OPERATION};

/// How many are shown unless asked for more.
const USUAL: u32 = 100;
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
the last 10000 operations; without a filter the latest 100 are shown, unless --limit says more.";

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
    #[command(flatten)]
    shown: Shown,
}

impl ListArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let since_ms = since_ms(&client, self.since).await?;
        let asked = OperationsAsked {
            since_ms,
            who: self.who.unwrap_or_default(),
            what: self.kinds,
            target: self.target.unwrap_or_default(),
            limit: self.shown.ahead(USUAL).unwrap_or(ALL),
        };
        let found = client.operations(&asked).await?;
        self.shown.show(session, &client, "OperationList", OPERATION, found).await?;
        Ok(Verdict::Done)
    }
}
