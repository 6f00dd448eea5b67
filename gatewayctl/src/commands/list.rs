//! Flags and flow of every list: select, show once or keep watching.

use std::time::Duration;

use clap::Args;

use super::{Failure, Verdict, complete, session::Session, watch};
use crate::{
    duration,
    model::Snapshot,
    output::{Column, Listing, Meta, Selection, Style, write_listing},
};

/// Flags of every list.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "List options")]
pub(super) struct ListFlags {
    /// Only these columns, in this order; `help output` tells how to see all
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = complete::columns())]
    pub(super) columns: Vec<String>,
    /// Sort by this column; -COLUMN puts the greatest first
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true, add = complete::sorted_columns())]
    pub(super) sort_by: Option<String>,
    /// Only what fits: 'state=up and p99>40ms'; see `help filters`
    #[arg(long, value_name = "EXPR", add = complete::fields())]
    pub(super) filter: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    pub(super) no_headers: bool,
    /// At most this many
    #[arg(long, value_name = "N")]
    pub(super) limit: Option<usize>,
    #[command(flatten)]
    pub(super) watch: WatchFlags,
}

/// Flags of everything that can be watched.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct WatchFlags {
    /// Keep showing: repaints on a terminal, else one JSON line per change
    #[arg(short, long)]
    pub(super) watch: bool,
    /// With --watch: this often, at most once a second
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "watch")]
    pub(super) every: Option<Duration>,
    /// With --watch: end, with exit code 0, as soon as everything shown fits this filter
    #[arg(long, value_name = "EXPR", requires = "watch")]
    pub(super) until: Option<String>,
    /// With --watch: end after this many pictures
    #[arg(long, value_name = "N", requires = "watch", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: Option<u64>,
    /// With --watch: end after this long, with exit code 8
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, requires = "watch")]
    pub(super) timeout: Option<Duration>,
}

impl ListFlags {
    /// What is asked for, of a list with these columns.
    pub(super) fn selection<T>(
        &self,
        session: &Session,
        all: &'static [Column<T>],
    ) -> Result<Selection<T>, Failure> {
        session.suits(all)?;
        Ok(Selection::everything(all)
            .columns(&self.columns)?
            .sort_by(self.sort_by.as_deref())?
            .filter(self.filter.as_deref())?
            .limit(self.limit))
    }

    pub(super) fn style(&self, session: &Session) -> Style {
        Style { headers: !self.no_headers, ..session.style() }
    }
}

/// A kind of list.
pub(super) struct Kind<T: 'static> {
    /// The kind of the document: `BackendList`.
    pub(super) name: &'static str,
    /// Its columns.
    pub(super) columns: &'static [Column<T>],
    /// What tells one item from the others, when the first column does not.
    pub(super) identity: Option<fn(&T) -> String>,
}

/// Shows what `pick` finds in a picture, once or again and again.
pub(super) async fn show<T: Clone>(
    session: &Session,
    flags: &ListFlags,
    kind: &'static str,
    columns: &'static [Column<T>],
    pick: impl Fn(&Snapshot) -> Result<Vec<T>, Failure>,
) -> Result<Verdict, Failure> {
    let kind = Kind { name: kind, columns, identity: None };
    show_each(session, flags, kind, async |picture: &Snapshot| pick(picture).map(Some)).await
}

/// Shows what `pick` finds when a picture comes, once or again and again; nothing found shows
/// nothing new.
pub(super) async fn show_each<T: Clone>(
    session: &Session,
    flags: &ListFlags,
    kind: Kind<T>,
    pick: impl AsyncFn(&Snapshot) -> Result<Option<Vec<T>>, Failure>,
) -> Result<Verdict, Failure> {
    let selection = flags.selection(session, kind.columns)?;
    let style = flags.style(session);
    if flags.watch.watch {
        let watch = watch::Watch { session, flags: &flags.watch, kind, selection, style };
        return watch.run(pick, write_listing).await;
    }
    let client = session.connect().await?;
    let snapshot = client.snapshot().await?;
    let meta = Meta::of(&session.context(), &snapshot);
    let found = pick(&snapshot).await?.unwrap_or_default();
    let items = selection.of(found, snapshot.time_ms);
    let list = Listing { kind: kind.name, meta: &meta, items: &items, selection: &selection };
    session.answer(|out| write_listing(out, session.format(), &style, &list))?;
    Ok(Verdict::Done)
}
