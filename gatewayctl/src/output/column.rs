//! A column: one row of a noun's table of fields, used by every format, sorting and filters.

use super::{Tone, Unit};
use crate::model::{Value, find_field};

/// One field of a noun.
#[derive(Debug)]
pub struct Column<T: 'static> {
    /// Its name in JSON, CSV, `--columns`, `--sort-by` and `--filter`; ends with its unit.
    pub key: &'static str,
    /// Its title in tables.
    pub title: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// Where it appears.
    pub rank: Rank,
    /// The value for a thing in a picture taken at this time.
    pub value: fn(&T, i64) -> Value,
    /// What a value says beyond its words.
    pub tone: fn(&Value) -> Tone,
}

/// Where a column appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Everywhere, and stays in the narrowest table.
    Key,
    /// Everywhere.
    Main,
    /// Everywhere, but leaves a narrow table first.
    Extra,
    /// In tables only: says in words what other columns tell.
    Words,
    /// Everywhere but in tables, unless named by `--columns`.
    Detail,
    /// Only where named by `--columns`.
    Named,
}

impl<T> Column<T> {
    /// A column that appears everywhere.
    #[must_use]
    pub const fn new(
        key: &'static str,
        title: &'static str,
        unit: Unit,
        value: fn(&T, i64) -> Value,
    ) -> Self {
        Self { key, title, unit, rank: Rank::Main, value, tone: |_| Tone::Plain }
    }

    /// The same column, appearing elsewhere.
    #[must_use]
    pub const fn rank(mut self, rank: Rank) -> Self {
        self.rank = rank;
        self
    }

    /// The same column with a tone.
    #[must_use]
    pub const fn tone(mut self, tone: fn(&Value) -> Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// The column called `name`, whose unit may be left out.
#[must_use]
pub fn find_column<T>(columns: &'static [Column<T>], name: &str) -> Option<&'static Column<T>> {
    let keys: Vec<_> = columns.iter().map(|column| column.key).collect();
    let key = find_field(name, &keys)?;
    columns.iter().find(|column| column.key == key)
}
