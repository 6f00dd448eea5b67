//! What was decided of the chosen pool, newest first.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Kinds, State};
use crate::{
    model::Decision,
    tui::{
        column::{Cell, Column, Width},
        columns::Table,
        figures,
        lore::Told,
        picture::Picture,
        screens::Scene,
        theme::Role,
        widgets::panel,
    },
};

/// The table of decisions.
#[rustfmt::skip]
pub(crate) static DECISIONS: Table<Told> = Table {
    fields: &[],
    id: |told| &told.id,
    columns: &[
        Column { title: "TIME",   width: Width::Text(8),      rank: 1, key: None, cell: |it, _| Cell::text(Role::Muted, figures::time_of_day(it.decision.since_ms)) },
        Column { title: "WHAT",   width: Width::Text(10),     rank: 0, key: None, cell: |it, lens| what(&it.decision, lens.look.glyphs.arrow) },
        Column { title: "WHY",    width: Width::Rest(14),     rank: 2, key: None, cell: |it, _| Cell::text(Role::Plain, why(&it.decision)) },
        Column { title: "RESULT", width: Width::Text(8),       rank: 3, key: None, cell: |it, _| outcome(&it.decision) },
    ],
};

/// The decisions of the chosen pool that are shown.
pub(super) fn rows<'a>(state: &State, picture: &'a Picture) -> Vec<&'a Told> {
    let Some((pool, told)) = &picture.lore.decisions else { return Vec::new() };
    let words = state.kinds.words();
    let shown = |it: &&Told| words.is_empty() || words.contains(&it.decision.what.as_str());
    if state.pools.selected() == Some(pool) {
        told.iter().filter(shown).collect()
    } else {
        Vec::new()
    }
}

/// Draws them.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let rows = rows(state, scene.picture);
    let kinds = match state.kinds {
        Kinds::All => "",
        Kinds::Moves => "  only moves",
        Kinds::Refused => "  only refused",
    };
    let title = format!("Decisions{kinds}");
    let room = panel::panel(look, buffer, area, &title);
    if rows.is_empty() {
        let words = match (&scene.picture.lore.decisions, state.kinds) {
            (None, _) => " asking the gateway".to_owned(),
            (Some(_), Kinds::All) => " nothing was decided yet".to_owned(),
            (Some(_), _) => {
                format!(" none of these; {} shows others", scene.keymap.label("scaler.kinds"))
            }
        };
        look.row(buffer, room, 0, vec![look.text(Role::Muted, words)]);
        return;
    }
    DECISIONS.draw(buffer, room, &rows, &state.decisions, &scene.lens());
}

/// `out 3→5`, `hold`.
pub(super) fn what(it: &Decision, arrow: &str) -> Cell {
    let role = match it.what.as_str() {
        "out" | "in" => Role::Accent,
        "refused" => Role::Warn,
        _ => Role::Muted,
    };
    if it.from == it.to {
        return Cell::text(role, it.what.as_str());
    }
    Cell::text(role, format!("{} {}{arrow}{}", it.what, it.from, it.to))
}

/// The sentence without the sizes that stand beside it.
pub(super) fn why(it: &Decision) -> &str {
    it.sentence.split_once(": ").map_or(&it.sentence, |(_, why)| why)
}

fn outcome(it: &Decision) -> Cell {
    match it.outcome.as_str() {
        "done" | "advised" => Cell::text(Role::Ok, it.outcome.as_str()),
        "nothing to do" => Cell::text(Role::Muted, figures::UNKNOWN),
        // Why stands beside, where there is room for it.
        _ => Cell::text(Role::Bad, "failed"),
    }
}
