//! `config validate`: would this file do?

use clap::Args;

use super::super::{Failure, Verdict, session::Session, text::FileFlag};
use super::WANTED;
use crate::{
    model::Validation,
    output::{Format, Listing, Meta, Selection, columns::VALIDATION, write_listing},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl config validate -f gateway.toml
  gatewayctl config export | sed 's/weight = 50/weight = 80/' | gatewayctl config validate -f -
  gatewayd check gateway.toml                 the same where no gateway runs

The gateway that runs judges it: by its version, and with the certificates on its host.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ValidateArgs {
    #[command(flatten)]
    file: FileFlag,
}

impl ValidateArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let text = self.file.read(WANTED)?;
        let found = session.connect().await?.validate(self.file.name(), &text).await?;
        let is_good = found.mistakes.is_empty();
        if session.format() != Format::Table {
            let meta = Meta { context: session.context(), ..Meta::default() };
            let selection = Selection::everything(VALIDATION);
            let items = [found];
            let list =
                Listing { kind: "Validation", meta: &meta, items: &items, selection: &selection };
            session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        } else if is_good {
            session.done(&format!("{}: ok, {}", self.file.name(), found.summary))?;
        } else {
            tell(session, &found);
        }
        Ok(if is_good { Verdict::Done } else { Verdict::NotOk })
    }
}

/// Tells everything that is wrong, line by line.
pub(super) fn tell(session: &Session, found: &Validation) {
    found.mistakes.lines().for_each(|line| session.tell(line));
}
