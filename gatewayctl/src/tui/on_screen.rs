//! What does a key do on the screen that is shown? Each screen says so itself; here it is given what
//! it acts upon.

use super::{
    effect::Effect,
    key::Key,
    model::Model,
    notice::Notice,
    screens::{Screen, Wish, backends, events, limits, scaler, tls, traffic},
    trail,
    update::{grant, refused},
};

/// What a screen wants when a message is told to it; nothing before there is a picture. A function
/// would borrow the whole model, of which the screen's state is changed and the rest is looked at.
macro_rules! on_stage {
    ($model:ident . $screen:ident, $msg:expr, $key:expr) => {{
        let picture = $model.paused.as_ref().map_or(&$model.live, |pause| &pause.picture);
        let snapshot = $model.live.snapshot.as_ref();
        let stage = Model::stage(snapshot, $model.now, $key, &$model.settings.keymap);
        stage.map(|stage| $model.$screen.update($msg, picture, &stage))
    }};
}

/// One step back: what was said, what the screen has open, the screen before.
pub(super) fn back(model: &mut Model, key: Key) -> Vec<Effect> {
    if model.notices.dismiss() {
        return Vec::new();
    }
    if model.screen == Screen::Backends
        && let Some(turns) = model.turns.pop()
    {
        model.say(Notice::note(turns.stopped("the drains in turns are ended")));
        return Vec::new();
    }
    let lifted = trail::lift(model);
    if passes(model, key) {
        trail::back(model, lifted);
    } else {
        trail::put_back(model, lifted);
    }
    Vec::new()
}

/// Whether the screen has nothing open that a step back would close; else that is closed.
fn passes(model: &mut Model, key: Key) -> bool {
    match model.screen {
        Screen::Overview => !model.overview.unzoom(),
        Screen::Traffic => model.traffic.update(traffic::Msg::Back) == Wish::Pass,
        Screen::Backends => backends_back(model, key),
        Screen::Limits => is_passed(on_stage!(model.limits, limits::Msg::Back, key)),
        Screen::Events => is_passed(on_stage!(model.events, events::Msg::Back, key)),
        Screen::Scaler => is_passed(on_stage!(model.scaler, scaler::Msg::Back, key)),
        Screen::Tls => is_passed(on_stage!(model.tls, tls::Msg::Back, key)),
    }
}

fn backends_back(model: &mut Model, key: Key) -> bool {
    match on_stage!(model.backends, backends::Msg::Back, key) {
        None | Some(Wish::Pass) => true,
        Some(wish) => {
            grant(model, wish);
            false
        }
    }
}

/// Whether a step back is not the screen's; before there is a picture, it has nothing open.
fn is_passed(wish: Option<Wish>) -> bool {
    wish.is_none_or(|wish| wish == Wish::Pass)
}

/// Whether a message of Backends leads to a change.
const fn changes(msg: backends::Msg) -> bool {
    use backends::Msg::{Back, Bell, Enter, Zoom};
    !matches!(msg, Enter | Zoom | Back | Bell)
}

/// Does something on the screen of this name.
pub(super) fn backends(model: &mut Model, msg: backends::Msg, key: Key) -> Vec<Effect> {
    let applies = msg == backends::Msg::Enter && !model.backends.staged.is_empty();
    if (changes(msg) || applies) && refused(model) {
        return Vec::new();
    }
    let wish = on_stage!(model.backends, msg, key);
    wish.map_or_else(Vec::new, |wish| grant(model, wish))
}

/// Does something on the screen of this name.
pub(super) fn limits(model: &mut Model, msg: limits::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let wish = on_stage!(model.limits, msg, key);
    wish.map_or_else(Vec::new, |wish| grant(model, wish))
}

/// Does something on the screen of this name.
pub(super) fn scaler(model: &mut Model, msg: scaler::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let wish = on_stage!(model.scaler, msg, key);
    wish.map_or_else(Vec::new, |wish| grant(model, wish))
}

/// Does something on the screen of this name.
pub(super) fn events(model: &mut Model, msg: events::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let wish = on_stage!(model.events, msg, key);
    wish.map_or_else(Vec::new, |wish| grant(model, wish))
}

/// Does something on the screen of this name.
pub(super) fn tls(model: &mut Model, msg: tls::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let wish = on_stage!(model.tls, msg, key);
    wish.map_or_else(Vec::new, |wish| grant(model, wish))
}
