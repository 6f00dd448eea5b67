//! `config path`: where the operator's own file is.

use std::io::Write as _;

use clap::Args;

use super::super::{Failure, Verdict, session::Session};
use crate::config;

const EXAMPLES: &str = "\
Examples:
  gatewayctl config path
  cp \"$(gatewayctl config path)\" ~/backup/

GATEWAYCTL_CONFIG names another file. It need not be there.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct PathArgs {}

impl PathArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let path = config::path()?;
        session.answer(|out| writeln!(out, "{}", path.display()))?;
        Ok(Verdict::Done)
    }
}
