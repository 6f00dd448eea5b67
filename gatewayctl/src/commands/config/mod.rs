//! Verbs for the configuration: the gateway's file, what operators said since, and the way between
//! them; and the operator's own file, which the gateway never sees.

mod apply;
mod edit;
mod export;
mod fields;
mod history;
mod keys;
mod lines;
mod path;
mod persist;
mod rollback;
mod validate;

use clap::Subcommand;

use super::{Failure, Verdict, session::Session};
pub(super) use keys::{keymap, layouts};

/// What files are that these verbs read.
const WANTED: &str = "a TOML file that describes a gateway";

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigVerb {
    /// What is said of limits, scalers, backends and blocks, and by whom
    Show(fields::ShowArgs),
    /// What is not as the file says: exit 3 when anything is
    Diff(fields::DiffArgs),
    /// Would this file do? Exit 3, with every mistake, when it would not
    Validate(validate::ValidateArgs),
    /// Replace the gateway's file and apply what changed
    Apply(apply::ApplyArgs),
    /// The gateway's file as it would be if it said what operators did
    Export(export::ExportArgs),
    /// Write what operators did into the gateway's file
    Persist(persist::PersistArgs),
    /// The revisions of the gateway: who made each, when, why and what changed
    History(history::HistoryArgs),
    /// Make the gateway what it was at a revision, as one operation
    Rollback(rollback::RollbackArgs),
    /// Your own file: which keys do what in the dashboard
    Keys(keys::KeysArgs),
    /// Your own file: change it in your editor, and only to one without mistakes
    Edit(edit::EditArgs),
    /// Your own file: where it is
    Path(path::PathArgs),
}

impl ConfigVerb {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        match self {
            Self::Show(args) => args.run(session).await,
            Self::Diff(args) => args.run(session).await,
            Self::Validate(args) => args.run(session).await,
            Self::Apply(args) => args.run(session).await,
            Self::Export(args) => args.run(session).await,
            Self::Persist(args) => args.run(session).await,
            Self::History(args) => args.run(session).await,
            Self::Rollback(args) => args.run(session).await,
            Self::Keys(args) => args.run(session),
            Self::Edit(args) => args.run(session),
            Self::Path(args) => args.run(session),
        }
    }
}
