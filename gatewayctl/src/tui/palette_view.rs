//! How does the palette look? The line that is typed, and below or behind it what could follow.

use ratatui::{Frame, layout::Rect, text::Span};

use super::{look::Look, palette::Palette, theme::Role};

/// Draws the palette in the last row or two.
pub(crate) fn view(look: Look, palette: &Palette, frame: &mut Frame<'_>, area: Rect) {
    let input = &palette.input;
    let mut spans =
        vec![Span::styled(" : ", look.style(Role::Accent)), look.text(Role::Plain, input.text())];
    match (&palette.error, palette.is_reading) {
        (Some(error), _) => spans.push(look.text(Role::Bad, format!("   {error}"))),
        (None, true) => spans.push(look.label("   ...")),
        (None, false) if area.height < 2 => spans.push(Span::raw("   ")),
        (None, false) => {}
    }
    let below = if palette.candidates.is_empty() {
        vec![look.label(" Tab completes  Up lines before  . the chosen row  Esc closes")]
    } else {
        candidates(look, palette)
    };
    if area.height < 2 && !palette.candidates.is_empty() {
        spans.extend(below);
    } else {
        look.row(frame.buffer_mut(), area, 1, below);
    }
    look.row(frame.buffer_mut(), area, 0, spans);
    let before: String = input.text().chars().take(input.cursor()).collect();
    let x = area.x + 3 + u16::try_from(Span::raw(before).width()).unwrap_or(u16::MAX / 2);
    if x < area.right() {
        frame.set_cursor_position((x, area.y));
    }
}

fn candidates(look: Look, palette: &Palette) -> Vec<Span<'_>> {
    let mut spans = vec![Span::raw(" ")];
    for candidate in &palette.candidates {
        spans.push(look.text(Role::Accent, candidate.value.as_str()));
        if palette.candidates.len() <= 4 && !candidate.help.is_empty() {
            spans.push(look.text(Role::Muted, format!(" {}", candidate.help)));
        }
        spans.push(Span::raw("  "));
    }
    spans
}
