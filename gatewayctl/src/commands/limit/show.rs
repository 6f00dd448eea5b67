//! `limit show`: everything known about limits.

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::{
    model::{Limit, Snapshot},
    output::{Listing, Meta, Selection, columns::LIMIT, write_sheet},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl limit show create-per-ip
  gatewayctl limit show create-per-ip -o json | jq '.items[0].adjustments'";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// The limits
    #[arg(required = true, value_name = "NAME", add = complete::limits())]
    names: Vec<String>,
}

impl ShowArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let picture = session.connect().await?.snapshot().await?;
        let items =
            self.names.iter().map(|name| find(&picture, name)).collect::<Result<Vec<_>, _>>()?;
        let meta = Meta::of(&session.context(), &picture);
        let selection = Selection::everything(LIMIT);
        let list = Listing { kind: "LimitList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

/// The limit called `name`.
pub(super) fn find(picture: &Snapshot, name: &str) -> Result<Limit, Failure> {
    let found = picture.limits.iter().find(|limit| limit.name == name);
    found.cloned().ok_or_else(|| {
        let known = picture.limits.iter().map(|known| known.name.as_str());
        Failure::not_found("limit", name, known, "gatewayctl limit list")
    })
}
