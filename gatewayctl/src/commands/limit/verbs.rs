//! `limit shadow`, `enforce`, `promote`: edits that need no flags of their own.

use clap::Args;

use super::super::{
    Failure, Verdict,
    change::{self, ChangeFlags},
    complete,
    confirm::Stakes,
    session::Session,
};
use crate::model::{Edit, LimitEdit};

/// A limit, and the flags of every change.
#[derive(Debug, Args)]
pub(in crate::commands) struct NamedArgs {
    /// The limit
    #[arg(add = complete::limits())]
    name: String,
    #[command(flatten)]
    change: ChangeFlags,
}

impl NamedArgs {
    /// Asks for `edit` of the limit.
    pub(super) async fn run(self, edit: LimitEdit, session: &Session) -> Result<Verdict, Failure> {
        let edit = Edit::SetLimit { name: self.name, edit };
        let client = session.connect().await?;
        change::apply(session, &client, &edit, &self.change, &Stakes::Low).await?;
        Ok(Verdict::Done)
    }
}
