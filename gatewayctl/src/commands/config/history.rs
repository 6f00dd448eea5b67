//! `config history`: the revisions of the gateway, who made each and why.

use std::time::Duration;

use clap::Args;

use super::super::{
    Failure, Verdict,
    session::Session,
    shown::{Shown, since_ms},
};
use crate::{duration, model::OperationsAsked, output::columns::REVISION};

/// How many are shown unless asked for more.
const USUAL: u32 = 100;
/// All that a gateway keeps.
const ALL: u32 = 10_000;

const EXAMPLES: &str = "\
Examples:
  gatewayctl config history
  gatewayctl config history --since 2h --filter 'actor!=autoscaler'
  gatewayctl config rollback 118 -n           what going back to revision 118 would change

Each accepted change makes a revision. The gateway keeps the last 10000; without a filter the latest 100
are shown, unless --limit says more. `op show OP` tells all of one.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct HistoryArgs {
    /// Only those of the last while: 2h
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    since: Option<Duration>,
    #[command(flatten)]
    shown: Shown,
}

impl HistoryArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let since_ms = since_ms(&client, self.since).await?;
        let limit = self.shown.ahead(USUAL).unwrap_or(ALL);
        let asked = OperationsAsked { since_ms, limit, ..OperationsAsked::default() };
        let found = client.operations(&asked).await?;
        self.shown.show(session, &client, "RevisionList", REVISION, found).await?;
        Ok(Verdict::Done)
    }
}
