//! Flags and flow of a list that is shown once.

use std::{io, time::Duration};

use clap::Args;

use super::{Failure, complete, list::ListFlags, session::Session};
use crate::{
    client::Client,
    output::{Column, Format, Listing, Meta, Style, write_listing},
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

    /// Shows what is asked for of `items`; how many that are.
    pub(super) async fn show<T>(
        self,
        session: &Session,
        client: &Client,
        kind: &'static str,
        columns: &'static [Column<T>],
        items: Vec<T>,
    ) -> Result<usize, Failure> {
        self.show_by(session, client, kind, columns, items, write_listing).await
    }

    /// The same, written in another way.
    pub(super) async fn show_by<T>(
        self,
        session: &Session,
        client: &Client,
        kind: &'static str,
        columns: &'static [Column<T>],
        items: Vec<T>,
        write: impl FnOnce(&mut Vec<u8>, Format, &Style, &Listing<'_, T>) -> io::Result<()>,
    ) -> Result<usize, Failure> {
        let Self { columns: names, sort_by, filter, no_headers, limit } = self;
        let flags = ListFlags {
            columns: names,
            sort_by,
            filter,
            no_headers,
            limit,
            ..ListFlags::default()
        };
        let selection = flags.selection(session, columns)?;
        let meta = meta(session, client).await?;
        let items = selection.of(items, meta.now_ms());
        let list = Listing { kind, meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write(out, session.format(), &flags.style(session), &list))?;
        Ok(items.len())
    }
}

/// Where what was asked for beside a picture comes from.
pub(super) async fn meta(session: &Session, client: &Client) -> Result<Meta, Failure> {
    Ok(Meta::of(&session.context(), &client.snapshot().await?))
}

/// When it was `ago`, by the gateway's clock, in milliseconds since the Unix epoch; 0 when that is
/// not told.
pub(super) async fn since_ms(client: &Client, ago: Option<Duration>) -> Result<i64, Failure> {
    let Some(ago) = ago else { return Ok(0) };
    let now_ms = client.snapshot().await?.time_ms;
    Ok(now_ms.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX)))
}
