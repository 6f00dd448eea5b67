//! The gateway's figures in one row, as many as fit, the most telling first.

use ratatui::text::{Line, Span};

use crate::tui::{figures, look::Look, screens::Scene, theme::Role};

/// The figures in at most `width` cells.
pub(crate) fn figures_row(scene: &Scene<'_>, width: usize) -> Vec<Span<'static>> {
    let look = scene.look;
    let mut row = vec![Span::raw(" ")];
    for group in groups(scene, look, width) {
        let used = Line::from(row.clone()).width();
        if used + Line::from(group.clone()).width() > width {
            break;
        }
        row.extend(group);
    }
    row
}

fn groups(scene: &Scene<'_>, look: Look, width: usize) -> Vec<Vec<Span<'static>>> {
    let totals = &scene.snapshot.totals;
    let gap = if width >= 100 { "   " } else { "  " };
    let group = |label: &'static str, role: Role, text: String, unit: &'static str| {
        let unit = if text == figures::UNKNOWN { "" } else { unit };
        vec![look.label(label), look.figure(role, &text), look.label(unit), Span::raw(gap)]
    };
    let errors = totals.error_ratio;
    let bad = match errors {
        Some(ratio) if ratio >= 0.01 => Role::Bad,
        Some(ratio) if ratio > 0.0 => Role::Warn,
        _ => Role::Plain,
    };
    let refused = if totals.rejected_per_s > 0.0 { Role::Warn } else { Role::Plain };
    vec![
        group("rps ", Role::Title, figures::rate(totals.rps, 7), ""),
        group("p99 ", Role::Plain, figures::latency(totals.p99_ms), ""),
        group("5xx ", bad, figures::percent(errors), "%"),
        group("rej ", refused, figures::rate(totals.rejected_per_s, 6), "/s"),
        group("in flight ", Role::Plain, figures::whole(totals.in_flight, 6), ""),
        group("p50 ", Role::Plain, figures::latency(totals.p50_ms), ""),
        group("4xx ", Role::Plain, figures::percent(totals.client_error_ratio), "%"),
        group("conns ", Role::Plain, figures::whole(totals.connections, 7), ""),
        group("host cpu ", Role::Plain, figures::load(totals.cpu_ratio), ""),
        group("mem ", Role::Plain, figures::bytes(totals.rss_bytes), ""),
    ]
}
