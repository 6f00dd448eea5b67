//! Layouts: which columns the operator's file wants in the tables of the dashboard.

use std::collections::BTreeMap;

use super::tables;
use crate::config::{Layout, Mistake, Word, suggestion};

/// The columns that are wanted, by the name of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layouts(BTreeMap<String, Vec<String>>);

impl Layouts {
    /// What the file wants.
    ///
    /// # Errors
    /// With everything that is wrong: a table that is none, a column that it has not, one twice.
    pub fn of(wishes: &[Layout]) -> Result<Self, Vec<Mistake>> {
        let (mut layouts, mut mistakes) = (Self::default(), Vec::new());
        for Layout { table, columns } in wishes {
            let Some(titles) = tables::titles(&table.text) else {
                mistakes.push(unknown("table", table, &tables::NAMES));
                continue;
            };
            let mut wanted: Vec<String> = Vec::new();
            for word in columns {
                match titles.iter().find(|title| title.eq_ignore_ascii_case(&word.text)) {
                    None => mistakes.push(unknown("column", word, &titles)),
                    Some(title) if wanted.iter().any(|it| it == title) => {
                        let message = format!("column `{title}` stands twice");
                        mistakes.push(word.mistake(message, "name it once"));
                    }
                    Some(title) => wanted.push((*title).to_owned()),
                }
            }
            if columns.is_empty() {
                let message = format!("no column of {} would be left", table.text);
                mistakes.push(table.mistake(message, "name one, or take the line out"));
            }
            layouts.0.insert(table.text.clone(), wanted);
        }
        if mistakes.is_empty() { Ok(layouts) } else { Err(mistakes) }
    }

    /// The columns that are wanted in the table called `name`; none leaves it to the table.
    pub(crate) fn wanted(&self, name: &str) -> Option<Vec<String>> {
        self.0.get(name).cloned()
    }
}

fn unknown(what: &str, word: &Word, known: &[&str]) -> Mistake {
    let shown: String = word.text.chars().take(64).collect();
    word.mistake(format!("there is no {what} `{shown}`"), suggestion(&shown, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(table: &str, columns: &[&str]) -> Layout {
        let word = |text: &str| Word { text: text.to_owned(), place: None };
        Layout { table: word(table), columns: columns.iter().map(|it| word(it)).collect() }
    }

    #[test]
    fn titles_are_read_whatever_their_case() {
        let layouts = Layouts::of(&[layout("backends", &["st", "Name", "P99"])]).unwrap();
        assert_eq!(layouts.wanted("backends").unwrap(), ["ST", "NAME", "P99"]);
        assert_eq!(layouts.wanted("limits"), None);
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_remedy() {
        for (layout, refusal) in [
            (layout("backend", &["ST"]), "no table `backend`; did you mean `backends`?"),
            (layout("backends", &["WEIGHTS"]), "no column `WEIGHTS`; did you mean `WEIGHT`?"),
            (layout("backends", &["ST", "st"]), "column `ST` stands twice; name it once"),
            (layout("backends", &[]), "no column of backends would be left; name one"),
        ] {
            let mistakes = Layouts::of(&[layout]).unwrap_err();
            let told: Vec<_> =
                mistakes.iter().map(|it| format!("{}; {}", it.message, it.remedy)).collect();
            assert!(told.len() == 1 && told[0].contains(refusal), "{told:?}");
        }
    }
}
