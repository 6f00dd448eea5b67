//! Verbs for clients: what the gateway knows of one address.

use clap::{Args, Subcommand};

use super::{Failure, Verdict, session::Session};
use crate::output::{Listing, Meta, Selection, columns::CLIENT, write_sheet};

const EXAMPLES: &str = "\
Examples:
  gatewayctl client show 203.0.113.44
  gatewayctl client show 2001:db8::5 -o json | jq '.items[0].rules[] | select(.free_in_s>0)'
  gatewayctl client show 10.0.0.5 --forwarded-for '203.0.113.44, 10.0.0.9'   whose request is it?

Tells which address is chosen and why, the limits that count by it, how much of each is used, and
when the next request passes.";

/// What can be asked of clients.
#[derive(Debug, Subcommand)]
pub(super) enum ClientVerb {
    /// Which address is chosen and why, its blocks, and what each limit has of it
    #[command(after_long_help = EXAMPLES)]
    Show(ShowArgs),
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The address that connects
    address: String,
    /// What it says in X-Forwarded-For; once for each line
    #[arg(long, value_name = "LIST")]
    forwarded_for: Vec<String>,
}

impl ClientVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Self::Show(ShowArgs { address, forwarded_for }) = self;
        let client = session.connect().await?;
        let items = [client.client_picture(&address, &forwarded_for).await?];
        let meta = Meta::of(&session.context(), &client.snapshot().await?);
        let selection = Selection::everything(CLIENT);
        let list = Listing { kind: "Client", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}
