//! What does a message change, and what is wanted outside the model? Pure: no clock, no network.

use super::{
    arrange, bells,
    bindings::{self, Scope},
    burst::Verdict,
    charts,
    connection::Freshness,
    contexts,
    dialog::{self, Dialog, Step},
    effect::Effect,
    inquire,
    key::Key,
    list, menu,
    message::{Action, Msg},
    model::Model,
    moment::Moment,
    mouse,
    notice::Notice,
    on_screen,
    palette::{self, Palette},
    readings,
    screens::{Screen, Wish},
    setting, settle, tailing, trail, wish, word,
};
use crate::model::Protect;

/// Takes a message that came at `now`.
pub(crate) fn update(model: &mut Model, now: Moment, msg: Msg) -> Vec<Effect> {
    model.now = model.now.max(now);
    let effects = match msg {
        Msg::Key(key) => press(model, key),
        Msg::Paste(text) => paste(model, &text),
        Msg::Tick => Vec::new(),
        Msg::Focus(has) => setting::focus(model, has),
        Msg::Pointed(pointed) => match mouse::point(model, pointed) {
            Some(action) => act(model, action, Key::Enter),
            None => Vec::new(),
        },
        Msg::Wishes(wishes) => wish::take(model, wishes),
        Msg::Reached(reach) => {
            contexts::reached(model, reach);
            Vec::new()
        }
        Msg::Link(event) => word::link(model, event),
        Msg::Answer(answer) => word::answered(model, &answer),
        Msg::Practised(result) => {
            model.say(match result {
                Ok(what) => Notice::done(what),
                Err(error) => Notice::error(error.message),
            });
            Vec::new()
        }
        Msg::Found(found) => word::found_out(model, found),
        Msg::Traffic(told) => tailing::learn(model, *told),
        Msg::Read(read) => palette::read(model, *read),
        Msg::Completed(completed) => {
            palette::complete(model, completed);
            Vec::new()
        }
    };
    settle::settle(model);
    let mut effects = effects;
    if let Some(Dialog::Confirm(confirm)) = &mut model.dialog {
        let step = confirm.ask_again();
        effects.extend(follow(model, step));
    }
    effects.extend(inquire::due(model));
    effects.extend(tailing::due(model));
    effects
}

fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    if model.is_filtering {
        return filter_key(model, key);
    }
    if model.palette.is_some() {
        return palette::press(model, key);
    }
    if let Some(dialog) = &mut model.dialog
        && dialog.has_field()
        && dialog.press(key)
    {
        return Vec::new();
    }
    match model.burst.judge(model.now, key) {
        Verdict::Pressed => {}
        Verdict::BurstBegins => {
            let words = "keys came faster than anyone types: taken for a paste and refused";
            model.say(Notice::note(words));
            return Vec::new();
        }
        Verdict::Refused => return Vec::new(),
    }
    if model.menu.is_some() {
        return menu::press(model, key);
    }
    if model.arranging.is_some() {
        return arrange::press(model, key);
    }
    if model.chooser.is_some() {
        return contexts::press(model, key);
    }
    if let Some(scroll) = model.help {
        model.help = match model.settings.keymap.find(&[Scope::List], key) {
            Some(Action::List(list::Msg::Down)) => Some(scroll + 1),
            Some(Action::List(list::Msg::Up)) => Some(scroll.saturating_sub(1)),
            Some(Action::List(list::Msg::PageDown)) => Some(scroll + 10),
            Some(Action::List(list::Msg::PageUp)) => Some(scroll.saturating_sub(10)),
            _ => None,
        };
        return Vec::new();
    }
    match meaning(model, key) {
        Some(action) => act(model, action, key),
        None => Vec::new(),
    }
}

/// What a key does now.
fn meaning(model: &Model, key: Key) -> Option<Action> {
    let keymap = &model.settings.keymap;
    let is_here = model.dialog.is_none();
    let is_lost = is_here && matches!(model.freshness(), Freshness::Lost { .. });
    let lost = is_lost.then(|| keymap.find(bindings::LOST, key)).flatten();
    let reads = is_here && model.charts.reads() && readings::has_charts(model.screen);
    let read = || reads.then(|| keymap.find(bindings::CURSOR, key)).flatten();
    lost.or_else(read).or_else(|| keymap.find(model.scopes(), key))
}

fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if model.is_filtering {
        settle::edit_filter(model, |input| input.paste(text));
    } else if let Some(palette) = &mut model.palette {
        palette.input.paste(text);
    } else if !model.dialog.as_mut().is_some_and(|dialog| dialog.paste(text)) {
        model.say(Notice::note("a paste outside a field is refused"));
    }
    Vec::new()
}

fn filter_key(model: &mut Model, key: Key) -> Vec<Effect> {
    match key {
        Key::Enter => {
            model.is_filtering = false;
            settle::edit_filter(model, |_| {});
        }
        Key::Esc | Key::Ctrl('C') => {
            model.is_filtering = false;
            settle::edit_filter(model, |input| *input = Default::default());
        }
        key => settle::edit_filter(model, |input| {
            input.press(key);
        }),
    }
    Vec::new()
}

fn act(model: &mut Model, action: Action, key: Key) -> Vec<Effect> {
    if action != Action::Quit {
        model.is_quitting = false;
    }
    match action {
        Action::Quit => return quit(model),
        Action::Show(screen) => show(model, screen),
        Action::NextScreen => show(model, model.screen.step(1)),
        Action::PreviousScreen => show(model, model.screen.step(Screen::ALL.len() - 1)),
        Action::Help => model.help = Some(0),
        Action::Pause => pause(model),
        Action::Charts(msg) => charts::act(model, msg),
        Action::LongerWindow => model.wanted_window = Some(model.window().longer()),
        Action::ShorterWindow => model.wanted_window = Some(model.window().shorter()),
        Action::Retry => return vec![Effect::Retry],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Back => return on_screen::back(model, key),
        Action::Palette => model.palette = Some(Palette::default()),
        Action::Filter => model.is_filtering = model.screen.filters(),
        Action::List(msg) => settle::move_list(model, msg),
        Action::Dialog(msg) => return in_dialog(model, msg, key),
        Action::Overview(msg) => {
            let picture = model.paused.as_ref().map_or(&model.live, |pause| &pause.picture);
            let wish = model.overview.update(msg, picture);
            return grant(model, wish);
        }
        Action::Backends(msg) => return on_screen::backends(model, msg, key),
        Action::Limits(msg) => return on_screen::limits(model, msg, key),
        Action::Scaler(msg) => return on_screen::scaler(model, msg, key),
        Action::Events(msg) => return on_screen::events(model, msg, key),
        Action::Tls(msg) => return on_screen::tls(model, msg, key),
        Action::Traffic(msg) => {
            let wish = model.traffic.update(msg);
            return grant(model, wish);
        }
        Action::Undo => return undo(model, key),
        Action::Contexts => return contexts::open(model),
        Action::Mouse => return setting::mouse(model),
        Action::Copy => menu::copies(model),
        Action::Export => menu::exports(model),
        Action::Columns => arrange::open(model),
        Action::Theme => {
            model.settings.themes.choose_next();
            setting::themed(model);
        }
    }
    Vec::new()
}

pub(super) fn quit(model: &mut Model) -> Vec<Effect> {
    if !model.backends.staged.is_empty() && !model.is_quitting {
        model.is_quitting = true;
        let key = |action| model.key(action);
        let (apply, drop, quit) = (key("backend.open"), key("screen.back"), key("screen.quit"));
        let words = format!(
            "staged weights are not applied: {apply} applies, {drop} drops, {quit} again quits"
        );
        model.say(Notice::note(words));
        return Vec::new();
    }
    if let (Some(turns), false) = (model.turns.first(), model.is_quitting) {
        let words = format!(
            "{} drain only while this runs: {} again quits and leaves them as they are",
            turns.to_come().join(", "),
            model.key("screen.quit")
        );
        model.is_quitting = true;
        model.say(Notice::note(words));
        return Vec::new();
    }
    vec![Effect::Quit]
}

fn show(model: &mut Model, screen: Screen) {
    model.screen = screen;
    model.trail.clear();
}

fn pause(model: &mut Model) {
    match model.paused {
        Some(_) => {
            model.paused = None;
            model.charts.follow();
        }
        None => model.pause(),
    }
}

/// Asks whether an operation is to be taken back.
fn undo(model: &mut Model, key: Key) -> Vec<Effect> {
    let chosen = match model.screen {
        Screen::Events => model.events.operation(model.shown()),
        _ => model.own.clone().ok_or("nothing was changed here that could be undone"),
    };
    match chosen {
        Err(why) => model.say(Notice::note(why)),
        Ok(_) if refused(model) => {}
        Ok(id) => {
            if let Some(snapshot) = &model.live.snapshot {
                let dialog = dialog::undo(&id, &model.live.lore, snapshot, model.now, key);
                return open(model, dialog);
            }
        }
    }
    Vec::new()
}

/// Whether nothing may be changed now; says why.
pub(super) fn refused(model: &mut Model) -> bool {
    let hindrance = model.hindrance();
    if let Some(hindrance) = hindrance {
        model.say(Notice::note(hindrance));
    }
    hindrance.is_some()
}

pub(super) fn grant(model: &mut Model, wish: Wish) -> Vec<Effect> {
    match trail::follow(model, wish) {
        Some(Wish::Say(notice)) => model.say(notice),
        Some(Wish::Open(dialog)) => return open(model, *dialog),
        Some(Wish::Practise(practice)) => return vec![Effect::Practise(practice)],
        Some(Wish::Bell(names)) => bells::set(model, names),
        _ => {}
    }
    Vec::new()
}

pub(super) fn open(model: &mut Model, mut dialog: Dialog) -> Vec<Effect> {
    model.tickets += 1;
    let step = match &mut dialog {
        Dialog::Confirm(confirm) => {
            confirm.ticket = model.tickets;
            confirm.at_least(model.own_revision);
            if model.settings.care.protect == Protect::TypeName {
                confirm.raise();
            }
            confirm.ask()
        }
        Dialog::Form(_) => Step::Stay,
    };
    model.dialog = Some(dialog);
    follow(model, step)
}

fn in_dialog(model: &mut Model, msg: dialog::Msg, key: Key) -> Vec<Effect> {
    let Some(mut dialog) = model.dialog.take() else { return Vec::new() };
    let step = match model.around() {
        Some(around) => dialog.update(msg, key, &around),
        None => Step::Close,
    };
    model.dialog = Some(dialog);
    follow(model, step)
}

/// The only place where a request leaves the model: never while there is a hindrance.
pub(super) fn follow(model: &mut Model, step: Step) -> Vec<Effect> {
    match step {
        Step::Stay => {}
        Step::Close => model.dialog = None,
        Step::Become(dialog) => return open(model, *dialog),
        Step::Preview(request) if model.hindrance().is_none() => {
            return vec![Effect::Preview(request)];
        }
        Step::Send(request) if model.hindrance().is_none() => {
            if let Some(Dialog::Confirm(confirm)) = &model.dialog {
                model.turns.extend(confirm.turns());
            }
            return vec![Effect::Apply(request)];
        }
        Step::Preview(_) | Step::Send(_) => {
            if let Some(Dialog::Confirm(confirm)) = &mut model.dialog {
                confirm.unasked();
            }
        }
        Step::Stage(weights) => {
            model.dialog = None;
            let backends = model.live.snapshot.as_ref().map_or(&[][..], |it| &it.backends);
            model.backends.stage(weights, backends);
        }
        Step::Refuse(why) => model.say(Notice::note(why)),
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        model::{Edit, Intent, Scheme},
        tui::{
            Depth, connection::Connection, effect::Request, look::Look, model::Settings,
            screens::Screen, themes::Themes,
        },
    };

    #[test]
    fn no_request_leaves_a_dashboard_that_is_not_connected() {
        let settings = Settings {
            context: String::new(),
            address: String::new(),
            look: Look::new(true, false),
            care: crate::tui::Care::default(),
            own_address: String::new(),
            keymap: crate::tui::Keymap::default(),
            layouts: crate::tui::Layouts::default(),
            themes: Themes::new(Scheme::Ansi16.into(), Depth::Sixteen),
            refresh: Duration::from_secs(1),
            contexts: Vec::new(),
            read_only: false,
            mouse: false,
        };
        let connection = Connection::new(Duration::from_secs(1));
        let mut model = Model::new(settings, connection, Screen::Overview);
        let request = || Request {
            ticket: 1,
            edit: Edit::Remove { names: Vec::new() },
            intent: Intent::default(),
        };
        assert_eq!(follow(&mut model, Step::Send(request())), []);
        assert_eq!(follow(&mut model, Step::Preview(request())), []);
        model.connection.received(model.now);
        assert_eq!(follow(&mut model, Step::Send(request())), [Effect::Apply(request())]);
    }
}
