//! Diagnostics: everything that is wrong with one file, in the order of the file.

use std::fmt::{self, Write};

use super::diagnostic::Diagnostic;
use super::quote::{quote, visible};
use super::source::{Position, Source, Span};

/// The most mistakes that are shown; beyond them one counts.
pub(super) const MOST_SHOWN: usize = 50;

/// Everything that is wrong with one file. Shown, it is one block of lines for each mistake,
/// beginning with `file:line:column: error:`, and a last line that counts them.
#[derive(Clone, Debug)]
pub struct Diagnostics(Box<Contents>);

#[derive(Clone, Debug)]
struct Contents {
    source: Source,
    shown: Vec<Diagnostic>,
    count: usize,
}

/// The colours of what is shown, as escape sequences; all empty for none.
#[derive(Clone, Copy, Default)]
struct Paint {
    error: &'static str,
    frame: &'static str,
    strong: &'static str,
    off: &'static str,
}

const COLOURS: Paint =
    Paint { error: "\x1b[1;31m", frame: "\x1b[1;34m", strong: "\x1b[1m", off: "\x1b[0m" };

impl Diagnostics {
    /// What is wrong with `source`; at least one thing.
    pub(super) fn new(source: Source, mut found: Vec<Diagnostic>) -> Diagnostics {
        let count = found.len();
        found.sort_by_key(|diagnostic| diagnostic.span);
        found.truncate(MOST_SHOWN);
        Diagnostics(Box::new(Contents { source, shown: found, count }))
    }

    /// How many mistakes there are, shown or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.count
    }

    /// The same text as shown, with colours for a terminal.
    #[must_use]
    pub fn coloured(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = self.write(&mut text, COLOURS);
        text
    }

    fn write(&self, out: &mut impl Write, paint: Paint) -> fmt::Result {
        let Contents { source, shown, count } = &*self.0;
        for diagnostic in shown {
            diagnostic.write(out, source, paint)?;
            out.write_char('\n')?;
        }
        let (name, noun) = (visible(&source.name), if *count == 1 { "error" } else { "errors" });
        write!(out, "{}{name}: {count} {noun}{}", paint.strong, paint.off)?;
        match count - shown.len() {
            0 => Ok(()),
            rest => write!(out, ", {rest} of them not shown"),
        }
    }
}

impl Diagnostic {
    fn write(&self, out: &mut impl Write, source: &Source, paint: Paint) -> fmt::Result {
        let Paint { error, frame, strong, off } = paint;
        let start = self.span.unwrap_or_default().start;
        let place = source.position(start);
        let (name, message) = (visible(&source.name), visible(&self.message));
        writeln!(out, "{strong}{name}:{place}:{off} {error}error:{off} {strong}{message}{off}")?;
        let gutter = " ".repeat(place.line.to_string().len());
        if let Some(span) = self.span {
            write_quote(out, source, place, span, paint)?;
        }
        if let Some((other, what)) = self.other {
            let other = source.position(other.start);
            writeln!(out, "{gutter} {frame}={off} {what} {name}:{other}")?;
        }
        match &self.remedy {
            Some(remedy) => writeln!(out, "{gutter} {frame}={off} help: {}", visible(remedy)),
            None => Ok(()),
        }
    }
}

fn write_quote(
    out: &mut impl Write,
    source: &Source,
    place: Position,
    span: Span,
    paint: Paint,
) -> fmt::Result {
    let Paint { error, frame, off, .. } = paint;
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    let quote = quote(source.line(place.line), place.column, source.width(span));
    let indent = " ".repeat(quote.marked.start);
    let carets = "^".repeat(quote.marked.len());
    writeln!(out, "{gutter} {frame}|{off}")?;
    writeln!(out, "{frame}{number} |{off} {}", quote.line)?;
    writeln!(out, "{gutter} {frame}|{off} {indent}{error}{carets}{off}")
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Paint::default())
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Diagnostics {
        let source = Source::new("gateway.toml", "[admin]\n\nsokket = \"x\"\n");
        let wrong = Diagnostic::at(Span { start: 9, end: 15 }, "unknown key `sokket` in [admin]")
            .other(Span { start: 0, end: 7 }, "the table begins at")
            .remedy("did you mean `socket`?");
        Diagnostics::new(source, vec![wrong])
    }

    #[test]
    fn a_mistake_is_shown_with_its_place_its_line_and_its_remedy() {
        let expected = "\
gateway.toml:3:1: error: unknown key `sokket` in [admin]
  |
3 | sokket = \"x\"
  | ^^^^^^
  = the table begins at gateway.toml:1:1
  = help: did you mean `socket`?

gateway.toml: 1 error";
        assert_eq!(sample().to_string(), expected);
    }

    #[test]
    fn colours_add_nothing_but_colours() {
        let coloured = sample().coloured();
        assert!(coloured.contains("\x1b[1;31merror:\x1b[0m"));
        let mut plain = coloured;
        for code in [COLOURS.error, COLOURS.frame, COLOURS.strong, COLOURS.off] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, sample().to_string());
    }

    #[test]
    fn the_first_fifty_are_shown_and_the_rest_is_counted() {
        let source = Source::new("f", &"x\n".repeat(100));
        let wrong = |at: usize| Diagnostic::at(Span { start: 2 * at, end: 2 * at + 1 }, "no");
        let shown = Diagnostics::new(source, (0..100).rev().map(wrong).collect()).to_string();
        assert!(shown.starts_with("f:1:1: error: no"), "{shown}");
        assert!(shown.contains("f:50:1:") && !shown.contains("f:51:1:"), "{shown}");
        assert!(shown.ends_with("f: 100 errors, 50 of them not shown"), "{shown}");
    }
}
