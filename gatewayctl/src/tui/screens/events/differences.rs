//! What is not as the file says: of what, what it is, who said so and by which operation.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Panel, State};
use crate::{
    duration,
    model::Field,
    tui::{
        column::{Cell, Width, unsorted},
        columns::Table,
        figures,
        list::List,
        picture::Picture,
        screens::Scene,
        theme::Role,
        widgets::panel,
    },
};

/// What differs, and the id that its row is known by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) field: Field,
    /// Why, and for how long.
    why: String,
}

/// Everything that somebody made other than the file says; servers that an autoscaler started are
/// not expected there.
pub(super) fn rows(picture: &Picture) -> Vec<Row> {
    let fields = picture.lore.fields.iter().flatten();
    let others = fields.filter(|it| it.differs && it.provenance != "autoscaler");
    let row = |it: &Field| Row {
        id: format!("{} {}", it.target, it.field),
        field: it.clone(),
        why: why(it, picture),
    };
    others.map(row).collect()
}

/// Why it differs, and when that goes back by itself.
fn why(it: &Field, picture: &Picture) -> String {
    let operation = picture.lore.operation(&it.op);
    let left = operation.and_then(|it| it.expires_ms).map(|at| {
        format!("goes back in {}", duration::short(duration::age(at, picture.time_ms())))
    });
    let words = left.into_iter().chain(Some(it.reason.clone()).filter(|it| !it.is_empty()));
    words.collect::<Vec<_>>().join(", ")
}

pub(super) fn ids(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

const ABSENT: &str = "not there";

static TABLE: Table<Row> = Table {
    fields: &[],
    id: |row| &row.id,
    columns: &[
        unsorted("TARGET", Width::Names(8, 28), 0, |it, _| {
            Cell::text(Role::Title, it.field.target.as_str())
        }),
        unsorted("OF IT", Width::Names(6, 12), 2, |it, _| {
            Cell::text(Role::Plain, it.field.field.as_str())
        }),
        unsorted("IS", Width::Names(4, 22), 1, |it, _| {
            Cell::text(Role::Warn, it.field.value.as_deref().unwrap_or(ABSENT))
        }),
        unsorted("FILE", Width::Names(4, 22), 3, |it, _| {
            Cell::text(Role::Plain, it.field.file.as_deref().unwrap_or(ABSENT))
        }),
        unsorted("BY", Width::Names(3, 12), 4, |it, _| {
            Cell::text(Role::Plain, it.field.owner.as_str())
        }),
        unsorted("SINCE", Width::Text(8), 6, |it, _| {
            let since = it.field.since_ms.map_or(String::new(), figures::time_of_day);
            Cell::text(Role::Muted, since)
        }),
        unsorted("OP", Width::Text(5), 5, |it, _| Cell::text(Role::Muted, it.field.op.as_str())),
        unsorted("WHY", Width::Rest(4), 7, |it, _| Cell::text(Role::Muted, it.why.as_str())),
    ],
};

/// Draws them.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let rows = rows(scene.picture);
    let here = state.panel == Panel::Differences;
    let mut title = format!("Not as in the file: {}", rows.len());
    if here {
        let label = |action| scene.keymap.label(action);
        let (write, revert) = (label("event.write"), label("event.revert"));
        let sign = look.glyphs.here;
        title = format!("{sign} {title}  {write} writes all into it, {revert} reverts one");
    }
    let room = panel::panel(look, buffer, area, &title);
    if rows.is_empty() {
        let words = match (&scene.picture.lore.fields, &scene.picture.lore.trouble) {
            (Some(_), _) => "everything is as the file says",
            (None, None) => "asking the gateway ...",
            (None, Some(trouble)) => trouble.message.as_str(),
        };
        look.row(buffer, room, 0, vec![look.text(Role::Muted, format!(" {words}"))]);
        return;
    }
    let list = if here { state.differences.clone() } else { List::default() };
    TABLE.draw(buffer, room, &rows.iter().collect::<Vec<_>>(), &list, &scene.lens());
}
