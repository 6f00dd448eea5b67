//! `config export`: the gateway's file as it would be if it said what operators did.

use std::io::Write as _;

use clap::Args;

use super::super::{Failure, Verdict, session::Session};
use super::lines::write_changes;
use crate::output::{Format, Listing, Meta, Selection, columns::CONFIG_TEXT, write_listing};

const EXAMPLES: &str = "\
Examples:
  gatewayctl config export > gateway.toml
  gatewayctl config export --diff             only the lines that change
  gatewayctl config persist                   writes it where the gateway runs

Comments and order are those of the file. What a file cannot say stays out: see `config diff`.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ExportArgs {
    /// Only the lines that are not as in the file
    #[arg(long)]
    diff: bool,
}

impl ExportArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let export = session.connect().await?.export().await?;
        let style = session.style();
        if session.format() != Format::Table {
            let meta = Meta { context: session.context(), ..Meta::default() };
            let selection = Selection::everything(CONFIG_TEXT);
            let items = [export];
            let list =
                Listing { kind: "ConfigText", meta: &meta, items: &items, selection: &selection };
            session.answer(|out| write_listing(out, session.format(), &style, &list))?;
        } else if self.diff {
            session.answer(|out| write_changes(out, &style, &export.written, &export.text))?;
        } else {
            // A file goes out as it is: it is to be read back.
            session.answer(|out| out.write_all(export.text.as_bytes()))?;
        }
        Ok(Verdict::Done)
    }
}
