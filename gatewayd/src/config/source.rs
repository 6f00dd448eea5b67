//! A source: the text of one file, and where in it something stands.

use std::fmt;
use std::ops::Range;

/// The text of one file.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What the file is called in messages.
    pub(super) name: String,
    text: String,
    line_starts: Vec<usize>,
}

/// A part of a source, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A place as editors tell it: both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) span: Span,
}

impl Source {
    /// The file called `name` that holds `text`.
    pub(super) fn new(name: &str, text: &str) -> Source {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Source { name: name.to_owned(), text: text.to_owned(), line_starts }
    }

    /// Where the byte `at` stands; the end when there is no such byte.
    pub(super) fn position(&self, at: usize) -> Position {
        let at = self.text.floor_char_boundary(at);
        let line = self.line_starts.partition_point(|start| *start <= at);
        let before = &self.text[self.line_starts[line - 1]..at];
        Position { line, column: before.chars().count() + 1 }
    }

    /// The line numbered `line` without its end.
    pub(super) fn line(&self, line: usize) -> &str {
        let start = self.line_starts[line - 1];
        let rest = &self.text[start..];
        rest[..rest.find('\n').unwrap_or(rest.len())].trim_end_matches('\r')
    }

    /// How many characters of its first line `span` covers, at least one.
    pub(super) fn width(&self, span: Span) -> usize {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end.max(start));
        let covered = self.text[start..end].lines().next().unwrap_or_default();
        covered.chars().count().max(1)
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Span {
        Span { start: range.start, end: range.end }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_either_kind_of_end() {
        let source = Source::new("f", "ä = 1\r\nnäh = 2\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position("ä = ".len()), Position { line: 1, column: 5 });
        let nah = "ä = 1\r\n".len();
        assert_eq!(source.position(nah + "näh".len()), Position { line: 2, column: 4 });
        assert_eq!(source.line(1), "ä = 1");
        assert_eq!(source.line(2), "näh = 2");
        assert_eq!(source.position(1000), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_place_within_a_character_is_its_beginning() {
        let source = Source::new("f", "äb");
        assert_eq!(source.position(1), Position { line: 1, column: 1 });
        assert_eq!(source.width(Span { start: 1, end: 1 }), 1);
    }
}
