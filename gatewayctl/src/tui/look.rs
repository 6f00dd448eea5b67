//! A look: the theme, the glyphs and whether the figures are old. Every text passes through it.

use std::borrow::Cow;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{
    glyphs::{self, Glyphs},
    theme::{Role, Theme},
};
use crate::safe_text::safe_text;

/// How texts become cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    /// How roles look.
    pub(crate) theme: Theme,
    /// Which glyphs the terminal shows.
    pub(crate) glyphs: &'static Glyphs,
    /// Whether the figures are too old to be taken for the present.
    pub(crate) stale: bool,
}

impl Look {
    /// The look of a terminal, for fresh figures.
    pub(crate) fn new(ascii: bool, color: bool) -> Self {
        let glyphs = if ascii { &glyphs::ASCII } else { &glyphs::UNICODE };
        Self { theme: Theme::for_color(color), glyphs, stale: false }
    }

    /// The same look in another theme.
    pub(crate) const fn themed(self, theme: Theme) -> Self {
        Self { theme, ..self }
    }

    /// Whether only ASCII is shown.
    pub(crate) fn is_ascii(self) -> bool {
        std::ptr::eq(self.glyphs, &raw const glyphs::ASCII)
    }

    /// How `role` looks.
    pub(crate) fn style(self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A text that may come from anywhere.
    pub(crate) fn text<'a>(self, role: Role, text: impl Into<Cow<'a, str>>) -> Span<'a> {
        let text = match text.into() {
            Cow::Borrowed(text) => safe_text(text),
            Cow::Owned(text) => Cow::Owned(safe_text(&text).into_owned()),
        };
        Span::styled(self.within_ascii(text), self.style(role))
    }

    /// A figure: marked with `~` when it is old.
    pub(crate) fn figure(self, role: Role, text: &str) -> Span<'static> {
        if self.stale && text != super::figures::UNKNOWN {
            return Span::styled(format!("~{text}"), self.style(Role::Muted));
        }
        Span::styled(text.to_owned(), self.style(role))
    }

    /// A label before a figure.
    pub(crate) fn label(self, text: &'static str) -> Span<'static> {
        Span::styled(text, self.style(Role::Muted))
    }

    /// `text` in at most `width` cells, cut at its end.
    pub(crate) fn cut_end(self, text: &str, width: usize) -> String {
        let text = safe_text(text);
        if text.width() <= width {
            return text.into_owned();
        }
        let mut kept = head(&text, width.saturating_sub(1));
        if width > 0 {
            kept.push(self.glyphs.cut);
        }
        kept
    }

    /// `name` in at most `width` cells, cut in its middle: names differ at their ends.
    pub(crate) fn cut_middle(self, name: &str, width: usize) -> String {
        let name = safe_text(name);
        if name.width() <= width {
            return name.into_owned();
        }
        if width < 3 {
            return head(&name, width);
        }
        let after = (width - 1) / 2;
        let before = width - 1 - after;
        let tail: String = head(&name.chars().rev().collect::<String>(), after);
        format!(
            "{}{}{}",
            head(&name, before),
            self.glyphs.cut,
            tail.chars().rev().collect::<String>()
        )
    }

    /// Writes `spans` on one row from the left edge of `area`, cut at its right edge.
    pub(crate) fn row(self, buffer: &mut Buffer, area: Rect, line: u16, spans: Vec<Span<'_>>) {
        if line < area.height {
            buffer.set_line(area.x, area.y + line, &Line::from(spans), area.width);
        }
    }

    /// Replaces what an ASCII terminal cannot show.
    fn within_ascii(self, text: Cow<'_, str>) -> Cow<'_, str> {
        if !self.is_ascii() || text.is_ascii() {
            return text;
        }
        Cow::Owned(
            text.chars()
                .flat_map(|character| {
                    let (shown, width) = match character {
                        '\0'..='\x7f' => (character, 1),
                        '→' => ('>', 1),
                        '×' => ('x', 1),
                        '÷' => ('/', 1),
                        'µ' => ('u', 1),
                        '…' => ('~', 1),
                        _ => ('?', character.width().unwrap_or(0)),
                    };
                    std::iter::repeat_n(shown, width)
                })
                .collect(),
        )
    }
}

/// The longest beginning of `text` in at most `width` cells.
fn head(text: &str, width: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|character| {
            used += character.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_in_the_middle_and_sentences_at_the_end() {
        let look = Look::new(true, false);
        assert_eq!(look.cut_middle("payment-17", 8), "paym~-17");
        assert_eq!(look.cut_middle("api", 8), "api");
        assert_eq!(look.cut_end("connection refused", 8), "connect~");
        assert_eq!(
            (look.cut_end("abc", 0), look.cut_middle("abc", 0)),
            (String::new(), String::new())
        );
    }

    #[test]
    fn an_ascii_terminal_gets_ascii() {
        let look = Look::new(true, false);
        assert_eq!(look.text(Role::Plain, "Bär 日").content, "B?r ??");
        assert_eq!(look.text(Role::Plain, "3→4: 2 × 5 µs").content, "3>4: 2 x 5 us");
        assert_eq!(look.text(Role::Plain, "a\u{1b}[2Jb").content, "a\\x1b[2Jb");
    }

    #[test]
    fn an_old_figure_is_marked_and_an_unknown_one_is_not() {
        let look = Look { stale: true, ..Look::new(true, false) };
        assert_eq!(look.figure(Role::Plain, "38").content, "~38");
        assert_eq!(look.figure(Role::Plain, "-").content, "-");
    }
}
