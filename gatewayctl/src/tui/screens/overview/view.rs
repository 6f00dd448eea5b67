//! How Overview looks: figures, charts, then pools, problems, limits and events as far as they fit.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Panel, State, charts, figures_row::figures_row, panels};
use crate::tui::{
    screens::Scene,
    widgets::panel::{self, Rest},
};

/// From this height on the charts are large.
const TALL: u16 = 26;
/// From this width on, pools and problems stand side by side.
const WIDE: u16 = 100;

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let mut left = Rest(area);
    let room = panel::panel(look, buffer, left.take(2), "Gateway");
    look.row(buffer, room, 0, figures_row(scene, usize::from(area.width)));
    if state.is_zoomed {
        zoomed(state, scene, buffer, left.0);
        return;
    }
    if area.height >= TALL {
        let wanted = lower(scene) + middle(scene);
        let most = left.0.height.saturating_sub(wanted);
        let place = left.take(most.clamp(8, 16));
        charts::charts(&title(state, scene, Panel::Charts), scene, buffer, place);
    } else {
        charts::trends(scene, buffer, left.take(1));
    }
    if area.width >= WIDE {
        let height = middle(scene).min(left.0.height.saturating_sub(4).max(5));
        let titles = [&title(state, scene, Panel::Pools), &title(state, scene, Panel::Attention)];
        let titles = titles.map(String::as_str);
        let place = left.take(height);
        let [pools, attention] = panel::pair(look, buffer, place, area.width / 2, titles);
        panels::pools(state, scene, buffer, pools);
        panels::attention(state, scene, buffer, attention);
    } else {
        let problems = rows(scene.snapshot.problems.len().clamp(1, 4)) - 1;
        let title_of = |panel| title(state, scene, panel);
        let place = left.take(problems);
        let room = panel::panel(look, buffer, place, &title_of(Panel::Attention));
        panels::attention(state, scene, buffer, room);
        let place = left.take(rows(scene.snapshot.pools.len().min(5)));
        let room = panel::panel(look, buffer, place, &title_of(Panel::Pools));
        panels::pools(state, scene, buffer, room);
    }
    let titles = [&title(state, scene, Panel::Limits), &title(state, scene, Panel::Events)];
    let titles = titles.map(String::as_str);
    let [limits, events] = panel::pair(look, buffer, left.take(u16::MAX), area.width / 2, titles);
    panels::limits(state, scene, buffer, limits);
    panels::events(scene, buffer, events);
}

/// Draws the panel that keys act on, alone.
fn zoomed(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let title = title(state, scene, state.panel);
    if state.panel == Panel::Charts {
        charts::charts(&title, scene, buffer, area);
        return;
    }
    let room = panel::panel(scene.look, buffer, area, &title);
    match state.panel {
        Panel::Attention => panels::attention_in_full(state, scene, buffer, room),
        Panel::Pools => panels::pools(state, scene, buffer, room),
        Panel::Limits => panels::limits(state, scene, buffer, room),
        Panel::Events | Panel::Charts => panels::events(scene, buffer, room),
    }
}

/// Rows that pools and problems want.
fn middle(scene: &Scene<'_>) -> u16 {
    rows(scene.snapshot.pools.len() + 1).max(rows(scene.snapshot.problems.len())).clamp(5, 10)
}

/// Rows that limits and events want.
fn lower(scene: &Scene<'_>) -> u16 {
    rows(scene.snapshot.limits.len() + 1).clamp(8, 10)
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2)
}

/// A panel's title, marked where keys act on it.
fn title(state: &State, scene: &Scene<'_>, panel: Panel) -> String {
    let words = match panel {
        Panel::Attention => format!("Needs attention ({})", scene.snapshot.problems.len()),
        Panel::Pools => "Pools".to_owned(),
        Panel::Limits => "Rejections by rule".to_owned(),
        Panel::Events => "Recent events".to_owned(),
        Panel::Charts => format!("req/s ({})", scene.timeline.window.word()),
    };
    if state.panel == panel { format!("{} {words}", scene.look.glyphs.here) } else { words }
}
