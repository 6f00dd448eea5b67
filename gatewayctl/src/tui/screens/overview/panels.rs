//! The panels of Overview below its charts.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};
use unicode_width::UnicodeWidthStr as _;

use super::{
    Panel, State,
    columns::{LIMITS, POOLS},
    lasting,
};
use crate::{
    model::{Event, Problem, Severity},
    tui::{figures, list::List, screens::Scene, theme::Role, widgets::panel::wrapped},
};

/// How a severity looks.
pub(super) const fn role(severity: Severity) -> Role {
    match severity {
        Severity::Info => Role::Plain,
        Severity::Warn => Role::Warn,
        Severity::Error => Role::Bad,
    }
}

/// Why a panel has no rows, and the next step, in as many rows as that takes.
pub(super) fn nothing(words: &str, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let rows = wrapped(words, usize::from(area.width).saturating_sub(2));
    for (line, row) in (0..area.height).zip(rows) {
        scene.look.row(buffer, area, line, vec![scene.look.text(Role::Muted, format!(" {row}"))]);
    }
}

/// Draws the pools.
pub(super) fn pools(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let rows: Vec<_> = scene.snapshot.pools.iter().collect();
    if rows.is_empty() {
        let words = "No pools: a [[pool]] in the gateway's file adds one.";
        nothing(words, scene, buffer, area);
        return;
    }
    POOLS.draw(buffer, area, &rows, &shown(state, Panel::Pools), &scene.lens());
}

/// Draws the limits, those that refuse most first.
pub(super) fn limits(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let rows: Vec<_> = scene.snapshot.limits.iter().collect();
    if rows.is_empty() {
        nothing("No limits: a [[limit]] in the gateway's file adds one.", scene, buffer, area);
        return;
    }
    LIMITS.draw(buffer, area, &rows, &shown(state, Panel::Limits), &scene.lens());
}

/// Draws what needs attention, worst first.
pub(super) fn attention(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let (look, problems) = (scene.look, &scene.snapshot.problems);
    if problems.is_empty() {
        let (backends, limits) = (scene.snapshot.backends.len(), scene.snapshot.limits.len());
        let words = format!(" nothing: {backends} backends, {limits} limits looked at");
        look.row(buffer, area, 0, vec![look.text(Role::Ok, words)]);
        return;
    }
    let here = state.panel == Panel::Attention;
    let selected = state.list(Panel::Attention).selected().filter(|_| here);
    let height = usize::from(area.height);
    let at = problems.iter().position(|problem| selected == Some(&problem.target)).unwrap_or(0);
    let first = at.saturating_sub(height / 2).min(problems.len().saturating_sub(height));
    for (line, problem) in (0..).zip(problems.iter().skip(first).take(height)) {
        let is_here = selected == Some(&problem.target);
        let sign = if is_here { look.glyphs.here } else { ' ' };
        let mut row = vec![Span::raw(sign.to_string())];
        let way = way(problem, is_here, scene);
        let cells = way.as_ref().map_or(0, Span::width);
        row.extend(problem_row(problem, scene, usize::from(area.width).saturating_sub(cells)));
        row.extend(way);
        look.row(buffer, area, line, row);
        if is_here {
            let place = Rect { y: area.y + line, height: 1, ..area };
            buffer.set_style(place, look.style(Role::Selected));
        }
    }
}

/// Draws what needs attention with every word of it; what does not fit is below the selected one.
pub(super) fn attention_in_full(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let (look, problems) = (scene.look, &scene.snapshot.problems);
    let selected = state.list(Panel::Attention).selected();
    let at = problems.iter().position(|it| selected == Some(&it.target)).unwrap_or(0);
    let width = usize::from(area.width).saturating_sub(6);
    let mut line = 0;
    for problem in problems.iter().skip(at).chain(problems.iter().take(at)) {
        let is_here = selected == Some(&problem.target);
        let sign = if is_here { look.glyphs.here } else { ' ' };
        let mut head = vec![
            Span::raw(sign.to_string()),
            look.text(role(problem.severity), problem.severity.word().to_uppercase()),
            look.text(Role::Title, format!("  {}", problem.target)),
            look.text(Role::Muted, format!("  {}", lasting(problem, scene.snapshot.time_ms))),
        ];
        head.extend(way(problem, is_here, scene));
        look.row(buffer, area, line, head);
        line += 1;
        let text = crate::safe_text::safe_text(&problem.what);
        for row in crate::tui::widgets::panel::wrapped(&text, width) {
            let row = vec![Span::raw("     "), look.text(role(problem.severity), row)];
            look.row(buffer, area, line, row);
            line += 1;
        }
    }
}

/// The key that leads to where it can be mended.
fn way(problem: &Problem, is_here: bool, scene: &Scene<'_>) -> Option<Span<'static>> {
    let target = problem.target.as_str();
    let noun = target.split_once('/').map_or(target, |(noun, _)| noun);
    let action = match (is_here, noun) {
        (true, _) => "overview.open",
        (false, "backend" | "pool") => "screen.backends",
        (false, "limit" | "block") => "screen.limits",
        (false, "scaler") => "screen.scaler",
        (false, "certificate") => "screen.tls",
        (false, "gateway") => "screen.events",
        _ => return None,
    };
    let words = if is_here { " show" } else { "" };
    let key = scene.keymap.label(action);
    Some(scene.look.text(Role::Accent, format!("  [{key}]{words}")))
}

/// A problem in one row, its names lined up with the others.
pub(super) fn problem_row<'a>(
    problem: &'a Problem,
    scene: &Scene<'_>,
    width: usize,
) -> Vec<Span<'a>> {
    let look = scene.look;
    let names = scene.snapshot.problems.iter().map(|it| name(&it.target).width());
    let cells = names.max().unwrap_or(0).min(if width < 60 { 12 } else { 20 });
    let sign = look.glyphs.alerts[usize::from(problem.severity == Severity::Error)];
    let lasting = lasting(problem, scene.snapshot.time_ms);
    let room = width.saturating_sub(cells + 8 + lasting.len());
    let shown = look.cut_middle(name(&problem.target), cells);
    let padding = " ".repeat(cells.saturating_sub(shown.width()) + 2);
    vec![
        Span::styled(format!("{sign} "), look.style(role(problem.severity))),
        look.text(Role::Title, shown + &padding),
        look.text(role(problem.severity), look.cut_end(&problem.what, room)),
        look.text(Role::Muted, format!("  {lasting}")),
    ]
}

/// What stands behind the kind: `app-1` of `backend/app-1`.
fn name(target: &str) -> &str {
    target.split_once('/').map_or(target, |(_, name)| name)
}

/// Draws what happened, newest first.
pub(super) fn events(scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    if scene.picture.events.is_empty() {
        look.row(buffer, area, 0, vec![look.text(Role::Muted, " nothing happened yet")]);
    }
    for (line, event) in (0..area.height).zip(&scene.picture.events) {
        look.row(buffer, area, line, event_row(event, scene));
    }
}

fn event_row<'a>(event: &'a Event, scene: &Scene<'_>) -> Vec<Span<'a>> {
    let look = scene.look;
    vec![
        look.text(Role::Muted, format!(" {} ", figures::time_of_day(event.time_ms))),
        look.text(Role::Title, format!("{} ", look.cut_middle(name(&event.target), 20))),
        look.text(role(event.severity), event.what.as_str()),
        look.text(Role::Muted, format!("  {}", event.who)),
    ]
}

/// The list of a panel; its selection is shown only where keys act.
fn shown(state: &State, panel: Panel) -> List {
    let list = state.list(panel);
    if state.panel == panel { list.clone() } else { list.aside() }
}
