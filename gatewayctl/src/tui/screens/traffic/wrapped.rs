//! Requests with whole paths, over as many rows as they take.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{Row, State, columns};
use crate::{
    safe_text::safe_text,
    tui::{figures, look::Look, theme::Role, widgets::panel},
};

/// Draws as many as fit, the chosen one last unless it is among the first.
pub(super) fn draw(state: &State, look: Look, buffer: &mut Buffer, area: Rect) {
    let rows = state.kept.rows();
    let width = usize::from(area.width.saturating_sub(2));
    let selected = rows.iter().rposition(|row| state.list.selected() == Some(&row.id));
    let end = selected.map_or(rows.len(), |at| at + 1);
    let mut shown: Vec<(&Row, Vec<String>)> = Vec::new();
    let mut left = usize::from(area.height);
    for row in rows.range(..end).rev() {
        let lines = lines(row, width);
        if lines.len() > left {
            break;
        }
        left -= lines.len();
        shown.push((row, lines));
    }
    shown.reverse();
    for row in rows.range(end..) {
        let lines = lines(row, width);
        if lines.len() > left {
            break;
        }
        left -= lines.len();
        shown.push((row, lines));
    }
    let mut line = 0;
    for (row, lines) in shown {
        let here = state.list.selected() == Some(&row.id);
        for text in lines {
            let place = Rect { x: area.x + 1, width: area.width - 1, ..area };
            look.row(buffer, place, line, vec![look.text(columns::role(&row.served), text)]);
            let at = Rect { y: area.y + line, height: 1, ..area };
            if here {
                let sign = look.glyphs.here.to_string();
                buffer.set_string(at.x, at.y, sign, Style::new());
                buffer.set_style(at, look.style(Role::Selected));
            }
            line += 1;
        }
    }
}

fn lines(row: &Row, width: usize) -> Vec<String> {
    let it = &row.served;
    let time = figures::precise_time_of_day(it.time_ms);
    let who = if it.backend.is_empty() { it.why() } else { &it.backend };
    let words = format!(
        "{time} {} {} {} {} ms {who} {}",
        it.client,
        columns::status(it),
        it.method,
        columns::tenths(Some(it.total_ms), 8),
        columns::path(it)
    );
    // What comes from outside is spelled out before it is broken into rows.
    panel::wrapped(&safe_text(&words), width)
}
