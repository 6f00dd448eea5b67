//! A listing: items of one kind with what is known about their origin.

use std::io::{self, Write};

use jiff::Timestamp;

use super::{
    Column, Format, Selection, Style, Template, TemplateError, Unit, cell,
    csv::write_csv,
    grid::{Grid, Head},
    json::{Item, json_line, write_envelope},
    yaml::write_yaml,
};
use crate::{
    model::{Snapshot, Value},
    safe_text::safe_text,
};

/// Where an answer comes from and how old it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meta {
    /// Which gateway was asked.
    pub context: String,
    /// Its process.
    pub instance: Option<String>,
    /// Its clock when the figures were taken.
    pub server_time_ms: Option<i64>,
    /// Its revision.
    pub revision: Option<u64>,
    /// How old the figures are by this machine's clock.
    pub age_ms: Option<u64>,
}

impl Meta {
    /// The origin of a picture.
    #[must_use]
    pub fn of(context: &str, snapshot: &Snapshot) -> Self {
        let age_ms = Timestamp::now().as_millisecond().saturating_sub(snapshot.time_ms);
        Self {
            context: context.to_owned(),
            instance: Some(snapshot.instance.clone()),
            server_time_ms: Some(snapshot.time_ms),
            revision: Some(snapshot.revision),
            age_ms: Some(u64::try_from(age_ms).unwrap_or(0)),
        }
    }

    /// The time that ages are told from: the picture's own.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.server_time_ms.unwrap_or_else(|| Timestamp::now().as_millisecond())
    }
}

/// Items of one kind.
#[derive(Debug)]
pub struct Listing<'a, T: 'static> {
    /// The kind of the document: `BackendList`.
    pub kind: &'static str,
    /// Where the items come from.
    pub meta: &'a Meta,
    /// The items, as asked for.
    pub items: &'a [T],
    /// The columns, as asked for.
    pub selection: &'a Selection<T>,
}

/// Writes a list.
///
/// # Errors
/// When `out` cannot be written to, or an item does not fill in the template.
pub fn write_listing<T>(
    out: &mut impl Write,
    format: Format,
    style: &Style,
    list: &Listing<'_, T>,
) -> io::Result<()> {
    let now_ms = list.meta.now_ms();
    let columns = list.selection.for_programs();
    match format {
        Format::Table | Format::Wide => grid(list, style).write(out, style),
        Format::Json => write_envelope(out, list, &columns),
        Format::Yaml => write_yaml(out, list, &columns),
        Format::Jsonl => {
            for it in list.items {
                writeln!(out, "{}", json_line(&Item { it, columns: &columns, now_ms })?)?;
            }
            Ok(())
        }
        Format::Csv => write_csv(out, list.items, &columns, style.headers, now_ms),
        Format::Name => {
            for name in list.names() {
                writeln!(out, "{}", safe_text(&name))?;
            }
            Ok(())
        }
        Format::Template(template) => {
            for line in list.filled(template)? {
                writeln!(out, "{line}")?;
            }
            Ok(())
        }
    }
}

/// Writes each item as lines of `field  value`; other formats as a list.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_sheet<T>(
    out: &mut impl Write,
    format: Format,
    style: &Style,
    list: &Listing<'_, T>,
) -> io::Result<()> {
    if format != Format::Table || list.selection.names_columns() {
        return write_listing(out, format, style, list);
    }
    let columns = list.selection.for_programs();
    let widest = columns.iter().map(|column| column.key.len()).max().unwrap_or(0);
    for (number, item) in list.items.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        for column in &columns {
            let value = (column.value)(item, list.meta.now_ms());
            let tone = (column.tone)(&value);
            let mut key = style.paint(&format!("{:widest$}", column.key), super::Tone::Muted);
            for one in lines(&value) {
                let text = cell(one, column.unit, style, list.meta.now_ms());
                writeln!(out, "{key}  {}", style.paint(&safe_text(&text), tone))?;
                key = " ".repeat(widest);
            }
        }
    }
    Ok(())
}

impl<T> Listing<'_, T> {
    /// The items' names: their first column.
    pub fn names(&self) -> Vec<String> {
        let now_ms = self.meta.now_ms();
        let Some(first) = self.selection.first_column() else { return Vec::new() };
        let name = |item| cell(&(first.value)(item, now_ms), first.unit, &Style::plain(), now_ms);
        self.items.iter().map(name).collect()
    }

    /// What a template says of each item.
    ///
    /// # Errors
    /// When it names a field that is not there, or an item does not fill it in.
    pub fn filled(&self, template: Template) -> Result<Vec<String>, TemplateError> {
        template.lines(self)
    }

    /// The items as JSON, in one line each.
    ///
    /// # Errors
    /// When a value has no JSON form.
    pub fn json_lines(&self) -> io::Result<Vec<String>> {
        let (columns, now_ms) = (self.selection.for_programs(), self.meta.now_ms());
        self.items.iter().map(|it| json_line(&Item { it, columns: &columns, now_ms })).collect()
    }
}

/// What has a line of its own: each element that has parts.
fn lines(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(all) if all.iter().any(|it| matches!(it, Value::Parts(_))) => {
            all.iter().collect()
        }
        value => vec![value],
    }
}

fn grid<T>(list: &Listing<'_, T>, style: &Style) -> Grid {
    let columns = if style.wide { list.selection.whole() } else { list.selection.for_people() };
    let is_whole = style.wide || list.selection.names_columns();
    let heads = columns.iter().map(|column| Head {
        title: column.title,
        rank: if is_whole { super::Rank::Key } else { column.rank },
        figure: column.unit.is_figure(),
        text: matches!(column.unit, Unit::Text | Unit::List),
    });
    let rows = list.items.iter().map(|item| {
        let cells = columns.iter().map(|column| {
            let (text, value) = shown(column, item, style, list.meta.now_ms());
            (text, (column.tone)(&value))
        });
        cells.collect()
    });
    Grid::new(heads.collect(), rows.collect())
}

fn shown<T>(column: &Column<T>, item: &T, style: &Style, now_ms: i64) -> (String, Value) {
    let value = (column.value)(item, now_ms);
    (cell(&value, column.unit, style, now_ms), value)
}

#[cfg(test)]
mod tests;
