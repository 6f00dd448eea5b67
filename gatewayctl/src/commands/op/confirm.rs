//! `op confirm`: keep an operation that is taken back otherwise.

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
  gatewayctl backend weight api-4=200 --confirm-within 2m --guard 'error>1% or p99>2x' -y
  gatewayctl op confirm 002a -y

From then on it stays, and nothing guards it. What it has of a time to live goes on.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ConfirmArgs {
    /// The operation
    #[arg(value_name = "OP", add = complete::operations())]
    id: String,
    #[command(flatten)]
    change: ChangeFlags,
}

impl ConfirmArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let edit = Edit::Confirm { id: self.id };
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
