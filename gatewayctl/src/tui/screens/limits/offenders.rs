//! Whom the chosen rule refuses: by client, by key or by path, most first.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Panel, State};
use crate::{
    duration,
    model::{Grouping, Rejection},
    output::columns::REJECTION,
    tui::{
        column::{Cell, Column, Lens, Width},
        columns::Table,
        figures,
        picture::Picture,
        screens::Scene,
        theme::Role,
        widgets::panel,
    },
};

/// The table of offenders.
#[rustfmt::skip]
pub(crate) static OFFENDERS: Table<Rejection> = Table {
    fields: REJECTION,
    id,
    columns: &[
        Column { title: "WHO",       width: Width::Names(12, 40), rank: 0, key: None, cell: |it, _| Cell::text(Role::Plain, id(it)) },
        Column { title: "REJ/S",     width: Width::Figure(7),     rank: 1, key: None, cell: |it, _| Cell::figure(Role::Warn, figures::rate(it.rejected_per_s, 6)) },
        Column { title: "PASS/S",    width: Width::Figure(7),     rank: 2, key: None, cell: |it, _| Cell::figure(Role::Plain, figures::rate(it.passed_per_s, 6)) },
        Column { title: "SINCE",     width: Width::Figure(7),     rank: 3, key: None, cell: |it, lens| since(it, lens) },
        Column { title: "NOTE",      width: Width::Rest(10),      rank: 4, key: None, cell: |it, lens| note(it, lens) },
    ],
};

/// What a row is known by: whichever is told apart.
pub(super) fn id(row: &Rejection) -> &str {
    [&row.client, &row.key, &row.path].into_iter().find(|it| !it.is_empty()).map_or("", |it| it)
}

/// The rows of the chosen rule, most refused first.
pub(super) fn rows<'a>(state: &State, picture: &'a Picture) -> Vec<&'a Rejection> {
    let (Some(rule), Some((by, found))) = (state.list.selected(), &picture.lore.rejections) else {
        return Vec::new();
    };
    // What was added up by something else is not taken for an answer.
    found.iter().filter(|row| *by == state.by && row.rule == rule).collect()
}

/// What the rows are known by.
pub(super) fn ids<'a>(rows: &[&'a Rejection]) -> Vec<&'a str> {
    rows.iter().map(|row| id(row)).collect()
}

/// What rejections are added up by after `by`.
pub(super) const fn next(by: Grouping) -> Grouping {
    match by {
        Grouping::Client | Grouping::Rule => Grouping::Key,
        Grouping::Key => Grouping::Path,
        Grouping::Path => Grouping::Client,
    }
}

/// Draws them.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let rows = rows(state, scene.picture);
    let here = state.panel == Panel::Offenders;
    let sign = if here { format!("{} ", look.glyphs.here) } else { String::new() };
    let word = match state.by {
        Grouping::Client | Grouping::Rule => "client",
        Grouping::Key => "key",
        Grouping::Path => "path",
    };
    let rule = state.list.selected().unwrap_or("no limit");
    let rest = usize::from(area.height).saturating_sub(2);
    let more = rows.len().saturating_sub(rest);
    let more = if more > 0 { format!("  {more} more below") } else { String::new() };
    let error = error(&rows);
    let title = format!("{sign}Top offenders of {rule} by {word} (1m){more}{error}");
    let room = panel::panel(look, buffer, area, &title);
    if rows.is_empty() {
        look.row(buffer, room, 0, vec![look.text(Role::Muted, emptiness(state, scene))]);
        return;
    }
    let list = if here { state.offenders.clone() } else { state.offenders.aside() };
    OFFENDERS.draw(buffer, room, &rows, &list, &scene.lens());
}

fn emptiness(state: &State, scene: &Scene<'_>) -> String {
    let lore = &scene.picture.lore;
    match (&lore.rejections, &lore.trouble) {
        (None, Some(error)) => format!(" not known: {}", error.message),
        (None, None) => " asking the gateway".to_owned(),
        (Some((by, _)), _) if *by != state.by => " asking the gateway".to_owned(),
        (Some(_), _) => " nobody was refused by it in the last minute".to_owned(),
    }
}

/// By how much rates may be too high, where that is worth a word.
fn error(rows: &[&Rejection]) -> String {
    let most = rows.iter().map(|row| row.error_per_s).fold(0.0, f64::max);
    let worth = most >= 0.05;
    if worth {
        format!("  rates at most {} too high", figures::rate(most, 6))
    } else {
        String::new()
    }
}

fn since(row: &Rejection, lens: &Lens<'_>) -> Cell {
    let length = duration::age(lens.now_ms, row.since_ms);
    Cell::figure(Role::Plain, duration::short(length))
}

/// Whether it is blocked already, or what else is told of it.
fn note(row: &Rejection, lens: &Lens<'_>) -> Cell {
    if lens.blocked.iter().any(|block| block.covers(&row.client)) {
        return Cell::text(Role::Warn, "blocked");
    }
    let rest = [&row.key, &row.path].into_iter().filter(|it| !it.is_empty() && *it != id(row));
    let words: Vec<&str> = rest.map(String::as_str).collect();
    Cell::text(Role::Muted, words.join("  "))
}
