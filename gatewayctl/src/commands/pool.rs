//! Verbs for pools.

use clap::{Args, Subcommand};

use super::{Failure, Verdict, list, list::ListFlags, session::Session};
use crate::output::columns::POOL;

const EXAMPLES: &str = "\
Examples:
  gatewayctl pool list
  gatewayctl pool list --filter 'down>0 or headroom<20%'
  gatewayctl pool list -w -o jsonl";

/// What can be done with pools.
#[derive(Debug, Subcommand)]
pub(super) enum PoolVerb {
    /// Every pool with its backends and traffic
    #[command(visible_alias = "ls")]
    List(PoolListArgs),
}

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct PoolListArgs {
    #[command(flatten)]
    list: ListFlags,
}

impl PoolVerb {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let Self::List(args) = self;
        list::show(session, &args.list, "PoolList", POOL, |picture| Ok(picture.pools.clone())).await
    }
}
