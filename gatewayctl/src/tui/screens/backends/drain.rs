//! How does a drain go? In flight now and when it began, how much is done, and how long it may take.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use crate::{
    duration,
    model::{Backend, Drain, Standing},
    tui::{figures, screens::Scene, theme::Role, widgets::gauge::gauge, window::Window},
};

/// Less that is free is too little.
const TIGHT: f64 = 0.15;
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
        vec![look.label(" left       "), look.text(Role::Plain, kinds(backend))],
        vec![look.label(" oldest     "), look.text(Role::Plain, oldest(backend))],
        vec![look.label(" eta        "), look.text(Role::Plain, eta(backend))],
        vec![look.label(" asked by   "), look.text(Role::Plain, owner(backend))],
        vec![look.label(" reason     "), look.text(Role::Plain, told(&backend.standing_reason))],
        vec![look.label(" for        "), look.text(Role::Plain, since(backend, scene))],
        vec![look.label(" deadline   "), look.text(Role::Plain, deadline(backend, scene))],
        vec![look.label(" then       "), look.text(Role::Plain, then(backend).to_owned())],
        vec![look.label(" others     "), look.text(Role::Plain, others(backend, scene))],
        vec![look.label(" headroom   "), headroom(backend, scene)],
        keys(backend, scene),
    ];
    for (line, row) in (0..).zip(rows) {
        look.row(buffer, area, line, row);
    }
}

/// Draws it in a few rows; the room below.
pub(super) fn view_row(
    backend: &Backend,
    scene: &Scene<'_>,
    buffer: &mut Buffer,
    area: Rect,
) -> Rect {
    let look = scene.look;
    let width = usize::from(area.width / 4).min(22);
    let of = backend.in_flight_at_drain.map_or(String::new(), |count| format!(" of {count}"));
    let rows = [
        vec![
            Span::raw(format!(" {} ", gauge(look, done(backend), width))),
            look.figure(Role::Title, &figures::whole(backend.in_flight, 9)),
            look.text(Role::Plain, format!(" in flight{of}   eta {}", eta(backend))),
        ],
        vec![
            look.label(" oldest "),
            look.text(Role::Plain, oldest(backend)),
            look.text(Role::Plain, format!("   {}", kinds(backend))),
        ],
        vec![
            look.label(" deadline "),
            look.text(Role::Plain, deadline(backend, scene)),
            look.text(Role::Plain, format!("   others {}   ", others(backend, scene))),
            headroom(backend, scene),
        ],
        keys(backend, scene),
    ];
    let height = u16::try_from(rows.len()).unwrap_or(0).min(area.height.saturating_sub(3)).max(1);
    for (line, row) in (0..height).zip(rows) {
        look.row(buffer, area, line, row);
    }
    Rect { y: area.y + height, height: area.height - height, ..area }
}

/// The keys that act on it.
fn keys<'a>(backend: &Backend, scene: &Scene<'_>) -> Vec<Span<'a>> {
    let bell = if scene.bells.contains(&backend.name) { "no bell" } else { "bell" };
    let keys = [
        ("backend.enable", "enable"),
        ("backend.drain-longer", "+60s"),
        ("backend.kill", "kill"),
        ("backend.drain-bell", bell),
        ("operation.undo", "undo"),
    ];
    let look = scene.look;
    let said = |(action, word): (&'static str, &'static str)| {
        let key = format!(" {}", scene.keymap.label(action));
        let key = Span::styled(key, look.style(Role::Accent));
        [key, Span::raw(format!(" {word} "))]
    };
    keys.into_iter().flat_map(said).collect()
}

/// What the others of its pool took over: what it had in the minute before, as a part of theirs now.
fn others(backend: &Backend, scene: &Scene<'_>) -> String {
    let (snapshot, history) = (scene.snapshot, &scene.picture.history);
    let its = backend.standing_since_ms.zip(history.backend(&backend.name));
    let before: Vec<f64> = its.map_or_else(Vec::new, |(since_ms, seen)| {
        // The second in which it began is neither before nor after.
        seen.rps.columns(since_ms - 2_000, Window::Minute, 6).into_iter().flatten().collect()
    });
    let is_other = |it: &&Backend| it.pool == backend.pool && it.standing == Standing::Active;
    let theirs: f64 = snapshot.backends.iter().filter(is_other).map(|it| it.rps).sum();
    #[expect(clippy::cast_precision_loss, reason = "six at most")]
    let had = before.iter().sum::<f64>() / before.len().max(1) as f64;
    if before.is_empty() || theirs <= had {
        return figures::UNKNOWN.to_owned();
    }
    format!("take +{:.0}% rps", had / (theirs - had) * 100.0)
}

/// What is free in its pool, by what servers report.
fn headroom(backend: &Backend, scene: &Scene<'_>) -> Span<'static> {
    let pool = scene.snapshot.pools.iter().find(|it| it.name == backend.pool);
    match pool.and_then(|pool| pool.headroom_ratio) {
        None => scene.look.text(Role::Plain, figures::UNKNOWN),
        Some(free) => {
            let role = if free < TIGHT { Role::Bad } else { Role::Plain };
            let cpu = figures::load(Some(1.0 - free));
            scene.look.figure(role, &format!("{} free, cpu {cpu}", figures::load(Some(free))))
        }
    }
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

fn eta(backend: &Backend) -> String {
    if backend.in_flight == 0 {
        let word = if backend.standing == Standing::Draining { "drained" } else { "idle" };
        return format!("{word}: safe to work on");
    }
    match backend.drain.as_ref().and_then(|drain| drain.eta_s) {
        Some(eta_s) if (0.0..LONGEST).contains(&eta_s) => {
            let left = Duration::from_secs_f64(eta_s.ceil());
            format!("~{} (rate of the last 10 s)", duration::short(left))
        }
        _ => "none: in flight does not fall".to_owned(),
    }
}

fn kinds(backend: &Backend) -> String {
    let Some(drain) = &backend.drain else { return figures::UNKNOWN.to_owned() };
    let Drain { requests, streams, websockets, .. } = drain;
    format!("{requests} requests  {streams} streams  {websockets} ws")
}

fn oldest(backend: &Backend) -> String {
    let oldest = backend.drain.as_ref().and_then(|it| Some((it.oldest_ms?, &it.oldest_path)));
    oldest.map_or_else(
        || figures::UNKNOWN.to_owned(),
        |(ms, path)| format!("{} {path}", duration::short(Duration::from_secs(ms / 1000))),
    )
}

/// What happens to what is left, and in how long.
fn deadline(backend: &Backend, scene: &Scene<'_>) -> String {
    let Some(drain) = backend.drain.as_ref() else { return figures::UNKNOWN.to_owned() };
    let Some(at_ms) = drain.deadline_ms() else { return figures::UNKNOWN.to_owned() };
    let now_ms = scene.snapshot.time_ms;
    let follows = match drain.on_deadline.as_str() {
        "kill" => "then closed",
        "undo" => "then enabled again",
        _ => "then waited for",
    };
    if at_ms <= now_ms {
        return format!("over, {}", follows.trim_start_matches("then "));
    }
    format!("{} {follows}", duration::short(duration::age(at_ms, now_ms)))
}

fn then(backend: &Backend) -> &str {
    backend.drain.as_ref().map_or(figures::UNKNOWN, |drain| told(&drain.then))
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
