//! `cert show`: everything known about certificates, and who vouches for them.

use clap::Args;

use super::{
    super::{Failure, Verdict, session::Session},
    called,
};
use crate::output::{Listing, Meta, Selection, columns::CERTIFICATE, write_sheet};

const EXAMPLES: &str = "\
Examples:
  gatewayctl cert show api.example.com
  gatewayctl cert show https                                 all that this listener shows
  gatewayctl cert show api.example.com -o json | jq '.items[0].chain'";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// A name it is for, or the listener that shows it
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

impl ShowArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let items = called(client.certificates().await?, &self.names)?;
        let meta = Meta::of(&session.context(), &client.snapshot().await?);
        let selection = Selection::everything(CERTIFICATE);
        let kind = "CertificateList";
        let list = Listing { kind, meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}
