//! `limit reset`: what was counted is forgotten.

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::model::Edit;

const EXAMPLES: &str = "\
Examples:
  gatewayctl limit reset create-per-ip 203.0.113.44 -m \"it was our own monitor\"
  gatewayctl limit reset create-per-ip -n                   how many keys it counts
  gatewayctl limit reset per-tenant acme                    by the value of a field, or a route

Whoever is refused can ask again from the next request on. Without a key, everybody begins anew. What
`v6_wide` counts of a whole network goes only with all.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ResetArgs {
    /// The limit
    #[arg(add = complete::limits())]
    name: String,
    /// Only this client, or this value that it counts by
    key: Option<String>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl ResetArgs {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let edit = Edit::ResetLimit { name: self.name, key: self.key };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
