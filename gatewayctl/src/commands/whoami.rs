//! `whoami`: who is this operator for the gateway, and what may be done?

use clap::Args;

use super::{Failure, Verdict, session::Session};
use crate::output::{Listing, Meta, Selection, columns::IDENTITY, write_sheet};

const EXAMPLES: &str = "\
Examples:
  gatewayctl whoami
  gatewayctl whoami -o json | jq -r '.items[0].role'

By a unix socket the gateway knows the user from the kernel, by TCP from the names of the certificate.
A viewer looks, an operator changes what traffic does, an admin may do everything. Roles are given in
[admin.roles] of the gateway's file; without that, root and the gateway's own user are admins, and the
group of the socket are operators.";

/// Arguments of `whoami`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct WhoamiArgs {}

impl WhoamiArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let items = [client.identity().await?];
        let meta = Meta::of(&session.context(), &client.snapshot().await?);
        let selection = Selection::everything(IDENTITY);
        let list = Listing { kind: "Identity", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}
