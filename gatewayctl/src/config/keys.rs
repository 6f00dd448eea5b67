//! Rebindings: which keys the operator wants for which actions, and where the file says so. Which
//! actions and keys there are is for the dashboard to say.

use toml_edit::{Item, TableLike};

use super::{
    fields::{Placed, Reading},
    mistake::{Mistake, Place},
};

/// A word of the file and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it stands; none when it stands in no file.
    pub place: Option<Place>,
}

/// Keys that the operator wants for an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebinding {
    /// The action's name.
    pub action: Word,
    /// Its keys; none takes them away.
    pub keys: Vec<Word>,
}

impl Word {
    /// The mistake that it makes.
    #[must_use]
    pub fn mistake(&self, message: impl Into<String>, remedy: impl Into<String>) -> Mistake {
        Mistake { place: self.place.clone(), message: message.into(), remedy: remedy.into() }
    }
}

/// Reads `[keys]`: `"backend.drain" = ["d"]`, with quotes around the name or without.
pub(super) fn rebindings<'a>(value: Placed<'a>, reading: &'a Reading<'a>) -> Vec<Rebinding> {
    let Some(table) = value.table("[keys]") else { return Vec::new() };
    let mut all = Vec::new();
    walk(table, "", reading, &mut all);
    all
}

fn walk<'a>(
    table: &'a dyn TableLike,
    before: &str,
    reading: &'a Reading<'a>,
    all: &mut Vec<Rebinding>,
) {
    for (name, _) in table.iter() {
        let Some((key, item)) = table.get_key_value(name) else { continue };
        let text = format!("{before}{name}");
        if let Some(inner) = item.as_table_like() {
            walk(inner, &format!("{text}."), reading, all);
            continue;
        }
        let action = Word { text, place: reading.place(key.span()) };
        let example = "write a list of keys: [\"d\", \"^D\"]";
        if let Some(keys) = words(item, reading, ("keys", "key"), example) {
            all.push(Rebinding { action, keys });
        }
    }
}

/// A list of words; `many` and `one` are what they are called.
pub(super) fn words<'a>(
    item: &'a Item,
    reading: &'a Reading<'a>,
    (many, one): (&str, &str),
    example: &'static str,
) -> Option<Vec<Word>> {
    let Some(array) = item.as_array() else {
        let found = item.type_name();
        return Placed::new(item, reading)
            .refuse(format!("expected a list of {many}, found {found}"), example);
    };
    let word = |value: &toml_edit::Value| {
        let place = reading.place(value.span());
        let Some(text) = value.as_str() else {
            let message = format!("expected a {one}, found {}", value.type_name());
            reading.report(value.span(), message, example);
            return None;
        };
        Some(Word { text: text.to_owned(), place })
    };
    Some(array.iter().filter_map(word).collect())
}
