//! `cert list`: what is served, by whom, and until when.

use clap::Args;

use super::super::{Failure, Verdict, list, list::ListFlags, session::Session};
use crate::{
    model::{Certificate, Snapshot},
    output::columns::CERTIFICATE,
};

pub(super) const EXAMPLES: &str = "\
Examples:
  gatewayctl cert list
  gatewayctl cert list --filter 'expires_in_s<1209600' -o name
  gatewayctl cert list --filter 'result=refused'             whose new files are of no use";

#[derive(Debug, Args)]
pub(in crate::commands) struct ListArgs {
    #[command(flatten)]
    list: ListFlags,
}

impl ListArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let client = session.connect().await?;
        let pick = async |_: &Snapshot| match client.certificates().await {
            Ok(found) => Ok(Some(found)),
            // Whether the connection is lost for good is found out by whoever brings pictures.
            Err(error) if self.list.watch.watch && error.is_retryable() => Ok(None),
            Err(error) => Err(error.into()),
        };
        let kind =
            list::Kind { name: "CertificateList", columns: CERTIFICATE, identity: Some(line) };
        list::show_each(session, &self.list, kind, pick).await
    }
}

/// What tells one line from the others: a renewed certificate is the same line.
fn line(it: &Certificate) -> String {
    [&it.served_by, &it.name, &it.key].map(String::as_str).join(" ")
}
