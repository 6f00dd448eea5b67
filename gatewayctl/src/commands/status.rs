//! `status`: is the gateway well?

use std::io;

use clap::Args;

use super::{
    Failure, Verdict,
    list::{self, WatchFlags},
    session::Session,
    watch::Watch,
};
use crate::{
    model::Snapshot,
    output::{
        Format, Listing, Meta, Selection, Style, columns::STATUS, write_listing, write_summary,
    },
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl status
  gatewayctl status -q || page-somebody
  gatewayctl status -w
  gatewayctl status -o json | jq '.items[0].problems'

Exit 0 when healthy, 3 when degraded. Degraded is: not ready (a pool with a route has no backend to
serve it), or a problem of severity `error`. A drained backend, maintenance and problems of severity
`warn` or `info` are shown, and are not degraded. With --quiet nothing is printed.";

/// Arguments of `status`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    watch: WatchFlags,
}

impl StatusArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let (kind, selection, style) = ("Status", Selection::everything(STATUS), session.style());
        if self.watch.watch {
            let kind = list::Kind { name: kind, columns: STATUS, identity: None };
            let watch = Watch { session, flags: &self.watch, kind, selection, style };
            let pick = async |picture: &Snapshot| Ok(Some(vec![picture.clone()]));
            return watch.run(pick, write).await;
        }
        let picture = session.connect().await?.snapshot().await?;
        let meta = Meta::of(&session.context(), &picture);
        let verdict = if picture.is_healthy() { Verdict::Done } else { Verdict::NotOk };
        let items = [picture];
        let list = Listing { kind, meta: &meta, items: &items, selection: &selection };
        if !session.global.quiet {
            session.answer(|out| write(out, session.format(), &style, &list))?;
        }
        Ok(verdict)
    }
}

fn write(
    out: &mut Vec<u8>,
    format: Format,
    style: &Style,
    list: &Listing<'_, Snapshot>,
) -> io::Result<()> {
    match (format, list.items) {
        (Format::Table, [picture]) => write_summary(out, picture, style),
        _ => write_listing(out, format, style, list),
    }
}
