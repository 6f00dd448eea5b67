//! `cert reload`: the files of certificates are read again now.

use clap::Args;

use super::super::{
    Failure, Kind, Verdict,
    change::{self, ChangeFlags},
    confirm::Stakes,
    failure::Detail,
    session::Session,
};
use crate::model::{Edit, Operation};

const EXAMPLES: &str = "\
Examples:
  gatewayctl cert reload -n                  would the files there are now be served?
  gatewayctl cert reload https -m \"renewed by hand\"

Files that change are read by themselves as soon as they have come to rest; this does not wait for
that. A listener with a file that is bad or expired keeps what it serves, and it is told why; exit 10
when others were read all the same. Nobody's connection notices.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ReloadArgs {
    /// Only of these listeners, or `[admin]` for the admin API [default: all]
    #[arg(value_name = "LISTENER")]
    listeners: Vec<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl ReloadArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let edit = Edit::ReloadCertificates { served_by: self.listeners };
        let client = session.connect().await?;
        let done = change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        match done.filter(|operation| !operation.warnings.is_empty()) {
            None => Ok(Verdict::Done),
            Some(operation) => Err(partly(&operation)),
        }
    }
}

/// Some files were of no use.
fn partly(operation: &Operation) -> Failure {
    let detail = |warning: &String| {
        let (place, message) = warning.split_once(' ').unwrap_or(("", warning));
        let (place, message) = (place.to_owned(), message.to_owned());
        Detail { place, message, hint: None, quote: Vec::new() }
    };
    let details: Vec<Detail> = operation.warnings.iter().map(detail).collect();
    let message = format!("{} of the files are of no use", details.len());
    let failure = Failure::new(Kind::Partly, message).op(&operation.id);
    Failure { details, ..failure }.hint("`gatewayctl cert list` shows what is served")
}
