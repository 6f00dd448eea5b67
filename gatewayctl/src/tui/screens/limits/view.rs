//! How Limits looks: the rules, what they refuse over time, whom, the blocks, and what was changed.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    Panel, State, blocks, chart,
    columns::{TABLE, is_override},
    facts, offenders,
};
use crate::{
    model::Limit,
    tui::{
        screens::Scene,
        theme::Role,
        widgets::panel::{self, Rest},
    },
};

/// From this width on the facts stand beside the chart.
const WIDE: u16 = 100;
/// Cells of the facts beside the chart.
const FACTS: u16 = 56;
/// Rows of facts, where all are told.
const FACT_ROWS: u16 = 8;
/// The tallest the chart is.
const CHART: u16 = 11;

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    if state.is_zoomed {
        view_small(state, scene, buffer, area);
        return;
    }
    let mut left = Rest(area);
    let rules = rows(scene.snapshot.limits.len()).max(3);
    let most = if area.height >= 30 { 10 } else { 7 };
    draw_rules(state, scene, buffer, left.take(rules.min(most)));
    let Some(limit) = state.selected(scene.picture) else {
        blocks::draw(state, scene, buffer, left.take(u16::MAX));
        return;
    };
    let blocks = blocks::wanted(scene).max(3);
    let changes = if area.height >= 30 { 5 } else { 3 };
    if area.width >= WIDE {
        let upper = left.0.height.saturating_sub(8 + blocks + changes).clamp(8, CHART);
        draw_chart_and_facts(limit, scene, buffer, left.take(upper));
    } else {
        let title = format!("{} {}", limit.name, super::verb(limit));
        let room = panel::panel(scene.look, buffer, left.take(4), &title);
        facts::draw(limit, scene, buffer, room);
    }
    let offenders = left.0.height.saturating_sub(blocks + changes).max(4);
    offenders::draw(state, scene, buffer, left.take(offenders.min(14)));
    blocks::draw(state, scene, buffer, left.take(blocks));
    let title = format!("Changes of {}", limit.name);
    let room = panel::panel(scene.look, buffer, left.take(u16::MAX), &title);
    facts::draw_changes(limit, scene, buffer, room);
}

/// Draws the panel that keys act on, alone.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    match state.panel {
        Panel::Rules => draw_rules(state, scene, buffer, area),
        Panel::Offenders => offenders::draw(state, scene, buffer, area),
        Panel::Blocks => blocks::draw(state, scene, buffer, area),
    }
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2)
}

fn draw_rules(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let (all, look) = (&scene.snapshot.limits, scene.look);
    let rows = TABLE.rows(all, &state.list, scene.snapshot.time_ms);
    let here = if state.panel == Panel::Rules { look.glyphs.here } else { ' ' };
    let mut title = format!("{here} Limits {}", all.len());
    if !state.list.filter.is_empty() {
        title += &format!("  filter: {} ({})", state.list.filter.input().text(), rows.len());
    }
    title += &TABLE.sort_words(&state.list, look);
    if all.iter().any(is_override) {
        title += "  (* differs from the file)";
    }
    let room = panel::panel(look, buffer, area, title.trim_start());
    if rows.is_empty() {
        let words = if all.is_empty() {
            "No limits: a [[limit]] in the file adds one.".to_owned()
        } else {
            let back = scene.keymap.label("screen.back");
            format!("No limit matches. {back} clears the filter.")
        };
        for (line, row) in
            (0..).zip(panel::wrapped(&words, usize::from(room.width).saturating_sub(2)))
        {
            look.row(buffer, room, line, vec![look.text(Role::Muted, format!(" {row}"))]);
        }
        return;
    }
    TABLE.draw(buffer, room, &rows, &state.list, &scene.lens());
}

fn draw_chart_and_facts(limit: &Limit, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let width = area.width - FACTS - 1;
    let [left, right] = panel::pair(scene.look, buffer, area, width, ["", &limit.name]);
    let left = Rect { y: area.y, height: left.height + 1, ..left };
    chart::draw(scene, buffer, left);
    let right = Rect { height: right.height.min(FACT_ROWS), ..right };
    facts::draw(limit, scene, buffer, right);
}
