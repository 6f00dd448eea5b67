//! `pool show`: everything known about pools.

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::{
    model::{Pool, Snapshot},
    output::{Listing, Meta, Selection, columns::POOL, write_sheet},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl pool show api
  gatewayctl pool show api -o json | jq '.items[0].headroom_ratio'";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// The pools
    #[arg(required = true, value_name = "NAME", add = complete::pools())]
    names: Vec<String>,
}

impl ShowArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let picture = session.connect().await?.snapshot().await?;
        let items =
            self.names.iter().map(|name| find(&picture, name)).collect::<Result<Vec<_>, _>>()?;
        let meta = Meta::of(&session.context(), &picture);
        let selection = Selection::everything(POOL);
        let list = Listing { kind: "PoolList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

fn find(picture: &Snapshot, name: &str) -> Result<Pool, Failure> {
    let found = picture.pools.iter().find(|pool| pool.name == name).cloned();
    found.ok_or_else(|| {
        let known = picture.pools.iter().map(|known| known.name.as_str());
        Failure::not_found("pool", name, known, "gatewayctl pool list")
    })
}
