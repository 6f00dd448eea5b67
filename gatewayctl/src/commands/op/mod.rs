//! Verbs for operations: what was done, by whom, and taking it back.

mod confirm;
mod list;
mod show;
mod undo;
mod watch;

use clap::Subcommand;

use super::{Failure, Verdict, session::Session};

/// What can be done with operations.
#[derive(Debug, Subcommand)]
pub(super) enum OpVerb {
    /// What was done, by whom and why, newest first
    #[command(visible_alias = "ls")]
    List(list::ListArgs),
    /// Everything known about an operation
    Show(show::ShowArgs),
    /// Follow an operation to its end
    Watch(watch::WatchArgs),
    /// Put back what an operation changed
    Undo(undo::UndoArgs),
    /// Keep an operation that is taken back otherwise
    Confirm(confirm::ConfirmArgs),
}

impl OpVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
            Self::Watch(args) => args.run(session).await,
            Self::Undo(args) => args.run(session).await,
            Self::Confirm(args) => args.run(session).await,
        }
    }
}
