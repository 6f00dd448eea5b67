//! `context remove`: fewer gateways in the file.

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::config;

const EXAMPLES: &str = "\
Examples:
  gatewayctl context remove staging

The gateway itself is not touched.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct RemoveArgs {
    /// The contexts
    #[arg(required = true, value_name = "NAME", add = complete::contexts())]
    names: Vec<String>,
}

impl RemoveArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let mut was_used = false;
        config::store(|text, before| {
            was_used = before.current.as_ref().is_some_and(|name| self.names.contains(name));
            config::remove(text, &self.names)
        })?;
        session.done(&format!("removed {}", self.names.join(", ")))?;
        if was_used {
            session.tell("no context is in use now: commands go to this user's own gateway");
        }
        Ok(Verdict::Done)
    }
}
