//! Layouts: which columns the operator wants in which table, and where the file says so. Which
//! tables and columns there are is for the dashboard to say.

use toml_edit::TableLike;

use super::{
    fields::{Placed, Reading},
    keys::{Word, words},
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
    let Some(table) = value.table("[ui.columns]") else { return Vec::new() };
    let mut all = Vec::new();
    walk(table, "", reading, &mut all);
    all
}

fn walk<'a>(
    table: &'a dyn TableLike,
    before: &str,
    reading: &'a Reading<'a>,
    all: &mut Vec<Layout>,
) {
    for (name, _) in table.iter() {
        let Some((key, item)) = table.get_key_value(name) else { continue };
        let text = format!("{before}{name}");
        if let Some(inner) = item.as_table_like() {
            walk(inner, &format!("{text}."), reading, all);
            continue;
        }
        let table = Word { text, place: reading.place(key.span()) };
        let example = "write a list of titles: [\"ST\", \"NAME\", \"RPS\"]";
        if let Some(columns) = words(item, reading, ("titles", "title"), example) {
            all.push(Layout { table, columns });
        }
    }
}
