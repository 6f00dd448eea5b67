//! Verbs for backends.

mod add;
mod drain;
mod kill;
mod list;
mod maintenance;
mod order;
mod remove;
mod set;
mod show;
mod stats;
mod wait;
mod weight;

use clap::Subcommand;

pub(super) use drain::{DrainArgs, UndrainArgs};

use super::{Failure, Verdict, session::Session};

/// What can be done with backends.
#[derive(Debug, Subcommand)]
pub(super) enum BackendVerb {
    /// Every backend with its state, weight and traffic
    #[command(visible_alias = "ls")]
    List(list::BackendListArgs),
    /// The same as it changes: `list --watch`
    Watch(list::BackendListArgs),
    /// Everything known about backends
    Show(show::ShowArgs),
    /// What figures of backends were over a while
    Stats(stats::StatsArgs),
    /// Add a backend to a pool; it takes traffic after its first passed check
    Add(add::AddArgs),
    /// Change a backend's weight; what else there is of it says where it is changed
    Set(set::SetArgs),
    /// Remove backends; their requests in flight finish
    #[command(visible_alias = "rm")]
    Remove(remove::RemoveArgs),
    /// Take backends out of service and wait until they are idle
    Drain(DrainArgs),
    /// Close what is left on drained backends
    Kill(kill::KillArgs),
    /// Put backends back into service
    #[command(visible_alias = "enable")]
    Undrain(UndrainArgs),
    /// Take backends out of service and stop checking them
    Maintenance(maintenance::MaintenanceArgs),
    /// Change weights, all at once or none
    Weight(weight::WeightArgs),
    /// Wait until backends are drained, healthy, removed or reweighted
    Wait(wait::WaitArgs),
}

impl BackendVerb {
    /// Whether it changes something.
    pub(super) const fn changes(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Show(_) | Self::Wait(_))
    }

    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::List(args) => args.run(session).await,
            Self::Watch(args) => args.watching().run(session).await,
            Self::Stats(args) => args.run(session).await,
            Self::Show(args) => args.run(session).await,
            Self::Add(args) => args.run(session).await,
            Self::Set(args) => args.run(session).await,
            Self::Remove(args) => args.run(session).await,
            Self::Drain(args) => args.run(session).await,
            Self::Kill(args) => args.run(session).await,
            Self::Undrain(args) => args.run(session).await,
            Self::Maintenance(args) => args.run(session).await,
            Self::Weight(args) => args.run(session).await,
            Self::Wait(args) => args.run(session).await,
        }
    }
}
