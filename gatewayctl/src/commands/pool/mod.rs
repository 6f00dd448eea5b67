//! Verbs for pools.

mod list;
mod share;
mod shift;
mod show;

use clap::Subcommand;

use super::{Failure, Verdict, session::Session};

/// What can be done with pools.
#[derive(Debug, Subcommand)]
pub(super) enum PoolVerb {
    /// Every pool with its backends and traffic
    #[command(visible_alias = "ls")]
    List(list::PoolListArgs),
    /// Everything known about pools
    Show(show::ShowArgs),
    /// Move traffic from some backends of a pool to others of it, by their weights
    Shift(shift::ShiftArgs),
}

impl PoolVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
            Self::Shift(args) => args.run(session).await,
        }
    }
}
