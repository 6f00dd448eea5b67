//! One event in full, and what else belongs to its operation.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::Row;
use crate::{
    model::Event,
    tui::{figures, look::Look, screens::Scene, theme::Role, widgets::panel},
};

/// Draws it.
pub(super) fn draw(chosen: &Row, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let event = &chosen.event;
    let title = match event.op.as_str() {
        "" => format!("Event {}", event.id),
        op => format!("Event {}  op {op}", event.id),
    };
    let room = panel::panel(look, buffer, area, &title);
    let width = usize::from(room.width).saturating_sub(10);
    let mut rows = Vec::new();
    let who = if event.who.is_empty() { figures::UNKNOWN } else { &event.who };
    let target = if event.target.is_empty() { figures::UNKNOWN } else { &event.target };
    rows.extend(row(look, "what", Role::Title, &event.what, width));
    rows.extend(row(look, "target", Role::Plain, target, width));
    rows.extend(row(look, "who", Role::Plain, who, width));
    rows.extend(row(look, "when", Role::Plain, &figures::date_time(event.time_ms), width));
    rows.extend(row(look, "kind", Role::Plain, &event.kind, width));
    if let Some(words) = undo(chosen, scene) {
        rows.extend(row(look, "undo", Role::Plain, &words, width));
    }
    let same = |it: &&Event| !event.op.is_empty() && it.op == event.op && it.id != event.id;
    for other in scene.picture.events.iter().filter(same) {
        let words = format!("{} {}", other.target, other.what);
        rows.extend(row(look, "same op", Role::Plain, &words, width));
    }
    for (line, row) in (0..).zip(rows) {
        look.row(buffer, room, line, row);
    }
}

/// Whether its operation can be undone, and by whom it was.
fn undo(chosen: &Row, scene: &Scene<'_>) -> Option<String> {
    let it = scene.picture.lore.operation(&chosen.event.op)?;
    let why = if it.undone_why.is_empty() { "" } else { ": " };
    Some(match it.undo.as_str() {
        "available" => {
            let undo = scene.keymap.label("operation.undo");
            format!("{undo} puts back what it changed, for {}", chosen.undo)
        }
        "done" => format!("done by operation {}{why}{}", it.undone_by, it.undone_why),
        "gone" => "too long ago".to_owned(),
        _ => return None,
    })
}

fn row<'a>(
    look: Look,
    label: &'static str,
    role: Role,
    text: &str,
    width: usize,
) -> Vec<Vec<Span<'a>>> {
    // What comes from outside is spelled out before it is broken into rows.
    let text = crate::safe_text::safe_text(text);
    let wrapped = panel::wrapped(&text, width).into_iter().enumerate();
    let rows = wrapped.map(|(at, text)| {
        let label = if at == 0 { label } else { "" };
        let label = Span::styled(format!(" {label:<8} "), look.style(Role::Muted));
        vec![label, look.text(role, text)]
    });
    rows.collect()
}
