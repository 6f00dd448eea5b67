//! How does a line of a file look on a terminal?

use std::ops::Range;

/// The most columns of a line that are shown; of longer lines those around the mistake.
const WIDEST: usize = 110;
const TAB: &str = "    ";

/// A line fit to be shown, and the columns of it that are marked, from 0.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) line: String,
    pub(super) marked: Range<usize>,
}

/// `text` with nothing in it that a terminal would obey: such characters are spelled out.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(shown).collect()
}

/// The line `text`, of which `width` characters from the `column`th (from 1) are marked.
pub(super) fn quote(text: &str, column: usize, width: usize) -> Quote {
    let mark = column - 1..column - 1 + width;
    let fits = text.chars().nth(WIDEST).is_none();
    let first = if fits { 0 } else { mark.start.saturating_sub(WIDEST / 2) };
    let cut = if first > 0 { "…" } else { "" };
    let mut columns = cut.chars().count();
    let mut quote = Quote { line: cut.to_owned(), marked: columns..columns };
    for (at, character) in text.chars().enumerate().skip(first) {
        if columns >= WIDEST {
            quote.line.push('…');
            break;
        }
        let shown = shown(character);
        columns += shown.chars().count();
        quote.line.push_str(&shown);
        if at < mark.start {
            quote.marked = columns..columns;
        } else if at < mark.end {
            quote.marked.end = columns;
        }
    }
    // A mistake at the end of the line is marked just behind it.
    quote.marked.end = quote.marked.end.max(quote.marked.start + 1);
    quote
}

fn shown(character: char) -> String {
    match character {
        '\t' => TAB.to_owned(),
        '"' | '\'' | '\\' => character.to_string(),
        _ => character.escape_debug().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(quote: &Quote) -> String {
        quote.line.chars().skip(quote.marked.start).take(quote.marked.len()).collect()
    }

    #[test]
    fn tabs_and_escapes_keep_the_mark_under_what_is_meant() {
        let quote = quote("\tkey\u{1b}[2J = oops", 12, 4);
        assert_eq!(quote.line, "    key\\u{1b}[2J = oops");
        assert_eq!(marked(&quote), "oops");
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(visible("a\u{1b}]0;x\u{7}\u{202e}ä\""), "a\\u{1b}]0;x\\u{7}\\u{202e}ä\"");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_mistake_is_shown() {
        let text = format!("{}here{}", "x".repeat(5000), "y".repeat(5000));
        let quote = quote(&text, 5001, 4);
        assert_eq!(marked(&quote), "here");
        assert!(quote.line.chars().count() <= WIDEST + 1, "{}", quote.line);
        assert!(quote.line.starts_with('…') && quote.line.ends_with('…'));
    }

    #[test]
    fn a_mistake_at_the_end_of_a_line_is_marked_behind_it() {
        assert_eq!(quote("key =", 6, 1).marked, 5..6);
    }
}
