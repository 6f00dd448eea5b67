//! The columns of requests, for terminals of three widths.

use super::Row;
use crate::{
    model::Served,
    tui::{
        column::{Cell, Column, EXTRA, Width, unsorted},
        columns::Table,
        figures,
        theme::Role,
    },
};

const TIME: Column<Row> = unsorted("TIME", Width::Text(12), 0, |it, _| {
    Cell::text(Role::Muted, figures::precise_time_of_day(it.served.time_ms))
});
/// Seconds alone, where cells are few.
const SECONDS: Column<Row> = unsorted("TIME", Width::Text(6), 0, |it, _| {
    let time = figures::precise_time_of_day(it.served.time_ms);
    Cell::text(Role::Muted, time.get(6..).unwrap_or(figures::UNKNOWN))
});
const CLIENT: Column<Row> = unsorted("CLIENT", Width::Names(9, 21), 2, |it, _| {
    Cell::text(Role::Plain, it.served.client.as_str())
});
const METHOD: Column<Row> = unsorted("M", Width::Names(4, 7), 4, |it, _| {
    Cell::text(Role::Plain, it.served.method.as_str())
});
const PATH: Column<Row> =
    unsorted("PATH", Width::Rest(12), 1, |it, _| Cell::text(Role::Plain, path(&it.served)));
const STATUS: Column<Row> =
    unsorted("ST", Width::Figure(3), 1, |it, _| Cell::text(role(&it.served), status(&it.served)));
const TOTAL: Column<Row> = unsorted("MS", Width::Figure(8), 3, |it, _| {
    Cell::text(Role::Plain, tenths(Some(it.served.total_ms), 8))
});
/// The same with fewer digits.
const MS: Column<Row> = unsorted("MS", Width::Figure(6), 3, |it, _| {
    Cell::text(Role::Plain, tenths(Some(it.served.total_ms), 6))
});
const UPSTREAM: Column<Row> = unsorted("UP MS", Width::Figure(7), 6, |it, _| {
    let last = it.served.attempts.last();
    Cell::text(Role::Plain, tenths(last.map(|last| last.took_ms), 7))
});
const BACKEND: Column<Row> = unsorted("BACKEND", Width::Names(7, 14), 2, |it, _| {
    Cell::text(Role::Title, dash(&it.served.backend))
});
/// Who answered: a backend, or else why none did.
const ANSWERED: Column<Row> = unsorted("BACKEND", Width::Names(7, 14), 2, |it, _| {
    let it = &it.served;
    Cell::text(Role::Title, dash(if it.backend.is_empty() { it.why() } else { &it.backend }))
});
const RULE: Column<Row> =
    unsorted("RULE", Width::Names(4, 18), 5, |it, _| Cell::text(Role::Warn, dash(it.served.why())));
const TRIES: Column<Row> = unsorted("TRY", Width::Figure(3), 7, |it, _| {
    let tries = it.served.attempts.len();
    let text = if tries == 0 { figures::UNKNOWN.to_owned() } else { tries.to_string() };
    Cell::text(if tries > 1 { Role::Warn } else { Role::Muted }, text)
});

/// The tables for terminals of at least so many cells, the widest first.
static TABLES: [(u16, Table<Row>); 3] = [
    (100, table(&[TIME, CLIENT, METHOD, PATH, STATUS, TOTAL, UPSTREAM, BACKEND, RULE, TRIES])),
    (
        60,
        table(&[
            SECONDS,
            CLIENT,
            METHOD,
            PATH,
            STATUS,
            MS,
            ANSWERED,
            extra(UPSTREAM),
            extra(RULE),
            extra(TRIES),
        ]),
    ),
    (
        0,
        table(&[
            SECONDS,
            STATUS,
            MS,
            PATH,
            extra(ANSWERED),
            extra(CLIENT),
            extra(METHOD),
            extra(UPSTREAM),
            extra(RULE),
            extra(TRIES),
        ]),
    ),
];

/// The same for those who look for it.
const fn extra(column: Column<Row>) -> Column<Row> {
    Column { rank: EXTRA, ..column }
}

const fn table(columns: &'static [Column<Row>]) -> Table<Row> {
    Table { fields: &[], id: |row| &row.id, columns }
}

/// The table with every column.
pub(crate) fn widest() -> &'static Table<Row> {
    &TABLES[0].1
}

/// The table for a terminal of this width.
pub(super) fn of_width(width: u16) -> &'static Table<Row> {
    let fits = TABLES.iter().find(|(least, _)| width >= *least);
    fits.map_or(&TABLES[2].1, |(_, table)| table)
}

/// The path, or that there is none to tell.
pub(super) fn path(it: &Served) -> String {
    if it.method.is_empty() { "(unreadable)".to_owned() } else { it.target() }
}

/// The status, or that there was none.
pub(super) fn status(it: &Served) -> String {
    it.status.map_or_else(|| figures::UNKNOWN.to_owned(), |status| status.to_string())
}

/// How a status looks.
pub(super) fn role(it: &Served) -> Role {
    match it.status {
        Some(..=399) => Role::Plain,
        Some(400..=499) => Role::Warn,
        Some(500..) | None => Role::Bad,
    }
}

/// Milliseconds with a decimal, as long as there is room: `9.0`, `31.0`, `12,345`.
pub(super) fn tenths(ms: Option<f64>, width: usize) -> String {
    let Some(ms) = ms else { return figures::UNKNOWN.to_owned() };
    let text = format!("{ms:.1}");
    if text.len() <= width { text } else { figures::count(ms, width) }
}

fn dash(text: &str) -> &str {
    if text.is_empty() { figures::UNKNOWN } else { text }
}
