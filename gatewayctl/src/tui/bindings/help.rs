//! The help: every key of the place one is at, and of what is everywhere.

use ratatui::{Frame, layout::Rect, text::Span};

use super::{Binding, Keymap, Scope};
use crate::tui::{key::Key, look::Look, theme::Role, widgets::panel};

/// Cells of a row of the help; where there is room for two, two are side by side.
const COLUMN: u16 = 58;
/// Cells for keys, with the space around them.
const KEYS: usize = 16;

/// Draws the keys of `scopes` over the screen, from row `scroll` on.
pub(crate) fn view(
    look: Look,
    keymap: &Keymap,
    frame: &mut Frame<'_>,
    scopes: &[Scope],
    scroll: usize,
) {
    let area = frame.area();
    let (down, up) = (keymap.label("list.down"), keymap.label("list.up"));
    let title = format!("Keys   {down}/{up} scroll   any other key closes");
    let room = panel::boxed(look, frame.buffer_mut(), area, &title);
    let columns = (room.width / COLUMN).clamp(1, 2);
    let width = room.width / columns;
    let rows = rows(look, keymap, scopes, usize::from(width));
    let height = usize::from(room.height).max(1);
    let scroll = scroll.min(rows.len().saturating_sub(height));
    for (at, row) in rows.into_iter().skip(scroll).take(height * usize::from(columns)).enumerate() {
        let column = u16::try_from(at / height).unwrap_or(0);
        let line = u16::try_from(at % height).unwrap_or(0);
        let place = Rect { x: room.x + column * width, width, ..room };
        look.row(frame.buffer_mut(), place, line, row);
    }
}

fn rows(look: Look, keymap: &Keymap, scopes: &[Scope], width: usize) -> Vec<Vec<Span<'static>>> {
    let mut rows = Vec::new();
    for scope in scopes.iter().chain([&Scope::Cursor, &Scope::Lost, &Scope::Dialog]) {
        rows.push(vec![Span::styled(format!(" {}", scope.title()), look.style(Role::Title))]);
        let held =
            keymap.rows().filter(|(binding, keys)| binding.scope == *scope && !keys.is_empty());
        rows.extend(held.flat_map(|(binding, keys)| told(look, binding, keys, width)));
    }
    rows
}

/// What one key does, in as many rows as that takes.
fn told(look: Look, binding: &Binding, keys: &[Key], width: usize) -> Vec<Vec<Span<'static>>> {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let words = panel::wrapped(binding.help, width.saturating_sub(KEYS + 1));
    let rows = words.into_iter().enumerate().map(|(at, words)| {
        let keys = if at == 0 { keys.join(" ") } else { String::new() };
        vec![Span::styled(format!("   {keys:<12} "), look.style(Role::Accent)), Span::raw(words)]
    });
    let mut rows: Vec<_> = rows.collect();
    // Its name is for the configuration: shown where it does not cost the help anything.
    if KEYS + binding.help.len() + 2 + binding.name.len() < width {
        rows[0].push(Span::styled(format!("  {}", binding.name), look.style(Role::Muted)));
    }
    rows
}
