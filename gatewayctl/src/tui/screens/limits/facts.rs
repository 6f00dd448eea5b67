//! The facts of the chosen limit, and what was done to it.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{columns::is_override, verb};
use crate::{
    duration,
    model::Limit,
    tui::{figures, screens::Scene, theme::Role},
};

/// Draws the facts as far as there are rows.
pub(super) fn draw(limit: &Limit, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    for (line, row) in (0..).zip(rows(limit, scene)) {
        scene.look.row(buffer, area, line, row);
    }
}

/// Draws what was done to the limit, newest first.
pub(super) fn draw_changes(limit: &Limit, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let target = format!("limit/{}", limit.name);
    let concerns = |text: &str| text.split(',').any(|one| one.trim() == target);
    let mut events = scene.picture.events.iter().filter(|it| concerns(&it.target)).peekable();
    if events.peek().is_none() {
        let words = " nothing, as far as is remembered; gatewayctl event list tells more";
        look.row(buffer, area, 0, vec![look.text(Role::Muted, words)]);
    }
    for (line, event) in (0..area.height).zip(events) {
        let row = vec![
            look.text(Role::Muted, format!(" {}  ", figures::time_of_day(event.time_ms))),
            look.text(Role::Plain, event.what.as_str()),
            look.text(Role::Muted, format!("  {}", event.who)),
        ];
        look.row(buffer, area, line, row);
    }
}

fn rows<'a>(limit: &'a Limit, scene: &Scene<'_>) -> Vec<Vec<Span<'a>>> {
    let mut rows = vec![rule(limit, scene)];
    rows.extend(file(limit, scene));
    rows.extend(end(limit, scene));
    rows.extend(candidate(limit, scene));
    rows.push(counts(limit, scene));
    rows.push(keys(limit, scene));
    rows.push(guards(limit, scene));
    rows
}

fn rule<'a>(limit: &'a Limit, scene: &Scene<'_>) -> Vec<Span<'a>> {
    let look = scene.look;
    vec![
        look.label(" rule    "),
        look.text(Role::Title, limit.rule.as_str()),
        look.label(" each "),
        look.text(Role::Plain, limit.key.as_str()),
        Span::raw("  "),
        look.text(Role::Plain, limit.mode.word()),
    ]
}

/// What the file says, where that is something else.
fn file<'a>(limit: &'a Limit, scene: &Scene<'_>) -> Option<Vec<Span<'a>>> {
    let look = scene.look;
    let words = if limit.configured.is_empty() { "not in it" } else { &limit.configured };
    let row = || vec![look.label(" file    "), look.text(Role::Warn, words)];
    is_override(limit).then(row)
}

/// What it goes back to by itself.
fn end<'a>(limit: &Limit, scene: &Scene<'_>) -> Option<Vec<Span<'a>>> {
    let look = scene.look;
    let left = duration::age(limit.expires_ms?, scene.snapshot.time_ms);
    let words = format!("{} in {}", limit.then, duration::short(left));
    Some(vec![look.label(" then    "), look.text(Role::Warn, words)])
}

/// What is tried beside it.
fn candidate<'a>(limit: &'a Limit, scene: &Scene<'_>) -> Option<Vec<Span<'a>>> {
    let look = scene.look;
    if limit.candidate.is_empty() {
        return None;
    }
    Some(vec![
        look.label(" tries   "),
        look.text(Role::Accent, limit.candidate.as_str()),
        look.label(": would refuse "),
        look.figure(Role::Plain, &figures::rate(limit.candidate_would_reject_per_s, 7)),
        look.label("/s of "),
        look.figure(Role::Plain, &figures::whole(limit.candidate_clients, 7)),
        look.label(" clients"),
    ])
}

fn counts<'a>(limit: &Limit, scene: &Scene<'_>) -> Vec<Span<'a>> {
    let look = scene.look;
    let figure = |count: u64| look.figure(Role::Plain, &figures::whole(count, 9));
    let over = limit.rejected_total.saturating_add(limit.would_reject_total);
    vec![
        look.label(" total   passed "),
        figure(limit.passed_total),
        Span::styled(format!("  {} ", verb(limit)), look.style(Role::Muted)),
        figure(over),
    ]
}

fn keys<'a>(limit: &Limit, scene: &Scene<'_>) -> Vec<Span<'a>> {
    let look = scene.look;
    let figure = |count: u64| look.figure(Role::Plain, &figures::whole(count, 9));
    let mut row = vec![look.label(" keys    "), figure(limit.keys)];
    for (label, count) in [
        ("  exempt ", limit.exempted_total),
        ("  forgotten ", limit.evicted_total),
        ("  counted together ", limit.overflowed_total),
    ] {
        if count > 0 {
            row.extend([look.label(label), figure(count)]);
        }
    }
    row
}

fn guards<'a>(limit: &Limit, scene: &Scene<'_>) -> Vec<Span<'a>> {
    let look = scene.look;
    let mut guarded = limit.routes.clone();
    guarded.extend(limit.listeners.iter().map(|it| format!("listener {it}")));
    if limit.of_all {
        guarded.push("all requests".to_owned());
    }
    vec![look.label(" guards  "), look.text(Role::Plain, guarded.join(", "))]
}
