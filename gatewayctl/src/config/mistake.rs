//! A mistake in the file: its place, the line it stands on and its remedy.

use std::ops::Range;

/// Lines are quoted up to so many characters.
const WIDEST: usize = 100;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is, from 1; absent when it is of the whole file.
    pub place: Option<Place>,
    /// What was found, and what was expected.
    pub message: String,
    /// What to do next.
    pub remedy: String,
}

/// A place in a file as editors tell it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The line as it stands there.
    pub text: String,
    /// How many characters of it are meant.
    pub width: usize,
}

impl Mistake {
    /// A mistake at `span` of `text`; without a span it is of the whole file.
    pub(super) fn at(
        text: &str,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let place = span.map(|span| Place::of(text, &span));
        Self { place, message: message.into(), remedy: remedy.into() }
    }

    /// The line with the mistake and a mark under it, as two lines; none for the whole file.
    #[must_use]
    pub fn quote(&self) -> Vec<String> {
        let Some(Place { line, column, text, width }) = &self.place else { return Vec::new() };
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        // A tab is as wide as the terminal says; one space keeps the mark below what is meant.
        let shown: String = text.replace('\t', " ").chars().take(WIDEST).collect();
        let mut quote = vec![format!("{number} | {shown}")];
        if *column <= WIDEST {
            let (before, width) = (" ".repeat(column - 1), (*width).clamp(1, WIDEST));
            quote.push(format!("{gutter} | {before}{}", "^".repeat(width)));
        }
        quote
    }
}

impl Place {
    pub(super) fn of(text: &str, span: &Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start.min(text.len()));
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[..begin].matches('\n').count() + 1;
        let whole = text[begin..].lines().next().unwrap_or_default();
        let end =
            text.floor_char_boundary(span.end.clamp(start, begin + whole.len().max(start - begin)));
        Self {
            line,
            column: text[begin..start].chars().count() + 1,
            text: whole.to_owned(),
            width: text[start..end].chars().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_quoted_with_a_mark_under_it() {
        let text = "[ui]\nthéme = 1\n";
        let start = text.find("théme").unwrap();
        let mistake = Mistake::at(text, Some(start..start + "théme".len()), "no", "yes");
        assert_eq!(mistake.quote(), ["2 | théme = 1", "  | ^^^^^"]);
        assert_eq!(Mistake::at(text, None, "no", "yes").quote(), [""; 0]);
    }

    #[test]
    fn a_mistake_at_the_end_of_the_file_has_a_place() {
        for text in ["", "a", "a\n", "é"] {
            for at in [text.len(), text.len() + 7] {
                let place = Mistake::at(text, Some(at..at + 1), "no", "yes").place.unwrap();
                assert!(place.line >= 1 && place.column >= 1, "{text:?}: {place:?}");
            }
        }
    }
}
