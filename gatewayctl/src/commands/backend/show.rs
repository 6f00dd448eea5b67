//! `backend show`: everything known about backends.

use clap::Args;

use super::super::{Failure, Verdict, complete, session::Session};
use crate::{
    model::{Backend, Snapshot},
    output::{Listing, Meta, Selection, columns::BACKEND, write_sheet},
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl backend show api-3
  gatewayctl backend show api-3 -o json | jq '.items[0].standing_reason'";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct ShowArgs {
    /// The backends
    #[arg(required = true, value_name = "NAME", add = complete::backends())]
    names: Vec<String>,
}

impl ShowArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let picture = session.connect().await?.snapshot().await?;
        let items =
            self.names.iter().map(|name| find(&picture, name)).collect::<Result<Vec<_>, _>>()?;
        let meta = Meta::of(&session.context(), &picture);
        let selection = Selection::everything(BACKEND);
        let list =
            Listing { kind: "BackendList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_sheet(out, session.format(), &session.style(), &list))?;
        Ok(Verdict::Done)
    }
}

fn find(picture: &Snapshot, name: &str) -> Result<Backend, Failure> {
    picture.backend(name).cloned().ok_or_else(|| {
        let known = picture.backends.iter().map(|known| known.name.as_str());
        Failure::not_found("backend", name, known, "gatewayctl backend list")
    })
}
