//! Who asks most and who fails, of the latest requests.

use ratatui::{buffer::Buffer, layout::Rect};

use super::State;
use crate::{
    model::{TrafficGroup, groups},
    tui::{
        column::{Cell, Column, Width},
        columns::Table,
        figures,
        list::List,
        look::Look,
        screens::Scene,
        theme::Role,
    },
};

/// The table of groups.
#[rustfmt::skip]
static GROUPS: Table<TrafficGroup> = Table {
    fields: &[],
    id: |it| &it.key,
    columns: &[
        Column { title: "WHO",    width: Width::Rest(12),  rank: 0, key: None, cell: |it, _| Cell::text(Role::Title, it.key.as_str()) },
        Column { title: "COUNT",  width: Width::Figure(6), rank: 1, key: None, cell: |it, _| Cell::text(Role::Plain, figures::whole(it.requests, 6)) },
        Column { title: "5XX%",   width: Width::Figure(5), rank: 2, key: None, cell: |it, _| Cell::text(errors(it), figures::percent(Some(it.error_ratio()))) },
        Column { title: "P99ms",  width: Width::Figure(6), rank: 3, key: None, cell: |it, _| Cell::text(Role::Plain, figures::ms(Some(it.p99_ms), 6)) },
        Column { title: "STATUS", width: Width::Text(11),  rank: 4, key: None, cell: |it, _| Cell::text(Role::Muted, statuses(it)) },
    ],
};

/// Their title.
pub(super) fn title(state: &State) -> String {
    let seconds = super::kept::GROUPED_MS / 1000;
    format!("By {} ({seconds}s, {} told)", state.by.word(), state.kept.latest().count())
}

/// Draws as many as fit, the largest first.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let found = groups(state.kept.latest(), state.by);
    let rows: Vec<&TrafficGroup> = found.iter().collect();
    GROUPS.draw(buffer, area, &rows, &List::default(), &scene.lens());
}

/// Draws them in one row.
pub(super) fn draw_short(state: &State, look: Look, buffer: &mut Buffer, area: Rect) {
    let found = groups(state.kept.latest(), state.by);
    let mut spans = Vec::new();
    for group in found.iter().take(4) {
        let cells = usize::from(area.width) / 3;
        spans.push(look.text(Role::Title, format!(" {}", look.cut_middle(&group.key, cells))));
        spans.push(look.text(Role::Plain, format!(" {}", group.requests)));
        if group.errors > 0 {
            let ratio = figures::percent(Some(group.error_ratio()));
            spans.push(look.text(Role::Bad, format!(" {ratio}% 5xx")));
        }
        spans.push(look.text(Role::Muted, " |"));
    }
    spans.pop();
    look.row(buffer, area, 0, spans);
}

fn errors(it: &TrafficGroup) -> Role {
    if it.errors > 0 { Role::Bad } else { Role::Muted }
}

fn statuses(it: &TrafficGroup) -> String {
    let first: Vec<String> = it.statuses.iter().take(3).map(ToString::to_string).collect();
    first.join(" ")
}
