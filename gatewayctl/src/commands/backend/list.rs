//! `backend list`: every backend with its state, weight and traffic.

use clap::Args;

use super::super::{Failure, Verdict, complete, list, list::ListFlags, session::Session};
use crate::{
    model::{Backend, Snapshot, State},
    output::columns::BACKEND,
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend list --sort-by -rps
  gatewayctl backend list --pool api --state down,drain
  gatewayctl backend list --filter 'p99>80ms or error>1%'
  gatewayctl backend list -o name --filter state=up | xargs -n1 ...
  gatewayctl backend list -w                                    repaints each second
  gatewayctl backend list -w --every 5s --timeout 10m -o csv --columns time,name,rps,p99 > run.csv

States: up (takes requests), new (waits for its first check), drain, maint, ejected (failed too many
requests), down (fails its checks).";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct BackendListArgs {
    /// Only this pool
    #[arg(long, add = complete::pools())]
    pool: Option<String>,
    /// Only these states: up, new, drain, maint, ejected, down
    #[arg(long, value_delimiter = ',', value_name = "STATE", value_parser = state)]
    state: Vec<State>,
    #[command(flatten)]
    list: ListFlags,
}

impl BackendListArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        list::show(session, &self.list, "BackendList", BACKEND, |picture| self.pick(picture)).await
    }

    /// The same, watched.
    pub(super) const fn watching(mut self) -> Self {
        self.list.watch.watch = true;
        self
    }

    fn pick(&self, picture: &Snapshot) -> Result<Vec<Backend>, Failure> {
        if let Some(pool) = &self.pool
            && !picture.pools.iter().any(|known| known.name == *pool)
        {
            let known = picture.pools.iter().map(|known| known.name.as_str());
            return Err(Failure::not_found("pool", pool, known, "gatewayctl pool list"));
        }
        let wanted = |it: &&Backend| {
            self.pool.as_ref().is_none_or(|pool| it.pool == *pool)
                && (self.state.is_empty() || self.state.contains(&it.state()))
        };
        Ok(picture.backends.iter().filter(wanted).cloned().collect())
    }
}

fn state(text: &str) -> Result<State, String> {
    let found = State::ALL.into_iter().find(|state| state.word() == text);
    found.ok_or_else(|| format!("expected one of {}", State::ALL.map(State::word).join(", ")))
}
