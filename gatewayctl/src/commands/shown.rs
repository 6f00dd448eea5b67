//! Flags and flow of a list that is shown once.

use clap::Args;

use super::{Failure, Verdict, complete, list::ListFlags, session::Session};
use crate::{
    client::Client,
    output::{Column, Listing, Meta, write_listing},
};

/// Flags of a list that is not watched.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "List options")]
pub(super) struct Shown {
    /// Only these columns, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',', add = complete::columns())]
    columns: Vec<String>,
    /// Sort by this column; -COLUMN puts the greatest first
    #[arg(long, value_name = "[-]COLUMN", allow_hyphen_values = true, add = complete::sorted_columns())]
    sort_by: Option<String>,
    /// Only what fits; see `help filters`
    #[arg(long, value_name = "EXPR", add = complete::fields())]
    filter: Option<String>,
    /// Without the line of titles
    #[arg(long)]
    no_headers: bool,
    /// At most this many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

impl Shown {
    /// How many of the first items are shown, `usual` unless told otherwise; none where more has to
    /// be known of them than their order.
    pub(super) fn ahead(&self, usual: u32) -> Option<u32> {
        let is_plain = self.filter.is_none() && self.sort_by.is_none();
        let wanted = self.limit.map_or(usual, |limit| u32::try_from(limit).unwrap_or(u32::MAX));
        is_plain.then_some(wanted.max(1))
    }

    /// Shows what is asked for of `items`.
    pub(super) async fn show<T>(
        &self,
        session: &Session,
        client: &Client,
        kind: &'static str,
        columns: &'static [Column<T>],
        items: Vec<T>,
    ) -> Result<Verdict, Failure> {
        let Self { columns: names, sort_by, filter, no_headers, limit } = self.clone();
        let flags = ListFlags {
            columns: names,
            sort_by,
            filter,
            no_headers,
            limit,
            ..ListFlags::default()
        };
        let selection = flags.selection(columns)?;
        let meta = meta(session, client).await?;
        let items = selection.of(items, meta.now_ms());
        let list = Listing { kind, meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &flags.style(session), &list))?;
        Ok(Verdict::Done)
    }
}

/// Where what was asked for beside a picture comes from.
pub(super) async fn meta(session: &Session, client: &Client) -> Result<Meta, Failure> {
    Ok(Meta::of(&session.context(), &client.snapshot().await?))
}
