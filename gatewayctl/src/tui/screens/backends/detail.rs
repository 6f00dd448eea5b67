//! One backend in detail: its charts, what is known of it, and how its drain goes.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    columns::{errors, state_words, words},
    drain,
};
use crate::{
    duration,
    model::{Backend, Standing},
    tui::{
        figures,
        history::BackendHistory,
        look::Look,
        screens::Scene,
        theme::Role,
        widgets::{
            chart::{Chart, Layer},
            panel,
            sparkline::trend,
        },
    },
};

/// Cells of the drain beside the detail.
const DRAIN: u16 = 42;
/// From this width on the drain stands beside the detail.
const WIDE: u16 = 100;
/// Rows of facts below the charts.
const FACTS: u16 = 11;
/// Events told at most.
const EVENTS: usize = 8;

/// Draws `backend`.
pub(super) fn view(backend: &Backend, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let title = format!(
        "{}  {}  pool {}  rev {}  from {}",
        backend.name, backend.address, backend.pool, backend.revision, backend.source
    );
    let drains = backend.standing != Standing::Active;
    if drains && area.width >= WIDE {
        let left = area.width - DRAIN - 1;
        let word = if backend.standing == Standing::Draining { "Drain" } else { "Maintenance" };
        let [room, beside] = panel::pair(scene.look, buffer, area, left, [&title, word]);
        draw(backend, scene, buffer, room);
        drain::view(backend, scene, buffer, beside);
        return;
    }
    let mut room = panel::panel(scene.look, buffer, area, &title);
    if drains && room.height > 4 {
        room = drain::view_row(backend, scene, buffer, room);
    }
    draw(backend, scene, buffer, room);
}

fn draw(backend: &Backend, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let Some(seen) = scene.picture.history.backend(&backend.name) else { return };
    let below = if area.height >= FACTS + 6 && area.width >= 60 {
        let charts = Rect { height: area.height - FACTS, ..area };
        draw_charts(backend, seen, scene, buffer, charts);
        Rect { y: charts.bottom(), height: FACTS, ..area }
    } else {
        draw_trends(seen, scene, buffer, area);
        Rect { y: area.y + 1.min(area.height), height: area.height.saturating_sub(1), ..area }
    };
    for (line, row) in (0..).zip(facts(backend, scene)) {
        scene.look.row(buffer, below, line, row);
    }
}

fn draw_charts(
    backend: &Backend,
    seen: &BackendHistory,
    scene: &Scene<'_>,
    buffer: &mut Buffer,
    area: Rect,
) {
    let look = scene.look;
    let target = format!("backend/{}", backend.name);
    let marks = &scene.marks(|it| it == target);
    let half = area.width / 2;
    let places =
        [Rect { width: half, ..area }, Rect { x: area.x + half, width: area.width - half, ..area }];
    let charts = [
        ("req/s", "rps", &seen.rps, Role::Accent),
        ("in flight", "in_flight", &seen.in_flight, Role::Plain),
    ];
    for (place, (title, figure, series, role)) in places.into_iter().zip(charts) {
        look.row(buffer, place, 0, vec![look.label(" "), look.text(Role::Title, title)]);
        let below = Rect { y: place.y + 1, height: place.height - 1, ..place };
        let front = Layer { series, role };
        let (timeline, top) = (scene.timeline, scene.scales.top(&format!("{target}/{figure}")));
        Chart { front, behind: None, timeline, top, marks }.draw(look, buffer, below);
    }
}

fn draw_trends(seen: &BackendHistory, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let width = usize::from(area.width / 3).saturating_sub(8).min(40);
    let mut spans = Vec::new();
    for (label, series) in
        [(" rps ", &seen.rps), ("  infl ", &seen.in_flight), ("  p99 ", &seen.p99)]
    {
        spans.push(look.label(label));
        spans.extend(trend(look, Role::Accent, series, scene.timeline, width));
    }
    look.row(buffer, area, 0, spans);
}

fn facts<'a>(backend: &'a Backend, scene: &Scene<'a>) -> Vec<Vec<Span<'a>>> {
    let look = scene.look;
    let figure = |text: String| look.figure(Role::Plain, &text);
    let (role, state) = state_words(backend, &scene.lens());
    let errors_said = match backend.error_ratio {
        None => figures::UNKNOWN.to_owned(),
        ratio => format!("{}%", figures::percent(ratio)),
    };
    let file = backend.configured_weight.map_or("not in it".into(), |it| it.to_string());
    let mut rows = vec![
        latency(backend, look),
        load(backend, look),
        vec![
            look.label(" errors    "),
            look.figure(errors(backend.error_ratio), &errors_said),
            look.label(" of the last 10 s   "),
            figure(figures::whole(backend.errors_total, 11)),
            look.label(" of "),
            figure(figures::whole(backend.requests_total, 13)),
            look.label(" since added"),
        ],
        failures(backend, look),
        connections(backend, look),
        vec![
            look.label(" state     "),
            look.text(role, state),
            Span::raw("  "),
            look.text(Role::Plain, words(backend, scene.snapshot.time_ms)),
        ],
        vec![
            look.label(" health    "),
            look.text(Role::Plain, backend.health.word()),
            look.text(Role::Muted, since(backend, scene)),
            look.label("   last check "),
            look.text(Role::Plain, backend.health_reason.as_str()),
        ],
        vec![
            look.label(" weight    "),
            Span::raw(backend.weight.to_string()),
            look.label("   in use "),
            Span::raw(backend.effective_weight.to_string()),
            look.label("   file "),
            Span::raw(file),
        ],
    ];
    rows.extend(events(backend, scene));
    rows
}

/// How long its answers took in the last ten seconds.
fn latency<'a>(backend: &Backend, look: Look) -> Vec<Span<'a>> {
    let mut spans = vec![look.label(" latency  ")];
    for (label, value) in [
        (" p50 ", backend.p50_ms),
        ("  p90 ", backend.p90_ms),
        ("  p99 ", backend.p99_ms),
        ("  p99.9 ", backend.p999_ms),
        ("  max ", backend.max_ms),
    ] {
        spans.push(look.label(label));
        spans.push(look.figure(Role::Plain, &figures::latency(value)));
    }
    spans
}

/// What it has to do, and how much of its pool that is.
fn load<'a>(backend: &Backend, look: Look) -> Vec<Span<'a>> {
    let figure = |text: String| look.figure(Role::Plain, &text);
    let part =
        |ratio: Option<f64>| ratio.map_or_else(|| figures::UNKNOWN.to_owned(), figures::share);
    vec![
        look.label(" load      in flight "),
        figure(figures::whole(backend.in_flight, 7)),
        look.label("   cpu "),
        figure(figures::load(backend.cpu_ratio)),
        look.label("  mem "),
        figure(figures::load(backend.memory_ratio)),
        look.label("   share "),
        figure(part(backend.share_ratio)),
        look.label("  by weight "),
        figure(part(backend.expected_ratio)),
    ]
}

/// Why attempts failed in the last minute, and whether their requests went elsewhere.
fn failures<'a>(backend: &Backend, look: Look) -> Vec<Span<'a>> {
    let mut spans = vec![look.label(" failures ")];
    let recent: Vec<_> = backend.failures.iter().filter(|it| it.last_minute > 0).collect();
    for it in &recent {
        spans.push(look.text(Role::Muted, format!(" {} ", it.reason.replace('_', " "))));
        spans.push(look.figure(Role::Bad, &figures::whole(it.last_minute, 7)));
    }
    spans.push(look.label(if recent.is_empty() { " none" } else { "" }));
    spans.push(look.label(" in the last minute"));
    if backend.retried_away_total > 0 {
        spans.push(look.label("   retried elsewhere "));
        spans.push(look.figure(Role::Plain, &figures::whole(backend.retried_away_total, 9)));
    }
    spans
}

/// Its connections, and how much it takes at once.
fn connections<'a>(backend: &Backend, look: Look) -> Vec<Span<'a>> {
    let figure = |count: u32| look.figure(Role::Plain, &figures::whole(count.into(), 7));
    let mut spans =
        vec![look.label(" conns     "), figure(backend.connections), look.label(" open")];
    if let Some(idle) = backend.connections_idle {
        spans.extend([look.label("  "), figure(idle), look.label(" idle")]);
    }
    match backend.max_requests {
        Some(most) => spans.extend([look.label("   at most "), figure(most)]),
        None => spans.push(look.label("   as many requests as come")),
    }
    if backend.max_requests.is_some() {
        spans.push(look.label(" requests at once"));
    }
    spans
}

/// For how long its health is what it is.
fn since(backend: &Backend, scene: &Scene<'_>) -> String {
    if backend.health_since_ms == 0 {
        return String::new();
    }
    let age = duration::age(scene.snapshot.time_ms, backend.health_since_ms);
    format!("  for {}", duration::short(Duration::from_secs(age.as_secs())))
}

/// The newest events that concern it.
fn events<'a>(backend: &Backend, scene: &Scene<'a>) -> Vec<Vec<Span<'a>>> {
    let look = scene.look;
    let target = format!("backend/{}", backend.name);
    let concerns = |text: &str| text.split(',').any(|one| one.trim() == target);
    let events = scene.picture.events.iter().filter(|event| concerns(&event.target)).take(EVENTS);
    events
        .map(|event| {
            vec![
                look.label(" event     "),
                look.text(Role::Muted, figures::time_of_day(event.time_ms)),
                look.text(Role::Plain, format!("  {} ", event.what)),
                look.text(Role::Muted, format!(" {}", event.who)),
            ]
        })
        .collect()
}
