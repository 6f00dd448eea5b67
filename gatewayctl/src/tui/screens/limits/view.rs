//! How Limits looks: the table, what the selected limit refuses over time, and its facts.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    State,
    columns::{TABLE, is_override},
};
use crate::{
    duration,
    model::{Limit, LimitMode},
    tui::{
        figures,
        screens::Scene,
        theme::Role,
        widgets::{
            chart::{Chart, Layer},
            panel,
        },
    },
};

/// Rows of facts below the chart.
const FACTS: u16 = 7;
/// The tallest a chart is while events have room below it.
const CHART: u16 = 16;
/// The fewest rows events are worth.
const EVENTS: u16 = 4;

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let wanted = u16::try_from(scene.snapshot.limits.len()).unwrap_or(u16::MAX).saturating_add(2);
    let least_detail = if area.height >= 14 { 10 } else { 0 };
    let height = wanted.max(4).min(area.height.saturating_sub(least_detail)).min(area.height);
    view_small(state, scene, buffer, Rect { height, ..area });
    let below = Rect { y: area.y + height, height: area.height - height, ..area };
    if let Some(limit) = state.selected(scene.picture).filter(|_| least_detail > 0) {
        draw_detail(limit, scene, buffer, below);
    }
}

/// Draws the table alone.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let all = &scene.snapshot.limits;
    let rows = TABLE.rows(all, &state.list, scene.snapshot.time_ms);
    let mut title = format!("Limits {}", all.len());
    if !state.list.filter.is_empty() {
        title += &format!("  filter: {} ({})", state.list.filter.input().text(), rows.len());
    }
    title += &TABLE.sort_words(&state.list, scene.look);
    if all.iter().any(is_override) {
        title += "  (* differs from the file)";
    }
    let room = panel::panel(scene.look, buffer, area, &title);
    if rows.is_empty() {
        let words = if all.is_empty() {
            " No limits: a [[limit]] in the file adds one."
        } else {
            " No limit matches. Esc clears the filter."
        };
        scene.look.row(buffer, room, 0, vec![scene.look.text(Role::Muted, words)]);
        return;
    }
    TABLE.draw(buffer, room, &rows, &state.list, &scene.lens());
}

fn draw_detail(limit: &Limit, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let verb = if limit.mode == LimitMode::Shadow { "would refuse" } else { "refused" };
    let front = look.glyphs.area[8];
    let behind = look.glyphs.behind[8];
    let title =
        format!("{} req/s ({})  {behind} asked  {front} {verb}", limit.name, scene.window.word());
    let mut room = panel::panel(look, buffer, area, &title);
    if room.height >= CHART + FACTS + EVENTS {
        let events =
            Rect { y: room.y + CHART + FACTS, height: room.height - CHART - FACTS, ..room };
        let inside = panel::panel(look, buffer, events, "Events of limits");
        draw_events(scene, buffer, inside);
        room.height = CHART + FACTS;
    }
    let facts = FACTS.min(room.height);
    let chart = Rect { height: room.height - facts, ..room };
    if let Some(seen) = scene.picture.history.limit(&limit.name) {
        Chart {
            front: Layer { series: &seen.rejected, role: Role::Bad },
            behind: Some(Layer { series: &seen.asked, role: Role::Muted }),
            end_ms: scene.snapshot.time_ms,
            window: scene.window,
        }
        .draw(look, buffer, chart);
    }
    let below = Rect { y: chart.bottom(), height: facts, ..room };
    for (line, row) in (0..).zip(rows(limit, scene)) {
        look.row(buffer, below, line, row);
    }
}

fn draw_events(scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let of_limits = scene.picture.events.iter().filter(|event| event.target.contains("limit/"));
    for (line, event) in (0..area.height).zip(of_limits) {
        let row = vec![
            look.text(Role::Muted, format!(" {} ", figures::time_of_day(event.time_ms))),
            look.text(Role::Title, format!("{} ", event.target.trim_start_matches("limit/"))),
            look.text(Role::Plain, event.what.as_str()),
            look.text(Role::Muted, format!("  {}", event.who)),
        ];
        look.row(buffer, area, line, row);
    }
}

fn rows<'a>(limit: &'a Limit, scene: &Scene<'_>) -> Vec<Vec<Span<'a>>> {
    let look = scene.look;
    let figure = |count: u64| look.figure(Role::Plain, &figures::whole(count, 13));
    let file = if limit.configured.is_empty() { "not in it" } else { &limit.configured };
    let file_role = if is_override(limit) { Role::Warn } else { Role::Plain };
    let mut rows = vec![
        vec![
            look.label(" limit     "),
            look.text(Role::Title, limit.rule.as_str()),
            look.label(" for each "),
            look.text(Role::Plain, limit.key.as_str()),
            look.label("   file "),
            look.text(file_role, file),
            look.label("   mode "),
            look.text(Role::Plain, limit.mode.word()),
        ],
        vec![
            look.label(" total     passed "),
            figure(limit.passed_total),
            look.label("  refused "),
            figure(limit.rejected_total),
            look.label("  would have refused "),
            figure(limit.would_reject_total),
        ],
        vec![
            look.label(" keys      counted now "),
            figure(limit.keys),
            look.label("  forgotten for lack of room "),
            figure(limit.evicted_total),
            look.label("  exempted "),
            figure(limit.exempted_total),
        ],
        vec![look.label(" routes    "), look.text(Role::Plain, limit.routes.join(", "))],
    ];
    rows.extend(trial(limit, scene));
    rows.extend(blocks(scene));
    rows.push(vec![Span::styled(" E", look.style(Role::Accent)), Span::raw(" edits it")]);
    rows
}

/// What is tried beside the limit, and what it goes back to.
fn trial<'a>(limit: &'a Limit, scene: &Scene<'_>) -> Option<Vec<Span<'a>>> {
    let look = scene.look;
    let mut row = vec![look.label(" for now  ")];
    if !limit.candidate.is_empty() {
        row.push(look.label(" candidate "));
        row.push(look.text(Role::Accent, limit.candidate.as_str()));
        row.push(look.label(" would have refused "));
        let count = limit.candidate_would_reject_total;
        row.push(look.figure(Role::Plain, &figures::whole(count, 13)));
        row.push(look.label(" of clients "));
        row.push(look.figure(Role::Plain, &figures::whole(limit.candidate_clients, 7)));
    }
    if let Some(expires_ms) = limit.expires_ms {
        let left = duration::age(expires_ms, scene.snapshot.time_ms);
        row.push(look.label(" then "));
        row.push(look.text(Role::Warn, format!("{} in {}", limit.then, duration::short(left))));
    }
    (row.len() > 1).then_some(row)
}

/// Networks whose clients are refused, the busiest first.
fn blocks<'a>(scene: &Scene<'_>) -> Option<Vec<Span<'a>>> {
    let look = scene.look;
    let blocks = &scene.snapshot.blocks;
    let busiest = blocks.iter().max_by_key(|block| block.hits_total)?;
    let until = busiest.expires_ms.map_or_else(
        || "until removed".to_owned(),
        |at| format!("{} left", duration::short(duration::age(at, scene.snapshot.time_ms))),
    );
    let words =
        format!("{} by {} ({until}), {} hits", busiest.network, busiest.owner, busiest.hits_total);
    let more = match blocks.len() - 1 {
        0 => String::new(),
        more => format!("  and {more} more: gatewayctl block list"),
    };
    Some(vec![
        look.label(" blocked   "),
        look.text(Role::Warn, words),
        look.text(Role::Muted, more),
    ])
}
