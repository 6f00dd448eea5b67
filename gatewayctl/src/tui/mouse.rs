//! What does the mouse point at? It scrolls and selects, and never acts.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;

use super::{list, message::Action, model::Model, screens::Screen, settle};

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

/// What was pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointed {
    /// A screen's tab.
    Screen(Screen),
    /// A row so many below the selected one.
    Rows(isize),
}

/// What an event of the mouse points at on the frame that is shown; nothing where it means nothing.
/// Only a click needs the frame.
///
/// # Errors
/// Those of `frame`.
pub(super) fn pointed<E>(
    model: &Model,
    frame: impl FnOnce() -> Result<Buffer, E>,
    event: MouseEvent,
) -> Result<Option<Pointed>, E> {
    Ok(match event.kind {
        MouseEventKind::ScrollDown => Some(Pointed::Rows(NOTCH)),
        MouseEventKind::ScrollUp => Some(Pointed::Rows(-NOTCH)),
        MouseEventKind::Down(MouseButton::Left) => {
            let (frame, place) = (frame()?, (event.column, event.row));
            tab(&frame, place).map(Pointed::Screen).or_else(|| row(model, &frame, place))
        }
        _ => None,
    })
}

/// The screen whose tab stands there.
fn tab(frame: &Buffer, (x, y): (u16, u16)) -> Option<Screen> {
    if y != 1 {
        return None;
    }
    let tabs: String = (0..frame.area.width).map(|x| frame[(x, 1)].symbol()).collect();
    Screen::ALL.into_iter().find(|screen| {
        screen.titles().iter().any(|title| {
            let tab = format!("{} {title}", screen.number());
            let start = tabs.find(&tab).map(|at| tabs[..at].chars().count());
            start.is_some_and(|start| (start..start + tab.len()).contains(&usize::from(x)))
        })
    })
}

/// How far a row is from the selected one, which bears a sign. Between them stand rows alone.
fn row(model: &Model, frame: &Buffer, (_, y): (u16, u16)) -> Option<Pointed> {
    let glyphs = model.settings.look.glyphs;
    let here = glyphs.here.to_string();
    let rows = 2..frame.area.height.saturating_sub(1);
    let (column, selected) = rows
        .flat_map(|y| (0..frame.area.width).map(move |x| (x, y)))
        .find(|place| frame[*place].symbol() == here)?;
    let between = selected.min(y)..=selected.max(y);
    let is_row = |y: u16| {
        let sign = frame[(column, y)].symbol();
        y < frame.area.height && [" ", &here, &glyphs.mark.to_string()].contains(&sign)
    };
    let is_there = y < frame.area.height && between.into_iter().all(is_row);
    is_there
        .then(|| Pointed::Rows(isize::from(y.cast_signed()) - isize::from(selected.cast_signed())))
}

/// Goes to what was pointed at; not while a question is open.
pub(super) fn point(model: &mut Model, pointed: Pointed) -> Option<Action> {
    if let (Some(scroll), Pointed::Rows(rows)) = (&mut model.help, pointed) {
        *scroll = scroll.saturating_add_signed(rows);
        return None;
    }
    let is_busy = model.dialog.is_some()
        || model.menu.is_some()
        || model.chooser.is_some()
        || model.palette.is_some()
        || model.help.is_some()
        || model.is_filtering;
    match pointed {
        _ if is_busy => None,
        Pointed::Screen(screen) => Some(Action::Show(screen)),
        Pointed::Rows(rows) => {
            let msg = if rows < 0 { list::Msg::Up } else { list::Msg::Down };
            (0..rows.unsigned_abs()).for_each(|_| settle::move_list(model, msg));
            None
        }
    }
}
