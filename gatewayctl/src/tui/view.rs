//! How does the model look? Draws a frame and changes nothing.

use ratatui::{Frame, buffer::Buffer, layout::Rect, text::Span};

use super::{
    arrange, bindings,
    connection::Freshness,
    contexts, header, menu,
    model::Model,
    palette_view,
    said::Said,
    screens::{Screen, backends, events, limits, overview, scaler, tls, traffic},
    theme::Role,
};

/// Below this size the gateway is told in one line.
const LINE: (u16, u16) = (40, 8);
/// Below this size lists have the screen for themselves.
const SMALL: (u16, u16) = (60, 16);
/// Cells for keys where something is said beside them: help and quit.
const LEAST_KEYS: u16 = 7;
/// From this width on, the last result has a row of its own.
const WIDE: u16 = 100;

/// Draws the model.
pub(crate) fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width == 0 || area.height == 0 {
        return;
    }
    if area.width < LINE.0 || area.height < LINE.1 {
        line(model, frame.buffer_mut(), area);
        return;
    }
    let small = area.width < SMALL.0 || area.height < SMALL.1;
    let head = if small { 1 } else { 2 };
    let foot = if area.width >= WIDE && !small { 2 } else { 1 };
    let buffer = frame.buffer_mut();
    header::header(model, buffer, Rect { height: 1, ..area });
    if !small {
        header::tabs(model, buffer, Rect { y: area.y + 1, height: 1, ..area });
    }
    let body = Rect { y: area.y + head, height: area.height - head - foot, ..area };
    screen(model, buffer, body, small);
    footer(model, frame, Rect { y: area.bottom() - foot, height: foot, ..area });
    if let (Some(dialog), Some(around)) = (&model.dialog, model.around()) {
        dialog.view(model.settings.look, frame, &around);
    }
    if let Some(menu) = &model.menu {
        menu::view(model.settings.look, menu, frame);
    }
    if let Some(arranging) = &model.arranging {
        arrange::view(model, arranging, frame);
    }
    if let Some(chooser) = &model.chooser {
        contexts::view(model, chooser, frame);
    }
    if let Some(scroll) = model.help {
        let keymap = &model.settings.keymap;
        bindings::help(model.settings.look, keymap, frame, model.scopes(), scroll);
    }
}

fn screen(model: &Model, buffer: &mut Buffer, area: Rect, small: bool) {
    let Some(scene) = model.scene() else {
        empty(model, buffer, area);
        return;
    };
    match (model.screen, small) {
        (Screen::Overview, false) => overview::view(&model.overview, &scene, buffer, area),
        (Screen::Overview, true) => overview::small::view_small(&scene, buffer, area),
        (Screen::Backends, false) => backends::view(&model.backends, &scene, buffer, area),
        (Screen::Backends, true) => backends::view_small(&model.backends, &scene, buffer, area),
        (Screen::Limits, false) => limits::view(&model.limits, &scene, buffer, area),
        (Screen::Limits, true) => limits::view_small(&model.limits, &scene, buffer, area),
        (Screen::Scaler, false) => scaler::view(&model.scaler, &scene, buffer, area),
        (Screen::Scaler, true) => scaler::view_small(&model.scaler, &scene, buffer, area),
        (Screen::Traffic, false) => traffic::view(&model.traffic, &scene, buffer, area),
        (Screen::Traffic, true) => traffic::view_small(&model.traffic, &scene, buffer, area),
        (Screen::Events, false) => events::view(&model.events, &scene, buffer, area),
        (Screen::Events, true) => events::view_small(&model.events, &scene, buffer, area),
        (Screen::Tls, false) => tls::view(&model.tls, &scene, buffer, area),
        (Screen::Tls, true) => tls::view_small(&model.tls, &scene, buffer, area),
    }
}

/// Before the first snapshot: what is being tried, and what stands in the way.
fn empty(model: &Model, buffer: &mut Buffer, area: Rect) {
    let look = model.settings.look;
    let address = model.settings.address.as_str();
    look.row(buffer, area, 1, vec![look.label("  gateway  "), look.text(Role::Plain, address)]);
    let mut line = 2;
    if let Some(error) = model.connection.error() {
        let said = look.text(Role::Bad, error.message.as_str());
        look.row(buffer, area, line + 1, vec![Span::raw("  "), said]);
        if let Some(hint) = &error.hint {
            let said = look.text(Role::Plain, hint.as_str());
            look.row(buffer, area, line + 2, vec![Span::raw("  "), said]);
        }
        line += 4;
        let (retry, quit) = (model.key("link.retry"), model.key("screen.quit"));
        let keys = format!("  it is tried for ever; {retry} tries now, {quit} quits");
        look.row(buffer, area, line, vec![look.text(Role::Muted, keys)]);
    }
}

/// The last row or two: the keys, and what was said last.
fn footer(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let look = model.settings.look;
    if let Some(palette) = &model.palette {
        return palette_view::view(look, palette, frame, area);
    }
    let (keymap, scopes) = (&model.settings.keymap, model.scopes());
    let said = Said::of(model);
    if area.height >= 2 {
        speak(model, frame, Rect { height: 1, ..area }, said);
        let keys = bindings::footer(look, keymap, scopes, usize::from(area.width));
        look.row(frame.buffer_mut(), area, 1, keys);
        return;
    }
    let talks = model.is_filtering || !said.is_empty();
    if talks && area.width < SMALL.0 {
        speak(model, frame, area, said);
        return;
    }
    // What was said is worth more than keys that the help tells too.
    let wanted = if model.is_filtering { area.width / 2 } else { said.width() };
    let keys = if talks {
        area.width.saturating_sub(wanted.saturating_add(1)).max(LEAST_KEYS)
    } else {
        area.width
    };
    let row = bindings::footer(look, keymap, scopes, usize::from(keys));
    look.row(frame.buffer_mut(), Rect { width: keys, ..area }, 0, row);
    if talks {
        let place = Rect { x: area.x + keys, width: area.width - keys, ..area };
        speak(model, frame, place, said);
    }
}

fn speak(model: &Model, frame: &mut Frame<'_>, area: Rect, said: Said<'_>) {
    let look = model.settings.look;
    let list = match model.screen {
        Screen::Backends => &model.backends.list,
        Screen::Limits => &model.limits.list,
        Screen::Traffic => &model.traffic.list,
        Screen::Events => &model.events.list,
        Screen::Tls => &model.tls.list,
        Screen::Overview | Screen::Scaler => &model.overview.lists[0],
    };
    if !model.is_filtering {
        said.view(look, frame.buffer_mut(), area);
        return;
    }
    let input = list.filter.input();
    let error = list.filter.error().map(|error| look.text(Role::Bad, format!("   {error}")));
    let mut spans =
        vec![Span::styled(" / ", look.style(Role::Accent)), look.text(Role::Plain, input.text())];
    spans.extend(error);
    look.row(frame.buffer_mut(), area, 0, spans);
    let before: String = input.text().chars().take(input.cursor()).collect();
    let x = area.x + 3 + u16::try_from(Span::raw(before).width()).unwrap_or(u16::MAX / 2);
    if x < area.right() {
        frame.set_cursor_position((x, area.y));
    }
}

/// The gateway in one line; a dialog's question goes first. A second one has what was said, or the
/// worst problem.
fn line(model: &Model, buffer: &mut Buffer, area: Rect) {
    let look = model.settings.look;
    let mut spans = match (model.scene(), &model.dialog, model.around()) {
        (_, Some(dialog), Some(around)) => vec![look.text(Role::Title, dialog.words(&around))],
        (Some(scene), _, _) => overview::small::line(&scene),
        (None, _, _) => Vec::new(),
    };
    if !matches!(model.freshness(), Freshness::Live(_)) || model.paused.is_some() {
        spans.insert(0, header::freshness(model, false));
        spans.insert(1, Span::raw(" "));
    }
    look.row(buffer, area, 0, spans);
    let last = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    Said::of(model).or_problem(model).view(look, buffer, last);
}
