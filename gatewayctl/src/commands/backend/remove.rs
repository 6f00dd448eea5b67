//! `backend remove`: fewer servers.

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
  gatewayctl backend remove api-9                     asks to type the name
  gatewayctl backend remove api-9 --confirm api-9 -m \"decommissioned\"
  gatewayctl backend remove api-9 -y                  for scripts
  gatewayctl drain api-9 -y && gatewayctl backend remove api-9 -y

Requests in flight on a removed backend finish; new ones go elsewhere.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RemoveArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl RemoveArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let stakes = Stakes::High { names: self.names.clone() };
        let edit = Edit::Remove { names: self.names };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change, &stakes).await?;
        Ok(Verdict::Done)
    }
}
