//! How Scaler looks: where a pool stands, its servers over time, the decisions, and one explained.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{State, decisions, pools, state_line, why};
use crate::{
    model::{Decision, Scaler},
    tui::{
        screens::Scene,
        theme::Role,
        widgets::{
            panel::{self, Rest},
            servers::{LINE, Servers},
            sparkline::trend,
        },
    },
};

/// From this width on things stand side by side.
const WIDE: u16 = 100;
/// Cells of the signals beside the guards.
const SIGNALS: u16 = 54;
/// Rows of signals.
const SIGNAL_ROWS: u16 = 5;

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let Some(scaler) = state.selected(scene.picture) else {
        emptiness(scene, buffer, area);
        return;
    };
    if state.is_zoomed {
        why::draw(state, scene, buffer, area);
        return;
    }
    let mut left = Rest(area);
    if area.width >= WIDE {
        draw_standing(state, scaler, scene, buffer, left.take(1 + SIGNAL_ROWS));
        draw_next(state, scaler, scene, buffer, left.take(3));
        let chart = left.0.height.saturating_sub(14).clamp(8, 12);
        draw_chart(scaler, scene, buffer, left.take(chart));
        let [one, other] = parts(left.0);
        decisions::draw(state, scene, buffer, one);
        why::draw(state, scene, buffer, other);
        bar(scene, buffer, one);
        return;
    }
    draw_short(state, scaler, scene, buffer, left.take(8));
    let below = left.0.height;
    decisions::draw(state, scene, buffer, left.take(below / 2));
    why::draw(state, scene, buffer, left.take(u16::MAX));
}

/// Draws the pool in a row, and its decisions.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let Some(scaler) = state.selected(scene.picture) else {
        emptiness(scene, buffer, area);
        return;
    };
    if state.is_zoomed {
        why::draw(state, scene, buffer, area);
        return;
    }
    let mut left = Rest(area);
    let room = panel::panel(scene.look, buffer, left.take(4), &title(state, scaler, scene));
    let width = usize::from(area.width);
    let newest = newest(state, scene);
    for (line, row) in (0..).zip(state_line::next(scaler, newest, scene, width)) {
        scene.look.row(buffer, room, line, row);
    }
    decisions::draw(state, scene, buffer, left.take(u16::MAX));
}

/// The latest decision of the chosen pool, whichever are listed.
fn newest<'a>(state: &State, scene: &Scene<'a>) -> Option<&'a Decision> {
    let latest = scene.picture.lore.latest.as_ref();
    latest.filter(|it| state.pools.selected() == Some(&it.pool))
}

fn title(state: &State, scaler: &Scaler, scene: &Scene<'_>) -> String {
    let pools = pools(scene.picture);
    let at = pools.iter().position(|pool| state.pools.selected() == Some(pool)).unwrap_or(0);
    state_line::title(scaler, at + 1, pools.len())
}

fn parts(area: Rect) -> [Rect; 2] {
    let width = area.width * 9 / 16;
    let one = Rect { width, ..area };
    [one, Rect { x: area.x + width + 1, width: area.width - width - 1, ..area }]
}

/// The bar between two panels that were drawn side by side.
fn bar(scene: &Scene<'_>, buffer: &mut Buffer, left: Rect) {
    let (look, style) = (scene.look, scene.look.style(Role::Muted));
    for y in left.y..left.bottom() {
        let glyph = if y == left.y { look.glyphs.tee_down } else { look.glyphs.bar };
        buffer.set_string(left.right(), y, glyph.to_string(), style);
    }
}

fn draw_standing(
    state: &State,
    scaler: &Scaler,
    scene: &Scene<'_>,
    buffer: &mut Buffer,
    area: Rect,
) {
    let look = scene.look;
    let title = title(state, scaler, scene);
    let titles = [title.as_str(), "Guards"];
    let width = SIGNALS.max(u16::try_from(title.len()).unwrap_or(0) + 6).min(area.width - 30);
    let [left, right] = panel::pair(look, buffer, area, width, titles);
    let newest = newest(state, scene);
    for (line, row) in (0..).zip(state_line::signals(scaler, newest, scene)) {
        look.row(buffer, left, line, row);
    }
    for (line, row) in (0..).zip(state_line::guards(scaler, look, right.width.into())) {
        look.row(buffer, right, line, row);
    }
}

fn draw_next(state: &State, scaler: &Scaler, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let newest = newest(state, scene);
    let room = panel::panel(scene.look, buffer, area, "");
    let rows = state_line::next(scaler, newest, scene, usize::from(room.width));
    for (line, row) in (0..).zip(rows) {
        scene.look.row(buffer, room, line, row);
    }
}

fn draw_chart(scaler: &Scaler, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let (front, behind) = (look.glyphs.area[8], look.glyphs.behind[8]);
    let aim = scaler
        .target_cpu
        .map_or(String::new(), |aim| format!("  {} target {aim}%", look.glyphs.rule));
    let title = format!(
        "Servers ({})  {front} ready  {behind} starting   right: {LINE} cpu{aim}",
        scene.timeline.window.word()
    );
    let room = panel::panel(look, buffer, area, &title);
    let Some(seen) = scene.picture.history.pool(&scaler.pool) else { return };
    let target = format!("pool/{}", scaler.pool);
    let marks = &scene.marks(|it| it == target);
    let chart = Servers {
        ready: &seen.ready,
        with_starting: &seen.with_starting,
        cpu: &seen.cpu,
        target: scaler.target_cpu,
        timeline: scene.timeline,
        marks,
    };
    chart.draw(look, buffer, room);
}

/// Signals, guards, what is next and trends, in as few rows as a small terminal has.
fn draw_short(state: &State, scaler: &Scaler, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let room = panel::panel(look, buffer, area, &title(state, scaler, scene));
    let newest = newest(state, scene);
    let width = usize::from(room.width);
    // The heading is for those who have room for it.
    let mut rows: Vec<Vec<Span<'_>>> =
        state_line::signals(scaler, newest, scene).into_iter().skip(1).take(3).collect();
    rows.extend(state_line::next(scaler, newest, scene, width).into_iter().take(2));
    let guards = state_line::guards(scaler, look, width);
    rows.extend(guards.into_iter().take(1));
    if let Some(seen) = scene.picture.history.pool(&scaler.pool) {
        let cells = (width / 2).saturating_sub(10);
        let mut row = vec![look.label(" ready ")];
        row.extend(trend(look, Role::Accent, &seen.ready, scene.timeline, cells));
        row.push(look.label("  cpu "));
        row.extend(trend(look, Role::Warn, &seen.cpu, scene.timeline, cells));
        rows.push(row);
    }
    for (line, row) in (0..).zip(rows) {
        look.row(buffer, room, line, row);
    }
}

fn emptiness(scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let room = panel::panel(look, buffer, area, "Autoscaler");
    let lore = &scene.picture.lore;
    let words = match (&lore.scalers, &lore.trouble) {
        (None, Some(error)) => [format!(" not known: {}", error.message), String::new()],
        (None, None) => [" asking the gateway".to_owned(), String::new()],
        (Some(_), _) => [
            " No pool is scaled.".to_owned(),
            " A [pool.autoscale] table in the file scales one.".to_owned(),
        ],
    };
    for (line, words) in (0..).zip(words) {
        look.row(buffer, room, line, vec![look.text(Role::Muted, words)]);
    }
}
