//! How does a drain go? In flight now and when it began, how much is done, and how long it may take.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use crate::{
    duration,
    model::{Backend, Standing},
    tui::{figures, screens::Scene, theme::Role, widgets::gauge::gauge},
};

/// The slope of the last seconds tells how long it may take.
const SLOPE: Duration = Duration::from_secs(10);
/// A longer guess is no guess.
const LONGEST: f64 = 24.0 * 3600.0;

/// Draws it in a column.
pub(super) fn view(backend: &Backend, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let width = usize::from(area.width).saturating_sub(14).min(24);
    let started = backend
        .in_flight_at_drain
        .map_or(String::new(), |count| format!("  (started at {})", figures::whole(count, 9)));
    let rows = [
        vec![
            look.label(" in flight  "),
            look.figure(Role::Title, &figures::whole(backend.in_flight, 9)),
            look.text(Role::Muted, started),
        ],
        vec![
            Span::raw(format!(" {} ", gauge(look, done(backend), width))),
            look.figure(Role::Plain, &format!("{:.0}%", done(backend) * 100.0)),
            look.label(" done"),
        ],
        vec![look.label(" eta        "), look.text(Role::Plain, eta(backend, scene))],
        vec![look.label(" asked by   "), look.text(Role::Plain, owner(backend))],
        vec![look.label(" reason     "), look.text(Role::Plain, told(&backend.standing_reason))],
        vec![look.label(" for        "), look.text(Role::Plain, since(backend, scene))],
        vec![],
        vec![look.text(Role::Muted, " in-flight requests are never cut off")],
        vec![Span::styled(" e", look.style(Role::Accent)), Span::raw(" enable again")],
    ];
    for (line, row) in (0..).zip(rows) {
        look.row(buffer, area, line, row);
    }
}

/// Draws it in one row; the room below.
pub(super) fn view_row(
    backend: &Backend,
    scene: &Scene<'_>,
    buffer: &mut Buffer,
    area: Rect,
) -> Rect {
    let look = scene.look;
    let width = usize::from(area.width / 4).min(22);
    let of = backend.in_flight_at_drain.map_or(String::new(), |count| format!(" of {count}"));
    let row = vec![
        Span::raw(format!(" {} ", gauge(look, done(backend), width))),
        look.figure(Role::Title, &figures::whole(backend.in_flight, 9)),
        look.text(Role::Plain, format!(" in flight{of}   eta {}", eta(backend, scene))),
    ];
    look.row(buffer, area, 0, row);
    Rect { y: area.y + 1, height: area.height - 1, ..area }
}

/// The part of what was in flight that has ended, 0..=1.
#[expect(clippy::cast_precision_loss, reason = "figures of a gateway stay far below 2^52")]
fn done(backend: &Backend) -> f64 {
    match backend.in_flight_at_drain {
        Some(started) if started > 0 => (1.0 - backend.in_flight as f64 / started as f64).max(0.0),
        _ if backend.in_flight == 0 => 1.0,
        _ => 0.0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures of a gateway stay far below 2^52")]
fn eta(backend: &Backend, scene: &Scene<'_>) -> String {
    if backend.in_flight == 0 {
        let word = if backend.standing == Standing::Draining { "drained" } else { "idle" };
        return format!("{word}: safe to work on");
    }
    let seen = scene.picture.history.backend(&backend.name);
    match seen.and_then(|seen| seen.in_flight.slope_per_s(SLOPE)) {
        Some(slope) if slope < 0.0 && backend.in_flight as f64 / -slope < LONGEST => {
            let left = Duration::from_secs_f64((backend.in_flight as f64 / -slope).ceil());
            format!("~{} (rate of the last 10 s)", duration::short(left))
        }
        _ => "none: in flight does not fall".to_owned(),
    }
}

fn owner(backend: &Backend) -> &str {
    told(&backend.standing_owner)
}

fn told(text: &str) -> &str {
    if text.is_empty() { figures::UNKNOWN } else { text }
}

fn since(backend: &Backend, scene: &Scene<'_>) -> String {
    backend.standing_since_ms.map_or_else(
        || figures::UNKNOWN.to_owned(),
        |since_ms| duration::short(duration::age(scene.snapshot.time_ms, since_ms)),
    )
}
