//! How Backends looks: the table, and below it the selected backend in detail.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{State, columns::TABLE, detail};
use crate::{
    model::Backend,
    tui::{screens::Scene, theme::Role, widgets::panel},
};

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let rows = TABLE.rows(&scene.snapshot.backends, &state.list, scene.snapshot.time_ms);
    let selected = state.selected(scene.picture);
    if let Some(backend) = selected.filter(|_| state.is_zoomed) {
        detail::view(backend, scene, buffer, area);
        return;
    }
    let extra = if state.staged.is_empty() { 2 } else { 3 };
    let wanted = u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(extra).max(4);
    let least_detail = match area.height {
        30.. => 18,
        16.. => 8,
        _ => 0,
    };
    let height = wanted.min(area.height.saturating_sub(least_detail)).max(3).min(area.height);
    let table = Rect { height, ..area };
    draw_table(state, scene, buffer, table, &rows);
    let below = Rect { y: area.y + height, height: area.height - height, ..area };
    if let Some(backend) = selected.filter(|_| least_detail > 0) {
        detail::view(backend, scene, buffer, below);
    }
}

/// Draws the table alone, or the selected backend.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    if let Some(backend) = state.selected(scene.picture).filter(|_| state.is_zoomed) {
        detail::view(backend, scene, buffer, area);
        return;
    }
    let rows = TABLE.rows(&scene.snapshot.backends, &state.list, scene.snapshot.time_ms);
    draw_table(state, scene, buffer, area, &rows);
}

fn draw_table(
    state: &State,
    scene: &Scene<'_>,
    buffer: &mut Buffer,
    area: Rect,
    rows: &[&Backend],
) {
    let room = panel::panel(scene.look, buffer, area, &title(state, scene, rows.len()));
    if rows.is_empty() {
        draw_emptiness(state, scene, buffer, room);
        return;
    }
    let room = draw_shares(state, scene, buffer, room);
    TABLE.draw(buffer, room, rows, &state.list, &scene.lens());
}

/// What staged weights make of shares, on the last row; the room above.
fn draw_shares(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) -> Rect {
    let look = scene.look;
    let told = state.staged.shares(&scene.snapshot.backends, look.glyphs.arrow);
    let Some(told) = told.filter(|_| area.height > 2) else { return area };
    let words = look.cut_end(&format!(" {told}"), usize::from(area.width));
    look.row(buffer, area, area.height - 1, vec![look.text(Role::Accent, words)]);
    Rect { height: area.height - 1, ..area }
}

fn title(state: &State, scene: &Scene<'_>, shown: usize) -> String {
    let all = scene.snapshot.backends.len();
    let mut title = format!("Backends {all}");
    if !state.list.filter.is_empty() {
        title += &format!("  filter: {} ({shown})", state.list.filter.input().text());
    }
    title += &TABLE.sort_words(&state.list, scene.look);
    if !state.list.marks.is_empty() {
        title += &format!("  marked: {}", state.list.marks.len());
    }
    for turns in scene.turns {
        let back = scene.keymap.label("screen.back");
        title += &format!("  then drains: {}, {back} ends that", turns.to_come().join(", "));
    }
    if !state.staged.is_empty() {
        let key = |action| scene.keymap.label(action);
        let (apply, drop) = (key("backend.open"), key("screen.back"));
        title += &format!("  staged: {}, {apply} applies, {drop} drops", state.staged.len());
    }
    title
}

fn draw_emptiness(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let words: [String; 2] = if scene.snapshot.backends.is_empty() {
        [
            "No backends: every request is answered 503.".to_owned(),
            format!(
                "{} adds one, or: gatewayctl backend add --pool POOL --address HOST:PORT",
                scene.keymap.label("backend.add")
            ),
        ]
    } else {
        let (all, filter) = (scene.snapshot.backends.len(), state.list.filter.input().text());
        [
            format!("0 of {all} match {filter}"),
            format!("{} clears the filter.", scene.keymap.label("screen.back")),
        ]
    };
    let cells = usize::from(area.width).saturating_sub(2);
    let rows = words.iter().flat_map(|words| panel::wrapped(words, cells));
    for (line, row) in (0..area.height).zip(rows) {
        look.row(buffer, area, line, vec![Span::raw(" "), look.text(Role::Muted, row)]);
    }
}
