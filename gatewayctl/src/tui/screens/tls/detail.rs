//! One certificate in full: for whom it is, what came of its files, and who vouches for it.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::columns::{Standing, left, read_words};
use crate::{
    model::Certificate,
    output::columns::common_name,
    safe_text::safe_text,
    tui::{figures, look::Look, screens::Scene, theme::Role, widgets::panel},
};

/// Cells of the labels.
const LABEL: usize = 11;

/// Draws it.
pub(super) fn draw(it: &Certificate, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let title = format!("{}  served by {}", it.name, it.served_by);
    let room = panel::panel(look, buffer, area, &title);
    let rows = rows(it, scene, usize::from(room.width));
    for (line, row) in (0..).zip(rows) {
        look.row(buffer, room, line, row);
    }
}

/// What matters most comes first: what is below is cut on a small terminal.
fn rows(it: &Certificate, scene: &Scene<'_>, width: usize) -> Vec<Vec<Span<'static>>> {
    let (look, now_ms) = (scene.look, scene.snapshot.time_ms);
    let mut rows = Vec::new();
    let mut add = |label, role, text: &str| rows.extend(row(look, label, role, text, width));
    if !it.refused.is_empty() {
        let why = format!("the new files are not served: {}", it.refused);
        add("refused", Role::Warn, &why);
    }
    add("names", Role::Title, &told(&it.names.join("  ")));
    let standing = Standing::of(it, now_ms);
    let until =
        format!("{}  {} left", figures::date_time(it.expires_ms), left(it.expires_ms, now_ms));
    add("until", if standing == Standing::Good { Role::Plain } else { standing.role() }, &until);
    add("from", Role::Plain, &figures::date_time(it.not_before_ms));
    add("issuer", Role::Plain, &told(&it.issuer));
    let file = if it.self_signed { "made by the gateway, in " } else { "" };
    add("file", Role::Plain, &format!("{file}{}", told(&it.source)));
    add("last read", Role::Plain, &read_words(it, now_ms));
    rows.extend(chain(it, scene));
    let mut add = |label, role, text: &str| rows.extend(row(look, label, role, text, width));
    add("key", Role::Plain, &told(&it.key));
    add("serial", Role::Muted, &told(&it.serial));
    add("sha-256", Role::Muted, &told(&it.fingerprint));
    add("ocsp", Role::Muted, "-  nothing is stapled");
    rows
}

/// Who vouches for it, one below the other.
fn chain(it: &Certificate, scene: &Scene<'_>) -> Vec<Vec<Span<'static>>> {
    let (look, now_ms) = (scene.look, scene.snapshot.time_ms);
    let mut rows = Vec::new();
    for (depth, link) in it.chain.iter().enumerate() {
        let label = if depth == 0 { "chain" } else { "" };
        let indent = "  ".repeat(depth.min(8));
        let name = common_name(&link.subject);
        let until = format!("  until {}  ", figures::date_time(link.expires_ms));
        let role = if link.expires_ms > now_ms { Role::Plain } else { Role::Bad };
        rows.push(vec![
            label_span(look, label),
            look.text(Role::Title, format!("{indent}{name}")),
            look.text(role, format!("{until}{} left", left(link.expires_ms, now_ms))),
        ]);
    }
    let last = it.chain.last().map_or(it.issuer.as_str(), |link| link.issuer.as_str());
    let end = match it.chain.last() {
        Some(link) if link.subject == link.issuer => "which vouches for itself".to_owned(),
        None if it.subject == it.issuer => "nobody else vouches for it".to_owned(),
        _ => format!("signed by {}, which clients have to know", common_name(last)),
    };
    let label = if it.chain.is_empty() { "chain" } else { "" };
    let indent = "  ".repeat(it.chain.len().min(8));
    rows.push(vec![label_span(look, label), look.text(Role::Muted, format!("{indent}{end}"))]);
    rows
}

fn label_span(look: Look, label: &str) -> Span<'static> {
    Span::styled(format!(" {label:<LABEL$}"), look.style(Role::Muted))
}

fn told(text: &str) -> String {
    if text.is_empty() { figures::UNKNOWN.to_owned() } else { text.to_owned() }
}

fn row(
    look: Look,
    label: &'static str,
    role: Role,
    text: &str,
    width: usize,
) -> Vec<Vec<Span<'static>>> {
    // What comes from outside is spelled out before it is broken into rows.
    let text = safe_text(text);
    let wrapped = panel::wrapped(&text, width.saturating_sub(LABEL + 2)).into_iter().enumerate();
    wrapped
        .map(|(at, text)| {
            let label = if at == 0 { label } else { "" };
            vec![label_span(look, label), look.text(role, text)]
        })
        .collect()
}
