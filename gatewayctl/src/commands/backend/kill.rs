//! `backend kill`: an end to what a drain has left.

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
  gatewayctl backend kill api-3                       asks to type the name
  gatewayctl backend kill api-3 --confirm api-3 -m \"the disk is gone\"

The backend must be draining or in maintenance. What is left on it is closed at once: requests whose
answer has not begun get 503, WebSockets are closed with 1012, answers that have begun are cut off.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct KillArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl KillArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let stakes = Stakes::High { names: self.names.clone() };
        let edit = Edit::Kill { names: self.names };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change, &stakes).await?;
        Ok(Verdict::Done)
    }
}
