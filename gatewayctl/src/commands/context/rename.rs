//! `context rename`: the same gateway by another name.

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::config;

const EXAMPLES: &str = "\
Examples:
  gatewayctl context rename prod prod-eu

The context in use stays in use.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RenameArgs {
    /// Its name
    #[arg(add = complete::contexts())]
    from: String,
    /// Its new name
    to: String,
}

impl RenameArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let Self { from, to } = self;
        config::store(|text, _| config::rename(text, from, to))?;
        session.done(&format!("context {from} is called {to} now"))?;
        Ok(Verdict::Done)
    }
}
