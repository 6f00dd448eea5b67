//! The list of the screen that is shown: moving in it, filtering it, keeping its selection.

use super::{
    charts,
    dialog::input::Input,
    filter::Filter,
    list,
    model::Model,
    notice::Notice,
    screens::{Screen, backends, limits},
    tables,
};
use crate::output::columns::{CERTIFICATE, EVENT, TRAFFIC};

/// Keeps each selection on a row that is there.
pub(crate) fn settle(model: &mut Model) {
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    model.overview.settle(picture);
    model.backends.settle(picture);
    model.limits.settle(picture);
    model.scaler.settle(picture);
    model.events.settle(picture);
    model.traffic.settle();
    model.tls.settle(picture);
    if model.screen == Screen::Events {
        model.events.see(picture);
    }
    charts::settle(model);
}

/// Does something to the list of the screen.
pub(crate) fn move_list(model: &mut Model, msg: list::Msg) {
    if matches!(msg, list::Msg::Left | list::Msg::Right) {
        return tables::look(model, msg);
    }
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    match model.screen {
        Screen::Overview => model.overview.move_list(msg, picture),
        Screen::Backends => model.backends.move_list(msg, picture),
        Screen::Limits => model.limits.move_list(msg, picture),
        Screen::Scaler => model.scaler.move_list(msg, picture),
        Screen::Traffic => model.traffic.move_list(msg),
        Screen::Events => model.events.move_list(msg, picture),
        Screen::Tls => model.tls.move_list(msg, picture),
    }
}

/// The filter of a screen; none where it has none.
pub(crate) fn filter_of(model: &mut Model, screen: Screen) -> Option<&mut Filter> {
    match screen {
        Screen::Overview | Screen::Scaler => None,
        Screen::Backends => Some(&mut model.backends.list.filter),
        Screen::Limits => Some(&mut model.limits.list.filter),
        Screen::Traffic => Some(&mut model.traffic.list.filter),
        Screen::Events => Some(&mut model.events.list.filter),
        Screen::Tls => Some(&mut model.tls.list.filter),
    }
}

/// Changes the filter of the screen.
pub(crate) fn edit_filter(model: &mut Model, edit: impl FnOnce(&mut Input)) {
    match model.screen {
        Screen::Overview | Screen::Scaler => {}
        Screen::Backends => {
            model.backends.list.filter.edit(backends::columns::TABLE.fields, edit);
        }
        Screen::Limits => model.limits.list.filter.edit(limits::columns::TABLE.fields, edit),
        Screen::Traffic => {
            model.traffic.list.filter.edit(TRAFFIC, edit);
            apply_to_traffic(model);
        }
        Screen::Events => model.events.list.filter.edit(EVENT, edit),
        Screen::Tls => model.tls.list.filter.edit(CERTIFICATE, edit),
    }
}

/// The gateway judges traffic: it is asked once the filter is typed, not with each letter.
fn apply_to_traffic(model: &mut Model) {
    if !model.is_filtering
        && let Err(why) = model.traffic.apply_filter()
    {
        model.say(Notice::error(why));
    }
}

/// Selects a row of a screen, and takes back a filter that would hide it.
pub(crate) fn show_row(model: &mut Model, screen: Screen, id: &str) {
    let list = match screen {
        Screen::Overview | Screen::Traffic | Screen::Events => return,
        Screen::Scaler => {
            model.scaler.pools.select(id);
            return;
        }
        Screen::Tls => {
            model.tls.seek(id);
            return;
        }
        Screen::Backends => &mut model.backends.list,
        Screen::Limits => {
            model.limits.panel = limits::Panel::Rules;
            &mut model.limits.list
        }
    };
    list.filter = Default::default();
    list.select(id);
}
