//! `op undo`: put back what an operation changed.

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::model::Edit;

const EXAMPLES: &str = "\
Examples:
  gatewayctl op undo 002a                     shows what it would put back, then asks
  gatewayctl op undo 002a -n                  only shows; exit 6 where somebody changed it since
  gatewayctl op undo 002a --force -m \"they agreed\"
  gatewayctl op undo 002b                     002b was an undo: it is done again

What others changed meanwhile stays. Where that is the very thing the operation changed, it is told who
did, and nothing happens unless forced. An undo that was done already changes nothing. What had a time
to live has none when it is done again.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct UndoArgs {
    /// The operation, as `op list` shows it
    #[arg(value_name = "OP", add = complete::operations())]
    id: String,
    #[command(flatten)]
    change: ChangeFlags,
}

impl UndoArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let edit = Edit::Undo { id: self.id };
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
