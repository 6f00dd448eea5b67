//! Verbs for contexts: which gateways there are, and which of them is meant.

mod add;
mod list;
mod remove;
mod rename;
mod select;
mod test;

use clap::Subcommand;

use super::{Failure, Verdict, session::Session};

/// What can be done with contexts.
#[derive(Debug, Subcommand)]
pub(super) enum ContextVerb {
    /// Every gateway in the file, and the one in use
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// Everything known about one, and why it is in use
    Show(list::ShowArgs),
    /// Use this one from now on
    Use(select::UseArgs),
    /// Add a gateway to the file
    Add(add::AddArgs),
    /// Take gateways out of the file
    #[command(visible_alias = "rm")]
    Remove(remove::RemoveArgs),
    /// Call one by another name
    Rename(rename::RenameArgs),
    /// Connect, and tell what answers
    Test(test::TestArgs),
}

impl ContextVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Use(args) => args.run(session),
            Self::Add(args) => args.run(session),
            Self::Remove(args) => args.run(session),
            Self::Rename(args) => args.run(session),
            Self::Test(args) => args.run(session).await,
        }
    }
}
