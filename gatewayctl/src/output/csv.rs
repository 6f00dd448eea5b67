//! How are answers written as comma-separated values?

use std::io::{self, Write};

use super::{Column, json_line};
use crate::{model::Value, safe_text::safe_text};

/// Writes items, with a header when asked.
pub(super) fn write_csv<T>(
    out: &mut impl Write,
    items: &[T],
    columns: &[&'static Column<T>],
    header: bool,
    now_ms: i64,
) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    if header {
        csv.write_record(columns.iter().map(|column| column.key)).map_err(as_io)?;
    }
    for item in items {
        let fields = columns.iter().map(|column| field(&(column.value)(item, now_ms)));
        csv.write_record(fields.collect::<io::Result<Vec<_>>>()?).map_err(as_io)?;
    }
    csv.flush()
}

/// The field for a value: empty when not known, JSON when it has parts.
fn field(value: &Value) -> io::Result<String> {
    Ok(match value {
        Value::Unknown => String::new(),
        Value::Text(text) => safe_text(text).into_owned(),
        Value::Time(_) => json_line(value)?.trim_matches('"').to_owned(),
        value => json_line(value)?,
    })
}

fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}
