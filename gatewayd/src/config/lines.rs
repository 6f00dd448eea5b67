//! Lines: where does a file say something of a limit, a scaler or a backend?

use std::collections::BTreeMap;

use toml_edit::{Document, Item, TableLike, Value};

use super::source::Source;

/// The keys of a limit that say its rule.
const RULE: [&str; 4] = ["max", "rate", "burst", "concurrent"];

/// The lines of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// By thing and key, from 1; with an empty key, where the thing is named.
    known: BTreeMap<(String, String), usize>,
}

impl Lines {
    /// Those of `text`; none where it is no TOML.
    #[must_use]
    pub fn of(text: &str) -> Lines {
        let mut lines = Lines::default();
        let Ok(document) = Document::parse(text) else { return lines };
        let source = Source::new("", text);
        let root = document.as_table();
        for limit in entries(root.get("limit")) {
            lines.note("limit", limit, &source);
        }
        for pool in entries(root.get("pool")) {
            let scaler = pool.get("autoscale").and_then(Item::as_table_like);
            if let (Some(name), Some(scaler)) = (name_of(pool), scaler) {
                lines.note_keys(&format!("scaler/{name}"), scaler, &source);
            }
            for backend in entries(pool.get("backend")) {
                lines.note("backend", backend, &source);
            }
        }
        lines
    }

    /// Where `field` of `target` ("backend/app-1") is said, or where that is named when the field goes
    /// without saying.
    #[must_use]
    pub fn line(&self, target: &str, field: &str) -> Option<usize> {
        let at = |key: &str| self.known.get(&(target.to_owned(), key.to_owned())).copied();
        let rule = || RULE.into_iter().filter(|_| field == "rule").find_map(at);
        at(field).or_else(rule).or_else(|| at(""))
    }

    fn note(&mut self, noun: &str, table: &dyn TableLike, source: &Source) {
        let Some(name) = name_of(table) else { return };
        let target = format!("{noun}/{name}");
        self.note_keys(&target, table, source);
        if let Some(line) = self.known.get(&(target.clone(), "name".to_owned())).copied() {
            self.known.insert((target, String::new()), line);
        }
    }

    fn note_keys(&mut self, target: &str, table: &dyn TableLike, source: &Source) {
        for (name, _) in table.iter() {
            let Some(span) = table.key(name).and_then(toml_edit::Key::span) else { continue };
            let line = source.position(span.start).line;
            self.known.insert((target.to_owned(), name.to_owned()), line);
        }
    }
}

/// The entries, however they are written.
fn entries(many: Option<&Item>) -> Vec<&dyn TableLike> {
    match many {
        Some(Item::ArrayOfTables(tables)) => tables.iter().map(|it| it as &dyn TableLike).collect(),
        Some(Item::Value(Value::Array(array))) => {
            let tables = array.iter().filter_map(Value::as_inline_table);
            tables.map(|it| it as &dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}

fn name_of(table: &dyn TableLike) -> Option<&str> {
    table.get("name").and_then(Item::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# A comment.
[[limit]]
name = "create"
rate = "10/second"
mode = "shadow"

[[pool]]
name = "app"
backend = [
    { name = "b-1", address = "10.0.1.1:9000" },
    { name = "b-2",
      address = "10.0.1.2:9000", weight = 7 },
]
[pool.autoscale]
min = 2

[[pool]]
name = "web"
[[pool.backend]]
name = "w-1"
weight = 9
"#;

    #[test]
    fn each_field_has_its_line_and_what_goes_without_saying_that_of_its_thing() {
        let lines = Lines::of(TEXT);
        for (target, field, line) in [
            ("limit/create", "rule", Some(4)),
            ("limit/create", "mode", Some(5)),
            ("limit/create", "candidate", Some(3)),
            ("backend/b-1", "weight", Some(10)),
            ("backend/b-2", "weight", Some(12)),
            ("backend/b-2", "address", Some(12)),
            ("scaler/app", "min", Some(15)),
            ("scaler/app", "max", None),
            ("backend/w-1", "weight", Some(21)),
            ("backend/w-2", "weight", None),
        ] {
            assert_eq!(lines.line(target, field), line, "{target} {field}");
        }
        assert_eq!(Lines::of("a = ["), Lines::default());
    }
}
