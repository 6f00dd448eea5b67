//! `config rollback`: the gateway becomes what it was at a revision.

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::{
    client::Client,
    model::{Edit, Operation, OperationsAsked},
    output::Format,
};

/// All that a gateway keeps.
const ALL: u32 = 10_000;
/// So many of those that are taken back are named.
const NAMED: usize = 10;

const EXAMPLES: &str = "\
Examples:
  gatewayctl config history                   the revisions there are
  gatewayctl config rollback 118 -n           what would change, and whose operations are taken back
  gatewayctl config rollback 118 -m \"as before the release\" --confirm 118
  gatewayctl config rollback 118 --confirm-within 5m --guard 'error>1%' --confirm 118

All that anybody asked for since is taken back, as one operation that can be undone itself. What came
about by itself stands: what ended has ended, and servers that an autoscaler started or ended are its
own. The file stays as it is: `config diff` tells how far the gateway is from it. A revision that is not
kept any more ends with 5, a change meanwhile with 6, a guard with 7.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RollbackArgs {
    /// The revision, as `config history` shows it
    #[arg(value_name = "REVISION", add = complete::revisions())]
    revision: u64,
    #[command(flatten)]
    change: ChangeFlags,
}

impl RollbackArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let revision = self.revision.to_string();
        if session.format() == Format::Table && !session.global.quiet {
            tell_taken(session, &client, self.revision).await?;
        }
        let stakes = Stakes::High { names: vec![revision.clone()] };
        change::apply(session, &client, &Edit::Rollback { revision }, &self.change, &stakes)
            .await?;
        Ok(Verdict::Done)
    }
}

/// Tells whose operations are taken back, the latest first.
async fn tell_taken(session: &Session, client: &Client, to: u64) -> Result<(), Failure> {
    let asked = OperationsAsked { limit: ALL, ..OperationsAsked::default() };
    let mut found = client.operations(&asked).await?;
    found.retain(|it| it.revision > to && !matches!(it.via.as_str(), "auto" | "autoscaler"));
    if found.is_empty() {
        return Ok(());
    }
    session.tell(&format!("takes back what was done since revision {to}:"));
    for Operation { revision, actor, what, target, reason, .. } in found.iter().take(NAMED) {
        let why = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        session.tell(&format!("  {revision} {what} {target} by {actor}{why}"));
    }
    if found.len() > NAMED {
        session.tell(&format!("  and {} before them", found.len() - NAMED));
    }
    Ok(())
}
