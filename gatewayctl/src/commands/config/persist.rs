//! `config persist`: what operators did goes into the gateway's file.

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    confirm::Stakes,
    session::Session,
};
use super::lines::tell_changes;
use crate::{model::Edit, output::Format};

const EXAMPLES: &str = "\
Examples:
  gatewayctl config diff                      what is not as the file says
  gatewayctl config persist -n                the lines that would change
  gatewayctl config persist -m \"weights as agreed\"

The file is replaced at once and keeps its comments, its order, its owner and its permissions. One
that was changed since it was last applied is left alone: SIGHUP applies it.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct PersistArgs {
    #[command(flatten)]
    change: ChangeFlags,
}

impl PersistArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let export = client.export().await?;
        if session.format() == Format::Table && export.written != export.text {
            session.tell(&format!("{} changes:", export.path));
            tell_changes(session, &export.written, &export.text)?;
        }
        change::apply(session, &client, &Edit::PersistConfig, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
