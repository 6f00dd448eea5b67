//! Arranging: the operator chooses which columns a table shows, and in which order.

use ratatui::{Frame, text::Span};

use super::{
    dialog, effect::Effect, key::Key, list, message::Action, model::Model, notice::Notice, tables,
    theme::Role, widgets::panel,
};
use crate::tui::bindings::Scope;

/// Columns that are being arranged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arranging {
    /// The table.
    name: &'static str,
    /// Its columns from left to right, and whether each is shown.
    columns: Vec<(String, bool)>,
    /// The one that keys act on.
    at: usize,
}

/// Opens the columns of the table that keys act on.
pub(super) fn open(model: &mut Model) {
    let Some(place) = tables::here(model) else {
        return model.say(Notice::note("this panel has no columns to choose from"));
    };
    let columns = place.columns();
    model.arranging = Some(Arranging { name: place.name, columns, at: 0 });
}

/// Takes a key while columns are arranged. What is chosen holds at once.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(arranging) = &mut model.arranging else { return Vec::new() };
    let last = arranging.columns.len().saturating_sub(1);
    let keymap = &model.settings.keymap;
    let places = [Scope::List, Scope::Ends, Scope::Table, Scope::Global];
    let close = keymap.find(&[Scope::Dialog], key);
    match keymap.find(&places, key) {
        _ if close == Some(Action::Dialog(dialog::Msg::On)) => model.arranging = None,
        Some(Action::List(msg)) => match msg {
            list::Msg::Down => arranging.at = (arranging.at + 1).min(last),
            list::Msg::Up => arranging.at = arranging.at.saturating_sub(1),
            list::Msg::First => arranging.at = 0,
            list::Msg::Last => arranging.at = last,
            list::Msg::Mark => toggle(model),
            list::Msg::PreviousSort => shift(model, false),
            list::Msg::NextSort => shift(model, true),
            list::Msg::Unmark => as_ever(model),
            _ => {}
        },
        Some(Action::Back | Action::Columns | Action::Quit) => model.arranging = None,
        _ => {}
    }
    Vec::new()
}

/// Shows the column, or hides it; one stays.
fn toggle(model: &mut Model) {
    let Some(Arranging { columns, at, .. }) = &mut model.arranging else { return };
    let shown = columns.iter().filter(|(_, shown)| *shown).count();
    match columns.get_mut(*at) {
        Some((_, true)) if shown == 1 => {
            return model.say(Notice::note("a table without a column shows nothing"));
        }
        Some((_, shown)) => *shown = !*shown,
        None => {}
    }
    *at = (*at + 1).min(columns.len().saturating_sub(1));
    choose(model);
}

/// Moves the column one place to the right, or to the left.
fn shift(model: &mut Model, right: bool) {
    let Some(Arranging { columns, at, .. }) = &mut model.arranging else { return };
    let to = if right { *at + 1 } else { at.wrapping_sub(1) };
    if to < columns.len() {
        columns.swap(*at, to);
        *at = to;
        choose(model);
    }
}

/// Back to what the file wants, or the table has.
fn as_ever(model: &mut Model) {
    if let Some(place) = tables::here(model) {
        place.choice.choose(None);
    }
    open(model);
}

fn choose(model: &mut Model) {
    let Some(arranging) = &model.arranging else { return };
    let shown = arranging.columns.iter().filter(|(_, shown)| *shown);
    let titles = shown.map(|(title, _)| title.clone()).collect();
    if let Some(place) = tables::here(model) {
        place.choice.choose(Some(titles));
    }
}

/// Draws the columns over the screen.
pub(super) fn view(model: &Model, arranging: &Arranging, frame: &mut Frame<'_>) {
    let look = model.settings.look;
    let whole = frame.area();
    let key = |action| model.key(action);
    let keys = [
        format!("{} shows or hides", key("list.mark")),
        format!("{} left", key("list.sort-before")),
        format!("{} right", key("list.sort")),
        format!("{} as ever", key("list.unmark")),
        format!("{} closes", key("screen.back")),
    ];
    let keys = panel::wrapped(&keys.join("  "), usize::from(whole.width.min(64) - 4));
    let below = u16::try_from(keys.len()).unwrap_or(1);
    let rows = u16::try_from(arranging.columns.len()).unwrap_or(u16::MAX);
    let (width, height) = (whole.width.min(64), rows.saturating_add(2 + below).min(whole.height));
    let area = panel::middle(whole, width, height);
    let title = format!("Columns of {}", arranging.name);
    let room = panel::boxed(look, frame.buffer_mut(), area, &title);
    let height = room.height.saturating_sub(below);
    let first = arranging.at.saturating_sub(usize::from(height).saturating_sub(1));
    for (line, (title, shown)) in (0..height).zip(arranging.columns.iter().skip(first)) {
        let is_here = first + usize::from(line) == arranging.at;
        let sign = if is_here { look.glyphs.here } else { ' ' };
        let shown = if *shown { "[x]" } else { "[ ]" };
        let role = if is_here { Role::Selected } else { Role::Plain };
        let row = vec![
            Span::raw(format!("{sign} ")),
            Span::styled(format!("{shown} {title}"), look.style(role)),
        ];
        look.row(frame.buffer_mut(), room, line, row);
    }
    for (line, words) in (height..).zip(keys) {
        look.row(frame.buffer_mut(), room, line, vec![look.text(Role::Muted, format!(" {words}"))]);
    }
}
