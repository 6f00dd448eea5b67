//! How are answers written as YAML? <https://yaml.org/spec/1.2.2>
//!
//! The frame is in blocks, and every value in it is in one line as in JSON, which YAML 1.2 contains: no
//! text is taken for a number, a truth or a date.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use serde::Serialize;

use super::{Column, Listing};
use crate::{model::Value, safe_text::is_unsafe};

/// Writes a list as one document; several may follow each other in a stream.
pub(super) fn write_yaml<T>(
    out: &mut impl Write,
    list: &Listing<'_, T>,
    columns: &[&'static Column<T>],
) -> io::Result<()> {
    let (meta, now_ms) = (list.meta, list.meta.now_ms());
    writeln!(out, "---\nkind: {}\nv: 1\nmeta:", inline(&list.kind)?)?;
    writeln!(out, "  context: {}", inline(&meta.context)?)?;
    writeln!(out, "  instance: {}", inline(&meta.instance)?)?;
    writeln!(out, "  server_time: {}", inline(&Value::time(meta.server_time_ms))?)?;
    writeln!(out, "  revision: {}", inline(&meta.revision)?)?;
    writeln!(out, "  age_ms: {}", inline(&meta.age_ms)?)?;
    if list.items.is_empty() {
        return writeln!(out, "items: []");
    }
    writeln!(out, "items:")?;
    for it in list.items {
        for (place, column) in columns.iter().enumerate() {
            let mark = if place == 0 { "-" } else { " " };
            writeln!(out, "{mark} {}: {}", column.key, inline(&(column.value)(it, now_ms))?)?;
        }
    }
    Ok(())
}

/// `value` in one line, with everything a terminal would obey or hide escaped.
fn inline(value: &impl Serialize) -> io::Result<String> {
    let mut text = String::new();
    for character in serde_json::to_string(value)?.chars() {
        match u32::from(character) {
            _ if !is_unsafe(character) => text.push(character),
            // Other than JSON, YAML has no pairs of halves.
            code => write!(text, "\\U{code:08x}").expect("writing to a string succeeds"),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Operation,
        output::{Meta, Selection, columns::REVISION},
    };

    #[test]
    fn the_frame_is_in_blocks_and_no_text_is_taken_for_anything_else() {
        let operation = Operation {
            id: "0012".to_owned(),
            actor: "no".to_owned(),
            reason: "a: b\u{1b}[2J \u{e0041}".to_owned(),
            revision: 18,
            ..Operation::default()
        };
        let meta = Meta { context: "local".to_owned(), revision: Some(18), ..Meta::default() };
        let selection = Selection::everything(REVISION);
        let columns: Vec<_> = REVISION.iter().collect();
        let text = |items: &[Operation]| {
            let list = Listing { kind: "RevisionList", meta: &meta, items, selection: &selection };
            let mut out = Vec::new();
            write_yaml(&mut out, &list, &columns).unwrap();
            String::from_utf8(out).unwrap()
        };
        let told = text(&[operation]);
        assert!(
            told.starts_with("---\nkind: \"RevisionList\"\nv: 1\nmeta:\n  context: \"local\"\n")
        );
        assert!(told.contains("\nitems:\n- revision: 18\n  time: "), "{told}");
        assert!(told.contains("\n  actor: \"no\"\n"), "{told}");
        assert!(told.contains("\n  op: \"0012\"\n"), "{told}");
        assert!(told.contains("\n  reason: \"a: b\\u001b[2J \\U000e0041\"\n"), "{told}");
        assert!(text(&[]).ends_with("items: []\n"));
    }
}
