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
        Screen::Limits => {
            let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
            let stage =
                Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap);
            stage.is_none_or(|stage| {
                model.limits.update(limits::Msg::Back, picture, &stage) == Wish::Pass
            })
        }
        Screen::Events => {
            let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
            let stage =
                Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap);
            stage.is_none_or(|stage| {
                model.events.update(events::Msg::Back, picture, &stage) == Wish::Pass
            })
        }
        Screen::Scaler => {
            let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
            let stage =
                Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap);
            stage.is_none_or(|stage| {
                model.scaler.update(scaler::Msg::Back, picture, &stage) == Wish::Pass
            })
        }
        Screen::Tls => {
            let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
            let stage =
                Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap);
            stage
                .is_none_or(|stage| model.tls.update(tls::Msg::Back, picture, &stage) == Wish::Pass)
        }
    }
}

fn backends_back(model: &mut Model, key: Key) -> bool {
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    let Some(stage) =
        Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap)
    else {
        return true;
    };
    match model.backends.update(backends::Msg::Back, picture, &stage) {
        Wish::Pass => true,
        wish => {
            grant(model, wish);
            false
        }
    }
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
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    let Some(stage) =
        Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap)
    else {
        return Vec::new();
    };
    let wish = model.backends.update(msg, picture, &stage);
    grant(model, wish)
}

/// Does something on the screen of this name.
pub(super) fn limits(model: &mut Model, msg: limits::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    let Some(stage) =
        Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap)
    else {
        return Vec::new();
    };
    let wish = model.limits.update(msg, picture, &stage);
    grant(model, wish)
}

/// Does something on the screen of this name.
pub(super) fn scaler(model: &mut Model, msg: scaler::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    let Some(stage) =
        Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap)
    else {
        return Vec::new();
    };
    let wish = model.scaler.update(msg, picture, &stage);
    grant(model, wish)
}

/// Does something on the screen of this name.
pub(super) fn events(model: &mut Model, msg: events::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    let Some(stage) =
        Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap)
    else {
        return Vec::new();
    };
    let wish = model.events.update(msg, picture, &stage);
    grant(model, wish)
}

/// Does something on the screen of this name.
pub(super) fn tls(model: &mut Model, msg: tls::Msg, key: Key) -> Vec<Effect> {
    if msg.changes() && refused(model) {
        return Vec::new();
    }
    let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
    let Some(stage) =
        Model::stage(model.live.snapshot.as_ref(), model.now, key, &model.settings.keymap)
    else {
        return Vec::new();
    };
    let wish = model.tls.update(msg, picture, &stage);
    grant(model, wish)
}
