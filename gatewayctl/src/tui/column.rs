//! A column: its title, width, cell and sort key in one row.

use super::{
    history::History, look::Look, screens::staged::Staged, theme::Role, timeline::Timeline,
};
use crate::model::Block;

/// One column of a table of `R`.
pub(crate) struct Column<R> {
    /// Its title.
    pub(crate) title: &'static str,
    /// How wide it is.
    pub(crate) width: Width,
    /// How long it is kept while the terminal becomes narrower: the greatest rank goes first.
    pub(crate) rank: u8,
    /// The field it sorts by, as the command line calls it; none when it does not sort.
    pub(crate) key: Option<&'static str>,
    /// What stands in it.
    pub(crate) cell: fn(&R, &Lens<'_>) -> Cell,
}

/// A column that sorts by the field `key`, where there is one.
pub(crate) const fn column<R>(
    title: &'static str,
    width: Width,
    rank: u8,
    key: Option<&'static str>,
    cell: fn(&R, &Lens<'_>) -> Cell,
) -> Column<R> {
    Column { title, width, rank, key, cell }
}

/// A column of rows that keep the order they come in.
pub(crate) const fn unsorted<R>(
    title: &'static str,
    width: Width,
    rank: u8,
    cell: fn(&R, &Lens<'_>) -> Cell,
) -> Column<R> {
    column(title, width, rank, None, cell)
}

/// Columns of this rank or a greater one are extra: shown by themselves only in roomy windows.
pub(crate) const EXTRA: u8 = 50;

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    /// So many cells, text from the left.
    Text(u16),
    /// So many cells, figures to the right.
    Figure(u16),
    /// As wide as its longest text within these limits.
    Names(u16, u16),
    /// What is left, at least this much.
    Rest(u16),
}

/// What a cell is read through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lens<'a> {
    /// How texts become cells.
    pub(crate) look: Look,
    /// What was seen before.
    pub(crate) history: &'a History,
    /// The time of the snapshot, milliseconds since the Unix epoch.
    pub(crate) now_ms: i64,
    /// Which part of the past trends show.
    pub(crate) timeline: Timeline,
    /// Weights that were asked for and not yet applied.
    pub(crate) staged: &'a Staged,
    /// Networks whose clients are refused.
    pub(crate) blocked: &'a [Block],
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(super) text: String,
    pub(super) role: Role,
    pub(super) is_figure: bool,
}

impl Cell {
    /// A text.
    pub(crate) fn text(role: Role, text: impl Into<String>) -> Self {
        Self { text: text.into(), role, is_figure: false }
    }

    /// A figure: marked when it is old.
    pub(crate) fn figure(role: Role, text: impl Into<String>) -> Self {
        Self { text: text.into(), role, is_figure: true }
    }
}
