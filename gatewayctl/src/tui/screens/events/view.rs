//! How Events looks: the list, the chosen event in full, and what is not as the file says.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Panel, Row, State, detail, differences};
use crate::{
    model::{Event, Severity},
    tui::{
        column::{Cell, Column, EXTRA, Width, unsorted},
        columns::Table,
        figures,
        screens::Scene,
        theme::Role,
        widgets::panel::{self, Rest},
    },
};

/// Rows of the chosen event.
const DETAIL: u16 = 8;
/// The most rows of what differs from the file, with its titles.
const DIFFERENCES: u16 = 8;

const TIME: Column<Row> = unsorted("TIME", Width::Text(8), 0, |it, _| {
    Cell::text(Role::Muted, figures::time_of_day(it.event.time_ms))
});
const SEVERITY: Column<Row> = unsorted("SEV", Width::Text(5), 3, |it, _| severity(&it.event));
const KIND: Column<Row> =
    unsorted("KIND", Width::Text(7), 5, |it, _| Cell::text(Role::Plain, it.event.kind.as_str()));
const WHO: Column<Row> =
    unsorted("WHO", Width::Names(3, 14), 4, |it, _| Cell::text(Role::Plain, it.event.who.as_str()));
/// The same where cells are few.
const WHO_FIRST: Column<Row> =
    unsorted("WHO", Width::Names(3, 6), 3, |it, _| Cell::text(Role::Plain, it.event.who.as_str()));
const TARGET: Column<Row> =
    unsorted("TARGET", Width::Names(6, 24), 1, |it, _| Cell::text(Role::Title, it.target()));
/// What stands behind the kind, where cells are few: `app-1` of `backend/app-1`.
const NAME: Column<Row> = unsorted("TARGET", Width::Names(6, 14), 1, |it, _| {
    let target = it.target();
    let name = target.split_once('/').map_or(target.as_str(), |(_, name)| name);
    Cell::text(Role::Title, name)
});
const WHAT: Column<Row> = unsorted("WHAT", Width::Rest(8), 2, |it, _| {
    Cell::text(role(it.event.severity), it.event.what.as_str())
});
/// The same with a sign where its severity has no column.
const SIGNED: Column<Row> = unsorted("WHAT", Width::Rest(8), 2, |it, lens| {
    let severity = it.event.severity;
    let sign = match severity {
        Severity::Info => String::new(),
        bad => format!("{} ", lens.look.glyphs.alerts[usize::from(bad == Severity::Error)]),
    };
    Cell::text(role(severity), sign + &it.event.what)
});
const OP: Column<Row> =
    unsorted("OP", Width::Text(6), 6, |it, _| Cell::text(Role::Muted, it.event.op.as_str()));
const UNDO: Column<Row> =
    unsorted("UNDO", Width::Text(6), 7, |it, _| Cell::text(Role::Muted, it.undo.as_str()));

/// The tables for terminals of at least so many cells, the widest first.
static TABLES: [(u16, Table<Row>); 3] = [
    (100, table(&[TIME, SEVERITY, KIND, WHO, TARGET, WHAT, OP, UNDO])),
    (60, table(&[TIME, SEVERITY, TARGET, WHAT, WHO, extra(KIND), extra(OP), extra(UNDO)])),
    (
        0,
        table(&[
            TIME,
            WHO_FIRST,
            NAME,
            SIGNED,
            extra(SEVERITY),
            extra(KIND),
            extra(OP),
            extra(UNDO),
        ]),
    ),
];

/// The same for those who look for it.
const fn extra(column: Column<Row>) -> Column<Row> {
    Column { rank: EXTRA, ..column }
}

/// The table with every column.
pub(crate) fn widest() -> &'static Table<Row> {
    &TABLES[0].1
}

const fn table(columns: &'static [Column<Row>]) -> Table<Row> {
    Table { fields: &[], id: |row| &row.id, columns }
}

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    if zoomed(state, scene, buffer, area) {
        return;
    }
    let wanted = match differences::rows(scene.picture).len() {
        0 if state.panel == Panel::Events => 0,
        count => u16::try_from(count).unwrap_or(DIFFERENCES).saturating_add(2).min(DIFFERENCES),
    };
    let mut left = Rest(area);
    let detail = if area.height >= 16 { DETAIL } else { 0 };
    let below = if area.height >= 16 { wanted } else { 0 };
    let table = left.take(area.height.saturating_sub(detail + below));
    draw_list(state, scene, buffer, table);
    let rows = state.rows(scene.picture);
    let chosen = rows.iter().find(|row| state.list.selected() == Some(&row.id));
    let place = left.take(detail);
    if let Some(row) = chosen {
        detail::draw(row, scene, buffer, place);
    }
    if left.0.height > 0 {
        differences::draw(state, scene, buffer, left.0);
    }
}

/// Draws one panel alone, or the chosen event.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    if zoomed(state, scene, buffer, area) {
        return;
    }
    match state.panel {
        Panel::Events => draw_list(state, scene, buffer, area),
        Panel::Differences => differences::draw(state, scene, buffer, area),
    }
}

/// Draws the chosen event, or all that differs, on all of `area` where that is wanted.
fn zoomed(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) -> bool {
    if state.is_zoomed && state.panel == Panel::Differences {
        differences::draw(state, scene, buffer, area);
        return true;
    }
    let rows = state.rows(scene.picture);
    let chosen = rows.iter().find(|row| state.list.selected() == Some(&row.id));
    let Some(row) = chosen.filter(|_| state.is_zoomed) else { return false };
    detail::draw(row, scene, buffer, area);
    true
}

fn draw_list(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let rows = state.rows(scene.picture);
    let kind = state.kind().map_or("all", |kind| kind);
    let mut title = format!("Events {}  show: {kind}", scene.picture.events.len());
    if !state.list.filter.is_empty() {
        title += &format!("  filter: {} ({})", state.list.filter.input().text(), rows.len());
    }
    let unseen = rows.iter().position(|row| state.list.selected() == Some(&row.id)).unwrap_or(0);
    if unseen > 0 && !state.follows {
        title += &format!("  {unseen} above, {} to see them", scene.keymap.label("list.first"));
    }
    let room = panel::panel(look, buffer, area, &title);
    if rows.is_empty() {
        let words = if scene.picture.events.is_empty() {
            " nothing happened yet".to_owned()
        } else {
            format!(" no event is like that; {} shows all", scene.keymap.label("screen.back"))
        };
        look.row(buffer, room, 0, vec![look.text(Role::Muted, words)]);
        return;
    }
    let rows: Vec<&Row> = rows.iter().collect();
    if let Some((_, table)) = TABLES.iter().find(|(least, _)| area.width >= *least) {
        table.draw(buffer, room, &rows, &state.list, &scene.lens());
    }
}

fn severity(event: &Event) -> Cell {
    let word = match event.severity {
        Severity::Info => "info",
        Severity::Warn => "WARN",
        Severity::Error => "ERROR",
    };
    Cell::text(role(event.severity), word)
}

const fn role(severity: Severity) -> Role {
    match severity {
        Severity::Info => Role::Plain,
        Severity::Warn => Role::Warn,
        Severity::Error => Role::Bad,
    }
}
