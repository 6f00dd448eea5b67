//! `pool list`: every pool with its backends and traffic.

use clap::Args;

use super::super::{Failure, Verdict, list, list::ListFlags, session::Session};
use crate::output::columns::POOL;

const EXAMPLES: &str = "\
Examples:
  gatewayctl pool list
  gatewayctl pool list --filter 'down>0 or headroom<20%'
  gatewayctl pool list -w -o jsonl";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct PoolListArgs {
    #[command(flatten)]
    list: ListFlags,
}

impl PoolListArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        list::show(session, &self.list, "PoolList", POOL, |picture| Ok(picture.pools.clone())).await
    }
}
