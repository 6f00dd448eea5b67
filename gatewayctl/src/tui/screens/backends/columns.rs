//! The columns of the table of backends. A new column is a row here.

use crate::{
    model::{Backend, State, Value},
    output::{self, columns::BACKEND},
    tui::{
        column::{Cell, EXTRA, Lens, Width, column},
        columns::Table,
        figures,
        screens::staged::Standing,
        theme::Role,
        widgets::sparkline::sparkline,
    },
};

/// Cells of a trend.
const TREND: u16 = 16;

/// The table of backends.
#[rustfmt::skip]
pub(crate) static TABLE: Table<Backend> = Table {
    fields: BACKEND,
    id: |backend| &backend.name,
    columns: &[
        column("ST",     Width::Text(7),      0,  Some("state"),       state),
        column("NAME",   Width::Names(5, 24), 1,  Some("name"),        |it, _| Cell::text(Role::Plain, it.name.as_str())),
        column("POOL",   Width::Names(4, 12), 10, Some("pool"),        |it, _| Cell::text(Role::Plain, it.pool.as_str())),
        column("WEIGHT", Width::Text(8),      6,  Some("weight"),      weight),
        column("RPS",    Width::Figure(7),    2,  Some("rps"),         |it, _| Cell::figure(Role::Plain, figures::rate(it.rps, 6))),
        column("INFL",   Width::Figure(6),    5,  Some("in_flight"),   |it, _| Cell::figure(Role::Plain, figures::whole(it.in_flight, 5))),
        column("P50",    Width::Figure(6),    9,  Some("p50_ms"),      |it, _| Cell::figure(Role::Plain, figures::ms(it.p50_ms, 5))),
        column("P99",    Width::Figure(6),    4,  Some("p99_ms"),      |it, _| Cell::figure(Role::Plain, figures::ms(it.p99_ms, 5))),
        column("ERR%",   Width::Figure(6),    3,  Some("error_ratio"), |it, _| Cell::figure(errors(it.error_ratio), figures::percent(it.error_ratio))),
        column("CPU",    Width::Figure(5),    8,  Some("cpu_ratio"),   |it, _| Cell::figure(Role::Plain, figures::load(it.cpu_ratio))),
        column("NOTE",   Width::Rest(14),     7,  None,                note),
        column("TREND",  Width::Text(TREND),  11, None,                trend),
        column("P90",    Width::Figure(6),    EXTRA, Some("p90_ms"),   |it, _| Cell::figure(Role::Plain, figures::ms(it.p90_ms, 5))),
        column("SHARE",  Width::Figure(6),    EXTRA, Some("share_ratio"), |it, _| Cell::figure(Role::Plain, it.share_ratio.map_or_else(|| figures::UNKNOWN.to_owned(), figures::share))),
        column("HEALTH", Width::Text(9),      EXTRA, Some("health"),   |it, _| Cell::text(Role::Plain, it.health.word())),
        column("ADDRESS", Width::Names(9, 24), EXTRA, Some("address"), |it, _| Cell::text(Role::Muted, it.address.as_str())),
    ],
};

/// A state's word with its glyph, and how it looks.
pub(crate) fn state_words(backend: &Backend, lens: &Lens<'_>) -> (Role, String) {
    let (role, glyph, word) = match backend.state() {
        State::Up => (Role::Ok, 0, "UP"),
        State::Drain if backend.is_drained() => (Role::Accent, 1, "EMPTY"),
        State::Drain => (Role::Warn, 1, "DRAIN"),
        State::New => (Role::Accent, 2, "NEW"),
        State::Down => (Role::Bad, 3, "DOWN"),
        State::Ejected => (Role::Bad, 3, "EJECT"),
        State::Maint => (Role::Warn, 4, "MAINT"),
    };
    match lens.look.glyphs.states[glyph] {
        "" => (role, word.to_owned()),
        glyph => (role, format!("{glyph} {word}")),
    }
}

/// How a part of errors looks.
pub(crate) fn errors(ratio: Option<f64>) -> Role {
    match ratio {
        Some(ratio) if ratio >= 0.01 => Role::Bad,
        Some(ratio) if ratio > 0.0 => Role::Warn,
        _ => Role::Plain,
    }
}

fn state(backend: &Backend, lens: &Lens<'_>) -> Cell {
    let (role, words) = state_words(backend, lens);
    if lens.look.stale {
        return Cell::text(
            Role::Muted,
            format!("~{}", words.trim_start_matches(|c: char| !c.is_ascii_alphabetic())),
        );
    }
    Cell::text(role, words)
}

/// `100`, `100>0` when the balancer uses another, `100*90` staged, `100!90` overtaken.
fn weight(backend: &Backend, lens: &Lens<'_>) -> Cell {
    let Backend { weight, effective_weight, .. } = backend;
    match lens.staged.of(backend) {
        Some(Standing::Ready(staged)) => Cell::text(Role::Accent, format!("{weight}*{staged}")),
        Some(Standing::Overtaken(staged)) => Cell::text(Role::Warn, format!("{weight}!{staged}")),
        None if weight == effective_weight => Cell::text(Role::Plain, weight.to_string()),
        None => Cell::text(Role::Muted, format!("{weight}>{effective_weight}")),
    }
}

fn note(backend: &Backend, lens: &Lens<'_>) -> Cell {
    match lens.staged.of(backend) {
        Some(Standing::Ready(_)) => return Cell::text(Role::Accent, "staged"),
        Some(Standing::Overtaken(_)) => return Cell::text(Role::Warn, "staged, overtaken"),
        None => {}
    }
    let words = words(backend, lens.now_ms);
    match backend.state() {
        State::Down | State::Ejected => Cell::text(Role::Bad, words),
        // Nothing to note: the last check, for those who look for it.
        _ if words.is_empty() => Cell::text(Role::Muted, backend.health_reason.as_str()),
        _ => Cell::text(Role::Plain, words),
    }
}

/// Why it is in its state, as the command line says it.
pub(crate) fn words(backend: &Backend, now_ms: i64) -> String {
    let field = output::find_column(BACKEND, "note");
    match field.map(|field| (field.value)(backend, now_ms)) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}

fn trend(backend: &Backend, lens: &Lens<'_>) -> Cell {
    let row = lens.history.backend(&backend.name).map_or_else(String::new, |seen| {
        sparkline(lens.look, &seen.rps, lens.timeline, usize::from(TREND))
    });
    Cell::text(Role::Accent, row)
}
