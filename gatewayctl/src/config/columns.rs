//! Layouts: which columns the operator wants in which table, and where the file says so. Which
//! tables and columns there are is for the dashboard to say.

use super::{
    fields::{Placed, Reading},
    keys::{Word, lists},
};

/// Columns that the operator wants in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The table's name.
    pub table: Word,
    /// The titles of its columns from left to right.
    pub columns: Vec<Word>,
}

/// Reads `[ui.columns]`: `backends = ["ST", "NAME", "RPS"]`.
pub(super) fn layouts<'a>(value: Placed<'a>, reading: &'a Reading<'a>) -> Vec<Layout> {
    let example = "write a list of titles: [\"ST\", \"NAME\", \"RPS\"]";
    let Some(table) = value.table("[ui.columns]") else { return Vec::new() };
    let all = lists(table, reading, ("titles", "title"), example);
    all.into_iter().map(|(table, columns)| Layout { table, columns }).collect()
}
