//! The columns of the table of limits.

use crate::{
    model::{Limit, LimitMode},
    output::columns::LIMIT,
    tui::{
        column::{Cell, Lens, Width, column},
        columns::Table,
        figures,
        theme::Role,
        widgets::sparkline::sparkline,
    },
};

/// Cells of a trend.
const TREND: u16 = 16;

/// The table of limits.
#[rustfmt::skip]
pub(crate) static TABLE: Table<Limit> = Table {
    fields: LIMIT,
    id: |limit| &limit.name,
    columns: &[
        column("RULE",   Width::Names(6, 24), 0, Some("name"),           |it, _| name(it)),
        column("KEY",    Width::Names(4, 14), 7, Some("key"),            |it, _| Cell::text(Role::Plain, it.key.as_str())),
        column("LIMIT",  Width::Names(6, 12), 1, None,                   |it, _| Cell::text(Role::Plain, it.rule.as_str())),
        column("MODE",   Width::Text(7),      5, Some("mode"),           |it, _| mode(it)),
        column("PASS/S", Width::Figure(7),    3, Some("passed_per_s"),   |it, _| Cell::figure(Role::Plain, figures::rate(it.passed_per_s, 6))),
        column("REJ/S",  Width::Figure(7),    2, Some("rejected_per_s"), |it, _| refused(it)),
        column("KEYS",   Width::Figure(7),    6, Some("keys"),           |it, _| Cell::figure(Role::Plain, figures::whole(it.keys, 6))),
        column("REJECTED", Width::Figure(10), 8, Some("rejected_total"), |it, _| Cell::figure(Role::Plain, figures::whole(it.rejected_total, 9))),
        column("TREND REJ", Width::Text(TREND), 4, None,                 trend),
        column("ROUTES", Width::Rest(10),     9, None,                   |it, _| Cell::text(Role::Muted, it.routes.join(", "))),
    ],
};

/// Refused per second; in shadow mode, what would have been.
pub(crate) fn refused(limit: &Limit) -> Cell {
    let per_s = limit.rejected_per_s + limit.would_reject_per_s;
    let role = match limit.mode {
        LimitMode::Enforce if limit.rejected_per_s > 0.0 => Role::Warn,
        _ => Role::Plain,
    };
    Cell::figure(role, figures::rate(per_s, 6))
}

/// What it refused over time.
pub(crate) fn trend(limit: &Limit, lens: &Lens<'_>) -> Cell {
    let row = lens.history.limit(&limit.name).map_or_else(String::new, |seen| {
        sparkline(lens.look, &seen.rejected, lens.timeline, usize::from(TREND))
    });
    Cell::text(Role::Warn, row)
}

/// Whether it differs from what the file says.
pub(crate) fn is_override(limit: &Limit) -> bool {
    limit.configured != limit.rule
}

/// Its name, starred where it differs from the file.
pub(crate) fn name(limit: &Limit) -> Cell {
    let star = if is_override(limit) { "*" } else { "" };
    Cell::text(Role::Plain, format!("{}{star}", limit.name))
}

fn mode(limit: &Limit) -> Cell {
    let role = if limit.mode == LimitMode::Shadow { Role::Accent } else { Role::Plain };
    Cell::text(role, limit.mode.word())
}
