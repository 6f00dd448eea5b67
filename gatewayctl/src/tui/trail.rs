//! The trail: how one came to the screen that is shown, row by row, and the way back.

use super::{
    charts,
    dialog::input::Input,
    filter::Filter,
    model::Model,
    notice::Notice,
    screens::{Screen, Wish},
    settle,
};

/// Steps that are remembered; of more, the first is forgotten.
const LONGEST: usize = 16;

/// One step from a screen to another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// Where it began.
    from: Screen,
    /// The filter that it set where it led.
    filter: Option<Brought>,
}

/// A filter that came with a step.
#[derive(Debug, Clone, PartialEq)]
struct Brought {
    text: String,
    /// What was typed there before.
    before: String,
}

/// Goes where `wish` leads, if it leads to another screen; else the wish.
pub(super) fn follow(model: &mut Model, wish: Wish) -> Option<Wish> {
    match wish {
        Wish::Go(screen, id) => {
            step(model, screen, None);
            settle::show_row(model, screen, &id);
        }
        Wish::Pool(pool) => step(model, Screen::Backends, Some(format!("pool={pool}"))),
        Wish::Requests(name) => step(model, Screen::Traffic, Some(format!("backend={name}"))),
        Wish::Client(client) => step(model, Screen::Traffic, Some(format!("client={client}"))),
        Wish::Offender { client, rule } => {
            step(model, Screen::Limits, None);
            model.limits.seek(&client, &rule);
        }
        Wish::Moment(at_ms) if charts::jump(model, at_ms) => step(model, Screen::Overview, None),
        Wish::Moment(_) => {
            model.say(Notice::note("that is longer ago than what is known of the figures"));
        }
        wish => return Some(wish),
    }
    None
}

fn step(model: &mut Model, screen: Screen, filter: Option<String>) {
    let from = std::mem::replace(&mut model.screen, screen);
    let filter = filter.map(|text| {
        let before = settle::filter_of(model, screen).map_or("", |it| it.input().text()).to_owned();
        settle::edit_filter(model, |input| *input = Input::of(&text));
        Brought { text, before }
    });
    model.trail.push(Step { from, filter });
    let surplus = model.trail.len().saturating_sub(LONGEST);
    model.trail.drain(..surplus);
}

/// Takes the filter away that came with the last step, so that the screen's own step back is about
/// what was done since.
pub(super) fn lift(model: &mut Model) -> Option<Filter> {
    let brought = model.trail.last()?.filter.as_ref()?.text.clone();
    let filter = settle::filter_of(model, model.screen)?;
    (filter.input().text() == brought).then(|| std::mem::take(filter))
}

/// The screen had nothing to step back from, and its filter stays.
pub(super) fn put_back(model: &mut Model, lifted: Option<Filter>) {
    if let (Some(lifted), Some(filter)) = (lifted, settle::filter_of(model, model.screen)) {
        *filter = lifted;
    }
}

/// One step back, to the screen as it was.
pub(super) fn back(model: &mut Model, lifted: Option<Filter>) {
    let Some(Step { from, filter }) = model.trail.pop() else { return };
    if let (Some(brought), Some(_)) = (filter, lifted) {
        settle::edit_filter(model, |input| *input = Input::of(&brought.before));
    }
    model.screen = from;
}
