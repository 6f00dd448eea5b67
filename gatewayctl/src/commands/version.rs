//! `version`: which programs are these?

use clap::Args;

use super::{Failure, Verdict, session::Session};
use crate::output::{
    Listing, Meta, Selection, Style,
    columns::{RELEASE, Release},
    write_listing,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl version             both versions; exit 9 when the gateway cannot be reached
  gatewayctl version --client    only this program's";

/// Arguments of `version`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct VersionArgs {
    /// Do not ask the gateway
    #[arg(long)]
    client: bool,
}

impl VersionArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let mut meta = Meta { context: session.context(), ..Meta::default() };
        let mut releases = vec![Release {
            name: "gatewayctl".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            address: None,
        }];
        let mut unreachable = None;
        if !self.client {
            let (version, failure) = match gateway(session).await {
                Ok((version, found)) => {
                    meta = found;
                    (Some(version), None)
                }
                Err(failure) => (None, Some(failure)),
            };
            let address = Some(session.address()?.to_string());
            releases.push(Release { name: "gatewayd".to_owned(), version, address });
            unreachable = failure;
        }
        let selection = Selection::everything(RELEASE);
        let list =
            Listing { kind: "VersionList", meta: &meta, items: &releases, selection: &selection };
        let style = Style { headers: false, ..session.style() };
        session.answer(|out| write_listing(out, session.format(), &style, &list))?;
        unreachable.map_or(Ok(Verdict::Done), Err)
    }
}

async fn gateway(session: &Session) -> Result<(String, Meta), Failure> {
    let picture = session.connect().await?.snapshot().await?;
    Ok((picture.version.clone(), Meta::of(&session.context(), &picture)))
}
