//! The blocks: networks whose clients are refused, by whom, until when, and how often.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Panel, State};
use crate::{
    duration,
    model::Block,
    output::columns::BLOCK,
    tui::{
        column::{Cell, Column, Lens, Width},
        columns::Table,
        figures,
        screens::Scene,
        theme::Role,
        widgets::panel,
    },
};

/// The table of blocks.
#[rustfmt::skip]
pub(crate) static BLOCKS: Table<Block> = Table {
    fields: BLOCK,
    id: |block| &block.network,
    columns: &[
        Column { title: "NETWORK", width: Width::Names(12, 40), rank: 0, key: None, cell: |it, _| Cell::text(Role::Plain, it.network.as_str()) },
        Column { title: "HITS",    width: Width::Figure(9),     rank: 2, key: None, cell: |it, _| Cell::figure(Role::Plain, figures::whole(it.hits_total, 8)) },
        Column { title: "LEFT",    width: Width::Figure(8),     rank: 1, key: None, cell: left },
        Column { title: "BY",      width: Width::Names(2, 16),  rank: 3, key: None, cell: |it, _| Cell::text(Role::Plain, it.owner.as_str()) },
        Column { title: "SINCE",   width: Width::Text(8),       rank: 5, key: None, cell: |it, _| Cell::text(Role::Muted, figures::time_of_day(it.since_ms)) },
        Column { title: "REASON",  width: Width::Rest(8),       rank: 4, key: None, cell: |it, _| Cell::text(Role::Plain, it.reason.as_str()) },
    ],
};

/// Rows that the panel wants.
pub(super) fn wanted(scene: &Scene<'_>) -> u16 {
    u16::try_from(scene.snapshot.blocks.len().clamp(0, 4)).unwrap_or(4).saturating_add(2)
}

/// Draws them.
pub(super) fn draw(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let look = scene.look;
    let here = state.panel == Panel::Blocks;
    let sign = if here { format!("{} ", look.glyphs.here) } else { String::new() };
    let rows: Vec<&Block> = scene.snapshot.blocks.iter().collect();
    let title = format!("{sign}Active blocks {}", rows.len());
    let room = panel::panel(look, buffer, area, &title);
    if rows.is_empty() {
        let block = scene.keymap.label("limit.block");
        let words = format!(" nobody is blocked; {block} blocks a client or a network");
        look.row(buffer, room, 0, vec![look.text(Role::Muted, words)]);
        return;
    }
    let list = if here { state.blocks.clone() } else { state.blocks.aside() };
    BLOCKS.draw(buffer, room, &rows, &list, &scene.lens());
}

fn left(block: &Block, lens: &Lens<'_>) -> Cell {
    match block.expires_ms {
        Some(at) => {
            let length = duration::age(at, lens.now_ms);
            Cell::figure(Role::Plain, duration::short(length))
        }
        None => Cell::text(Role::Warn, "always"),
    }
}
