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
    let example = "write a list of keys: [\"d\", \"^D\"]";
    let Some(table) = value.table("[keys]") else { return Vec::new() };
    let all = lists(table, reading, ("keys", "key"), example);
    all.into_iter().map(|(action, keys)| Rebinding { action, keys }).collect()
}

/// The lists of words of `table` and of the tables within it, by their names in full.
pub(super) fn lists<'a>(
    table: &'a dyn TableLike,
    reading: &'a Reading<'a>,
    called: (&str, &str),
    example: &'static str,
) -> Vec<(Word, Vec<Word>)> {
    let mut all = Vec::new();
    walk(table, "", reading, &mut |name, item| {
        all.extend(words(item, reading, called, example).map(|words| (name, words)));
    });
    all
}

fn walk<'a>(
    table: &'a dyn TableLike,
    before: &str,
    reading: &'a Reading<'a>,
    take: &mut dyn FnMut(Word, &'a Item),
) {
    for (name, _) in table.iter() {
        let Some((key, item)) = table.get_key_value(name) else { continue };
        let text = format!("{before}{name}");
        match item.as_table_like() {
            Some(inner) => walk(inner, &format!("{text}."), reading, take),
            None => take(Word { text, place: reading.place(key.span()) }, item),
        }
    }
}

/// A list of words; `many` and `one` are what they are called.
fn words<'a>(
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
