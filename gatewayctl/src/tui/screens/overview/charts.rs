//! The charts of the whole gateway: requests and latency, large or in one row.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::tui::{
    screens::Scene,
    theme::Role,
    widgets::{
        chart::{Chart, Layer},
        panel,
        sparkline::trend,
    },
};

/// Draws both side by side, the first below the title `requests`.
pub(super) fn charts(requests: &str, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let (history, look) = (&scene.picture.history, scene.look);
    let word = scene.timeline.window.word();
    let (front, behind) = (look.glyphs.area[8], look.glyphs.behind[8]);
    let latency = format!("latency ms ({word})  {front} p50  {behind} p99");
    let [left, right] = panel::pair(look, buffer, area, area.width / 2, [requests, &latency]);
    let (timeline, top) = (scene.timeline, |what| scene.scales.top(what));
    let marks = &scene.marks(|_| true);
    let front = Layer { series: &history.rps, role: Role::Accent };
    let chart = Chart { front, behind: None, timeline, top: top("rps"), marks };
    chart.draw(look, buffer, left);
    let front = Layer { series: &history.p50, role: Role::Accent };
    let behind = Some(Layer { series: &history.p99, role: Role::Warn });
    Chart { front, behind, timeline, top: top("latency"), marks }.draw(look, buffer, right);
}

/// Draws both as trends in one row.
pub(super) fn trends(scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let (history, look) = (&scene.picture.history, scene.look);
    let width = usize::from(area.width / 2).saturating_sub(7);
    let mut spans = Vec::new();
    for (label, series) in [(" rps ", &history.rps), ("  p99 ", &history.p99)] {
        spans.push(look.label(label));
        spans.extend(trend(look, Role::Accent, series, scene.timeline, width));
    }
    look.row(buffer, area, 0, spans);
}
