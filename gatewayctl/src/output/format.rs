//! The format of an answer.

use clap::ValueEnum;

use super::Template;

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people; off a terminal one record per line, cells separated by tabs
    #[default]
    Table,
    /// The same with every column
    Wide,
    /// One JSON document: {"kind","v","meta","items"}
    Json,
    /// The same as one YAML document
    Yaml,
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values in raw units, with a header
    Csv,
    /// One name per line, for xargs
    Name,
    /// What a template of the operator's own says, a line for each item
    #[value(skip)]
    Template(Template),
}

impl Format {
    /// True for formats read by programs, where messages must be JSON too.
    #[must_use]
    pub const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}
