//! How TLS looks: the table, and below it the chosen certificate in full.

use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    State, certificates,
    columns::{SMALL, TABLE},
    detail,
};
use crate::{
    model::Certificate,
    safe_text::safe_text,
    tui::{
        columns::Table,
        screens::Scene,
        theme::Role,
        widgets::panel::{self, Rest},
    },
};

/// Rows of the chosen certificate: what matters, and a chain of three.
const DETAIL: u16 = 15;

/// Draws the screen.
pub(crate) fn view(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let selected = state.selected(scene.picture);
    if let Some(certificate) = selected.filter(|_| state.is_zoomed) {
        detail::draw(certificate, scene, buffer, area);
        return;
    }
    let mut left = Rest(area);
    let detail = if selected.is_some() { DETAIL.min(area.height / 2) } else { 0 };
    let wanted = u16::try_from(certificates(scene.picture).len()).unwrap_or(u16::MAX);
    let table = wanted.saturating_add(3).max(5).min(area.height - detail);
    draw_table(state, scene, buffer, left.take(table), &TABLE);
    if let Some(certificate) = selected {
        detail::draw(certificate, scene, buffer, left.0);
    }
}

/// Draws the table alone, or the chosen certificate.
pub(crate) fn view_small(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    match state.selected(scene.picture).filter(|_| state.is_zoomed) {
        Some(certificate) => detail::draw(certificate, scene, buffer, area),
        None => draw_table(state, scene, buffer, area, &SMALL),
    }
}

fn draw_table(
    state: &State,
    scene: &Scene<'_>,
    buffer: &mut Buffer,
    area: Rect,
    table: &Table<Certificate>,
) {
    let all = certificates(scene.picture);
    let rows = TABLE.rows(all, &state.list, scene.snapshot.time_ms);
    let room = panel::panel(scene.look, buffer, area, &title(state, scene, &rows));
    if rows.is_empty() {
        draw_emptiness(state, scene, buffer, room);
        return;
    }
    table.draw(buffer, room, &rows, &state.list, &scene.lens());
}

fn title(state: &State, scene: &Scene<'_>, rows: &[&Certificate]) -> String {
    let mut title = format!("Certificates {}", certificates(scene.picture).len());
    if !state.list.filter.is_empty() {
        title += &format!("  filter: {} ({})", state.list.filter.input().text(), rows.len());
    }
    title += &TABLE.sort_words(&state.list, scene.look);
    if !state.list.marks.is_empty() {
        title += &format!("  marked: {}", state.list.marks.len());
    }
    if scene.picture.lore.certificates.is_some() && scene.picture.lore.trouble.is_some() {
        title += "  (not answered, as it was)";
    }
    title
}

/// Why there is nothing to see.
fn draw_emptiness(state: &State, scene: &Scene<'_>, buffer: &mut Buffer, area: Rect) {
    let (look, lore) = (scene.look, &scene.picture.lore);
    let (role, words): (Role, [String; 2]) = match (&lore.certificates, &lore.trouble) {
        (None, Some(error)) => {
            (Role::Bad, [error.message.clone(), error.hint.clone().unwrap_or_default()])
        }
        (None, None) => (Role::Muted, ["asking the gateway ...".to_owned(), String::new()]),
        (Some(all), _) if !all.is_empty() => {
            let filter = state.list.filter.input().text();
            let words = format!("0 of {} match {filter}", all.len());
            let hint = format!("{} clears the filter.", scene.keymap.label("screen.back"));
            (Role::Muted, [words, hint])
        }
        (Some(_), _) => {
            let hint = "tls = { certificates = [{ cert, key }] } of a [[listener]] names one.";
            (Role::Muted, ["No listener speaks TLS.".to_owned(), hint.to_owned()])
        }
    };
    let cells = usize::from(area.width).saturating_sub(2);
    let rows = words.iter().flat_map(|words| panel::wrapped(&safe_text(words), cells));
    for (line, row) in (0..area.height).zip(rows) {
        look.row(buffer, area, line, vec![Span::raw(" "), look.text(role, row)]);
    }
}
