//! The chooser of contexts: every gateway of the file, whether it answers, and the way to it.

use std::collections::BTreeMap;

use ratatui::{Frame, layout::Rect, text::Span};

use super::{
    dialog, effect::Effect, key::Key, list, look::Look, message::Action, model::Model,
    notice::Notice, switch, theme::Role, widgets::panel,
};
use crate::{client, config::Context, model::Protect, tui::bindings::Scope};

/// Gateways that are asked whether they answer; more are not waited for.
const ASKED: usize = 32;

/// A chooser that is open.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Chooser {
    /// The row that keys act on.
    at: usize,
    /// What was found of each gateway that was asked.
    reached: BTreeMap<String, Result<Reached, client::Error>>,
}

/// A gateway that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reached {
    /// Its version.
    pub(crate) version: String,
    /// How long connecting and one question took, in milliseconds.
    pub(crate) took_ms: u64,
}

/// What came of asking a gateway.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reach {
    /// The context.
    pub(crate) name: String,
    /// What answered, or why nothing did.
    pub(crate) result: Result<Reached, client::Error>,
}

/// Opens the chooser, and asks all other gateways whether they answer.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let contexts = &model.settings.contexts;
    if contexts.is_empty() {
        let words = "no contexts in your file: gatewayctl context add NAME --addr URL";
        model.say(Notice::note(words));
        return Vec::new();
    }
    let here = contexts.iter().position(|it| it.name == model.settings.context);
    model.chooser = Some(Chooser { at: here.unwrap_or(0), ..Chooser::default() });
    ask(model)
}

fn ask(model: &mut Model) -> Vec<Effect> {
    let others = model.settings.contexts.iter().filter(|it| it.name != model.settings.context);
    let others: Vec<Context> = others.take(ASKED).cloned().collect();
    if let Some(chooser) = &mut model.chooser {
        chooser.reached.clear();
    }
    vec![Effect::Reach(others)]
}

/// Takes a key while the chooser is open.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(chooser) = &mut model.chooser else { return Vec::new() };
    let last = model.settings.contexts.len().saturating_sub(1);
    let places = [Scope::List, Scope::Ends, Scope::Lost, Scope::Global];
    let on = model.settings.keymap.find(&[Scope::Dialog], key);
    let on = on.filter(|action| *action == Action::Dialog(dialog::Msg::On));
    match on.or_else(|| model.settings.keymap.find(&places, key)) {
        Some(Action::List(list::Msg::Down)) => chooser.at = (chooser.at + 1).min(last),
        Some(Action::List(list::Msg::Up)) => chooser.at = chooser.at.saturating_sub(1),
        Some(Action::List(list::Msg::First)) => chooser.at = 0,
        Some(Action::List(list::Msg::Last)) => chooser.at = last,
        Some(Action::Retry) => return ask(model),
        Some(Action::Dialog(dialog::Msg::On)) => return choose(model),
        Some(Action::Back | Action::Contexts | Action::Quit) => model.chooser = None,
        _ => {}
    }
    Vec::new()
}

fn choose(model: &mut Model) -> Vec<Effect> {
    let Some(chooser) = model.chooser.take() else { return Vec::new() };
    match model.settings.contexts.get(chooser.at).cloned() {
        Some(context) if !is_here(model, &context) => switch::switch(model, context),
        _ => Vec::new(),
    }
}

/// Switches to the context called `name`.
///
/// # Errors
/// When there is none.
pub(super) fn switch_to(model: &mut Model, name: &str) -> Result<Vec<Effect>, String> {
    let contexts = &model.settings.contexts;
    let Some(context) = contexts.iter().find(|it| it.name == name).cloned() else {
        let names: Vec<&str> = contexts.iter().map(|it| it.name.as_str()).collect();
        let remedy = crate::config::suggestion(name, &names);
        return Err(format!("there is no context {name:?}; {remedy}"));
    };
    if is_here(model, &context) {
        return Ok(Vec::new());
    }
    Ok(switch::switch(model, context))
}

fn is_here(model: &Model, context: &Context) -> bool {
    context.name == model.settings.context && context.address.to_string() == model.settings.address
}

/// Takes what came of asking a gateway.
pub(super) fn reached(model: &mut Model, reach: Reach) {
    if let Some(chooser) = &mut model.chooser {
        chooser.reached.insert(reach.name, reach.result);
    }
}

/// Draws the chooser over the screen.
pub(super) fn view(model: &Model, chooser: &Chooser, frame: &mut Frame<'_>) {
    let look = model.settings.look;
    let contexts = &model.settings.contexts;
    let whole = frame.area();
    let rows = u16::try_from(contexts.len()).unwrap_or(u16::MAX);
    let height = rows.saturating_add(2).min(whole.height);
    let width = whole.width.min(100);
    let area = panel::middle(whole, width, height);
    let (on, again) = (model.key("dialog.on"), model.key("link.retry"));
    let keys = format!("Contexts   {on} switches   {again} asks again");
    let room = panel::boxed(look, frame.buffer_mut(), area, &keys);
    let shown = usize::from(room.height);
    let first = chooser.at.saturating_sub(shown.saturating_sub(1));
    for (line, context) in (0..room.height).zip(contexts.iter().skip(first)) {
        let is_selected = first + usize::from(line) == chooser.at;
        let spans = row(model, chooser, context, is_selected, usize::from(room.width));
        look.row(frame.buffer_mut(), room, line, spans);
        if is_selected {
            let place = Rect { y: room.y + line, height: 1, ..room };
            frame.buffer_mut().set_style(place, look.style(Role::Selected));
        }
    }
}

fn row<'a>(
    model: &Model,
    chooser: &'a Chooser,
    context: &'a Context,
    is_selected: bool,
    width: usize,
) -> Vec<Span<'a>> {
    let look = model.settings.look;
    let is_roomy = width >= 60;
    let names = if is_roomy { 20 } else { 12 };
    let sign = if is_selected { look.glyphs.here } else { ' ' };
    let mut name = look.text(Role::Title, look.cut_middle(&context.name, names));
    let gap = " ".repeat(names.saturating_sub(name.width()));
    name.style = look.theme.badge(context.header_color);
    let mut spans = vec![Span::raw(format!("{sign} ")), name, Span::raw(format!("{gap}  "))];
    let protect = match context.protect {
        Protect::Confirm => "",
        protect => protect.word(),
    };
    spans.push(look.text(Role::Warn, format!("{protect:<10}")));
    if is_roomy {
        let cells = (width - names - 16) / 2;
        let address = look.cut_middle(&context.address.to_string(), cells);
        spans.push(look.text(Role::Muted, format!("{address:<cells$}  ")));
    }
    let (role, words) = found(model, chooser, context);
    spans.push(look.text(role, words));
    spans
}

/// What is known of a gateway.
fn found(model: &Model, chooser: &Chooser, context: &Context) -> (Role, String) {
    if is_here(model, context) {
        let here = match model.hindrance() {
            _ if model.connection.error().is_some() => "here, disconnected",
            _ => "here",
        };
        return (Role::Accent, here.to_owned());
    }
    match chooser.reached.get(&context.name) {
        None => (Role::Muted, "asking".to_owned()),
        Some(Ok(reached)) => {
            (Role::Ok, format!("answers in {} ms, {}", reached.took_ms, reached.version))
        }
        Some(Err(error)) => {
            (Role::Bad, format!("{} {}", look(model).glyphs.alerts[1], error.message))
        }
    }
}

const fn look(model: &Model) -> Look {
    model.settings.look
}
