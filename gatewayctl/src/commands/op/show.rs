//! `op show`: everything known about an operation.

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::output::{Listing, Meta, Selection, columns::OPERATION, write_sheet};

const EXAMPLES: &str = "\
Examples:
  gatewayctl op show 002a
  gatewayctl op show 002a -o json | jq '.items[0].undone_why'";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// The operations
    #[arg(required = true, value_name = "OP", add = complete::operations())]
    ids: Vec<String>,
}

impl ShowArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let mut items = Vec::new();
        for id in &self.ids {
            items.push(client.operation(id).await?);
        }
        let meta = Meta::of(&session.context(), &client.snapshot().await?);
        let selection = Selection::everything(OPERATION);
        let list =
            Listing { kind: "OperationList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}
