//! A panel: a titled rule and the room below it.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::Span,
};
use unicode_width::UnicodeWidthStr as _;

use crate::tui::{look::Look, theme::Role};

/// Draws the titled rule on the first row of `area`; the room below it.
pub(crate) fn panel(look: Look, buffer: &mut Buffer, area: Rect, title: &str) -> Rect {
    if area.height == 0 {
        return area;
    }
    let rule: String = std::iter::repeat_n(look.glyphs.rule, usize::from(area.width)).collect();
    buffer.set_string(area.x, area.y, rule, look.style(Role::Muted));
    if area.width > 6 && !title.is_empty() {
        let shown = format!(" {} ", look.cut_end(title, usize::from(area.width) - 5));
        // The rule below it may be dim, which terminals mix with bold each in its own way.
        let style = look.style(Role::Title).remove_modifier(Modifier::DIM);
        let span = Span::styled(shown, style);
        buffer.set_span(area.x + 1, area.y, &span, area.width - 2);
    }
    Rect { y: area.y + 1, height: area.height - 1, ..area }
}

/// What is left of an area, taken from its top.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rest(pub(crate) Rect);

impl Rest {
    /// So many rows from the top, or as many as there are.
    pub(crate) fn take(&mut self, rows: u16) -> Rect {
        let height = rows.min(self.0.height);
        let taken = Rect { height, ..self.0 };
        self.0 = Rect { y: self.0.y + height, height: self.0.height - height, ..self.0 };
        taken
    }
}

/// Two panels side by side with a bar between them; the rooms below their rules.
pub(crate) fn pair(
    look: Look,
    buffer: &mut Buffer,
    area: Rect,
    left_width: u16,
    titles: [&str; 2],
) -> [Rect; 2] {
    let left_width = left_width.min(area.width.saturating_sub(2));
    let left = Rect { width: left_width, ..area };
    let right = Rect {
        x: area.x + left_width + 1,
        width: area.width.saturating_sub(left_width + 1),
        ..area
    };
    let muted = look.style(Role::Muted);
    for y in area.y..area.bottom() {
        let glyph = if y == area.y { look.glyphs.tee_down } else { look.glyphs.bar };
        buffer.set_string(left.right(), y, glyph.to_string(), muted);
    }
    [panel(look, buffer, left, titles[0]), panel(look, buffer, right, titles[1])]
}

/// A place of this size, or as large as fits, in the middle of `area`.
pub(crate) fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// Draws a box around `area` and empties it; the room within.
pub(crate) fn boxed(look: Look, buffer: &mut Buffer, area: Rect, title: &str) -> Rect {
    let style = look.style(Role::Plain);
    for y in area.y..area.bottom() {
        let row = edge(look, area, y);
        buffer.set_stringn(area.x, y, row, usize::from(area.width), Style::reset());
    }
    buffer.set_style(area, style);
    if area.width > 6 {
        let shown = format!(" {} ", look.cut_end(title, usize::from(area.width) - 6));
        let span = Span::styled(shown, look.style(Role::Title));
        buffer.set_span(area.x + 2, area.y, &span, area.width - 4);
    }
    Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

fn edge(look: Look, area: Rect, y: u16) -> String {
    let [top_left, top_right, bottom_right, bottom_left] = look.glyphs.corners;
    let (first, between, last) = match y {
        _ if y == area.y => (top_left, look.glyphs.rule, top_right),
        _ if y + 1 == area.bottom() => (bottom_left, look.glyphs.rule, bottom_right),
        _ => (look.glyphs.bar, ' ', look.glyphs.bar),
    };
    let cells = usize::from(area.width.saturating_sub(2));
    std::iter::once(first)
        .chain(std::iter::repeat_n(between, cells))
        .chain(std::iter::once(last))
        .collect()
}

/// `text` in rows of at most `width` cells, broken between words where that is possible.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    for word in text.split(' ') {
        let mut rest = word.to_owned();
        loop {
            let row = rows.last_mut().expect("there is always a row");
            let gap = usize::from(!row.is_empty());
            if row.width() + gap + rest.width() <= width || width < 4 {
                row.push_str(&" "[..gap]);
                row.push_str(&rest);
                break;
            }
            if !row.is_empty() {
                rows.push(String::new());
                continue;
            }
            let cut = rest.char_indices().nth(width / 2).map_or(rest.len(), |(at, _)| at);
            row.push_str(&rest[..cut]);
            rest = rest[cut..].to_owned();
            rows.push(String::new());
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_broken_between_words() {
        assert_eq!(wrapped("connection refused by it", 10), ["connection", "refused by", "it"]);
        assert_eq!(wrapped("", 10), [""]);
    }

    proptest! {
        #[test]
        fn no_row_is_too_wide_and_no_letter_is_lost(text in "[a-z ]{0,80}", width in 4_usize..40) {
            let rows = wrapped(&text, width);
            prop_assert!(rows.iter().all(|row| row.width() <= width), "{:?}", rows);
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&rows.concat()), letters(&text));
        }
    }
}
