//! `config apply`: another file takes the place of the gateway's, and what changed is applied.

use clap::Args;

use super::super::{
    Failure, Kind, Verdict,
    change::{self, ChangeFlags},
    confirm::Stakes,
    session::Session,
    text::FileFlag,
};
use super::{WANTED, lines::tell_changes, validate};
use crate::{client::ErrorCode, model::Edit, output::Format};

const EXAMPLES: &str = "\
Examples:
  gatewayctl config apply -f gateway.toml -n  what would change
  gatewayctl config apply -f gateway.toml -m \"release 118\"
  gatewayctl config export | sed 's/weight = 50/weight = 80/' | gatewayctl config apply -f - -y

A file with a mistake changes nothing. What operators said stands where the new file says what the old
one did, and gives way where it says something else. Listeners and [admin] settings are read at the
start: for these, write the file yourself and hand over with SIGUSR2.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ApplyArgs {
    #[command(flatten)]
    file: FileFlag,
    #[command(flatten)]
    change: ChangeFlags,
}

impl ApplyArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let text = self.file.read(WANTED)?;
        let client = session.connect().await?;
        let found = client.validate(self.file.name(), &text).await?;
        if !found.mistakes.is_empty() {
            validate::tell(session, &found);
            let kind = Kind::Call(ErrorCode::Invalid);
            return Err(Failure::new(kind, format!("{} is not applied", self.file.name())));
        }
        if session.format() == Format::Table {
            // What was changed and not applied is told when the gateway refuses to overwrite it.
            if let Ok(now) = client.export().await {
                tell_changes(session, &now.written, &text)?;
            }
        }
        let edit = Edit::ApplyConfig { text };
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
