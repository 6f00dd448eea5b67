//! One request in full: what it was, where its time went, and each of its attempts.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{State, columns};
use crate::{
    model::{Served, Tried},
    tui::{figures, look::Look, screens::Scene, theme::Role},
};

/// Its title.
pub(super) fn title(state: &State, scene: &Scene<'_>) -> String {
    let key = scene.keymap.label("traffic.pin");
    match (state.shown(), &state.pinned) {
        (None, _) => "Request".to_owned(),
        (Some(it), None) => format!("Request {}  ({key} to pin)", it.name()),
        (Some(it), Some(_)) => format!("Request {}  PINNED, {key} lets go", it.name()),
    }
}

/// Draws it, the most important first.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let Some(it) = state.shown() else {
        look.row(buffer, area, 0, vec![look.text(Role::Muted, " no request is chosen")]);
        return;
    };
    let keys = |action| scene.keymap.label(action);
    let (backend, client) = (keys("traffic.backend"), keys("traffic.client"));
    let width = usize::from(area.width);
    let mut rows = vec![asked(it, look, width), came(it, look), times(it, look)];
    rows.extend(attempts(it, look));
    rows.push(rest(it, look));
    let ways = format!(" {backend} go to backend   {client} go to client");
    rows.push(vec![look.text(Role::Muted, ways)]);
    for (line, row) in (0..area.height).zip(rows) {
        look.row(buffer, area, line, row);
    }
}

/// Draws it in two rows.
pub(super) fn draw_short(state: &State, look: Look, buffer: &mut Buffer, area: Rect) {
    let Some(it) = state.shown() else { return };
    let mut first = asked(it, look, usize::from(area.width).saturating_sub(32));
    let (into, out) = (bytes(it.in_bytes), bytes(it.out_bytes));
    let ttfb = columns::tenths(it.ttfb_ms, 7);
    let total = columns::tenths(Some(it.total_ms), 7);
    let more = format!("  ttfb {ttfb} total {total}ms in {into} out {out}");
    first.push(look.text(Role::Muted, more));
    look.row(buffer, area, 0, first);
    let tries = attempts(it, look).into_iter().next();
    look.row(buffer, area, 1, tries.unwrap_or_else(|| came(it, look)));
}

fn asked<'a>(it: &Served, look: Look, width: usize) -> Vec<Span<'a>> {
    let asked = format!(" {} {}", it.method, columns::path(it));
    vec![
        look.text(columns::role(it), format!(" {:>3}", columns::status(it))),
        look.text(Role::Title, look.cut_end(&asked, width.saturating_sub(4))),
    ]
}

fn came<'a>(it: &Served, look: Look) -> Vec<Span<'a>> {
    let tls = if it.tls.is_empty() { String::new() } else { format!(" tls {}", it.tls) };
    let agent = if it.agent.is_empty() { String::new() } else { format!("  agent {}", it.agent) };
    let words = format!(" {}{tls}  from {}  to {}{agent}", it.protocol, it.client, it.host);
    vec![look.text(Role::Plain, words)]
}

fn times<'a>(it: &Served, look: Look) -> Vec<Span<'a>> {
    let ms = |ms: Option<f64>| columns::tenths(ms, 8);
    let reused = it.attempts.last().is_some_and(|last| last.reused);
    let connect = if reused { "reused".to_owned() } else { ms(it.connect_ms) };
    let known = [it.queue_ms, it.connect_ms, it.ttfb_ms].into_iter().flatten().sum::<f64>();
    // With several attempts the rest is theirs too.
    let rest = (it.attempts.len() == 1).then(|| (it.total_ms - known).max(0.0));
    let parts = [
        ("queue", ms(it.queue_ms)),
        ("connect", connect),
        ("ttfb", ms(it.ttfb_ms)),
        ("rest", ms(rest)),
        ("total", format!("{} ms", ms(Some(it.total_ms)))),
    ];
    let spans = parts.into_iter().flat_map(|(label, text)| {
        [look.text(Role::Muted, format!(" {label} ")), look.text(Role::Plain, format!("{text} "))]
    });
    spans.collect()
}

/// All attempts in a row; or why there was none.
fn attempts<'a>(it: &Served, look: Look) -> Vec<Vec<Span<'a>>> {
    if it.attempts.is_empty() {
        let why = if it.why().is_empty() { "the gateway itself" } else { it.why() };
        return vec![vec![look.text(Role::Warn, format!(" no attempt: {why}"))]];
    }
    let spans = (1..).zip(&it.attempts).flat_map(|(number, tried)| attempt(number, tried, look));
    vec![spans.collect()]
}

fn attempt<'a>(number: usize, it: &Tried, look: Look) -> [Span<'a>; 3] {
    let failed = it.ended.parse::<u32>().map_or(true, |status| status >= 500);
    let role = if failed { Role::Bad } else { Role::Ok };
    [
        look.text(Role::Muted, format!(" attempt {number} ")),
        look.text(Role::Title, it.backend.clone()),
        look.text(role, format!(" {} {} ms  ", it.ended, columns::tenths(Some(it.took_ms), 8))),
    ]
}

fn rest<'a>(it: &Served, look: Look) -> Vec<Span<'a>> {
    let told = [
        ("route", it.route.as_str()),
        ("pool", &it.pool),
        ("rule", it.why()),
        ("request", &it.request_id),
        ("trace", &it.trace_id),
    ];
    let told = told.into_iter().filter(|(_, text)| !text.is_empty());
    let told: String = told.map(|(label, text)| format!("  {label} {text}")).collect();
    let words = format!(" in {}  out {}{told}", bytes(it.in_bytes), bytes(it.out_bytes));
    vec![look.text(Role::Plain, words)]
}

fn bytes(count: u64) -> String {
    if count < 1024 { format!("{count} B") } else { figures::bytes(count) }
}
