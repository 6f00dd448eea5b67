//! `context use`: which gateway commands go to from now on.

use std::io::Write as _;

use clap::Args;

use super::{
    super::{Failure, Verdict, complete, session::Session, target::set},
    list,
};
use crate::config;

const EXAMPLES: &str = "\
Examples:
  gatewayctl context use prod-eu                    for new commands, in all shells
  eval \"$(gatewayctl context use prod-us --shell)\"   for this shell alone

A dashboard that is open keeps the gateway it was opened for.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct UseArgs {
    /// The context
    #[arg(add = complete::contexts())]
    name: String,
    /// Change nothing; print a line that makes this shell use it
    #[arg(long)]
    shell: bool,
}

impl UseArgs {
    pub(super) fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let config = config::load()?;
        list::find(&config, &self.name)?;
        let name = &self.name;
        if self.shell {
            // A name of a context needs no quotes.
            session.answer(|out| writeln!(out, "export GATEWAYCTL_CONTEXT={name}"))?;
            return Ok(Verdict::Done);
        }
        config::store(|text, _| config::use_context(text, name))?;
        session.done(&format!("context {name} is in use for new commands"))?;
        for variable in ["GATEWAYCTL_CONTEXT", "GATEWAYCTL_ADDR"] {
            if set(variable).is_some() {
                session.tell(&format!("{variable} is set, and goes before it in this shell"));
            }
        }
        Ok(Verdict::Done)
    }
}
