//! The palette: a command typed in the dashboard, in the grammar of the command line.
//!
//! ```text
//! :backends /pool=api @prod  a screen, its filter, another gateway; each alone as well
//! :drain . -m "new disk"     any command that changes something; `.` is the chosen row
//! :set window=1h             what can be set: window, refresh, theme
//! :help   :quit
//! ```

use futures_util::future::LocalBoxFuture;

use super::{
    contexts,
    dialog::{Confirm, Level, input::Input},
    effect::Effect,
    key::Key,
    model::Model,
    notice::Notice,
    screens::Screen,
    setting, settle, update,
};
use crate::{
    client::Client,
    config::Context,
    model::{Edit, Intent, Snapshot},
};

/// Lines kept to be typed again.
const KEPT: usize = 200;

/// The grammar of the command line.
#[derive(Debug, Clone, Copy)]
pub struct Grammar {
    /// What a line asks for, or why it asks for nothing.
    pub read: fn(Line, Client) -> LocalBoxFuture<'static, Result<Order, String>>,
    /// What could stand where a line ends.
    pub complete: fn(&str, &Snapshot) -> Vec<Candidate>,
}

/// A line, and the row it was typed upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As it was typed.
    pub text: String,
    /// What `.` stands for; nothing where no row is chosen.
    pub here: Option<String>,
}

/// A change that a line asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The change.
    pub edit: Edit,
    /// Drains that follow it, each once the one before is over.
    pub rest: Vec<Edit>,
    /// Why, and on which conditions.
    pub intent: Intent,
    /// Whether it is not easily taken back.
    pub is_grave: bool,
}

/// A word that could stand there, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The word.
    pub value: String,
    /// What is said of it.
    pub help: String,
}

/// A palette that is open.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Palette {
    /// What is typed.
    pub(crate) input: Input,
    /// What could stand at its end.
    pub(crate) candidates: Vec<Candidate>,
    /// Why the line asks for nothing.
    pub(crate) error: Option<String>,
    /// Whether the line is being read.
    pub(crate) is_reading: bool,
    /// How many lines back it is among those typed before.
    back: usize,
}

/// A line that was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Read {
    /// The line.
    pub(crate) text: String,
    /// What it asks for.
    pub(crate) result: Result<Order, String>,
}

/// What completes a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Completed {
    /// The line.
    pub(crate) text: String,
    /// What could stand at its end.
    pub(crate) candidates: Vec<Candidate>,
}

/// What a line asks for that needs no grammar.
enum Jump {
    Show(Screen, Option<String>),
    Switch(String, Option<Box<Self>>),
    Help,
    Quit,
}

/// Takes a key while the palette is open.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(palette) = &mut model.palette else { return Vec::new() };
    match key {
        Key::Esc | Key::Ctrl('C') => model.palette = None,
        Key::Enter => return enter(model),
        Key::Tab => return ask_completion(model),
        Key::Up => recall(model, 1),
        Key::Down => recall(model, -1),
        key => {
            palette.input.press(key);
            palette.candidates.clear();
            palette.error = None;
        }
    }
    Vec::new()
}

/// What is set is known here; all else is the grammar's.
fn ask_completion(model: &mut Model) -> Vec<Effect> {
    let Some(palette) = &model.palette else { return Vec::new() };
    let text = palette.input.text().to_owned();
    let candidates = if let Some(typed) = text.strip_prefix("set ") {
        let fitting = setting::words(model).into_iter().filter(|word| word.starts_with(typed));
        fitting.map(|value| Candidate { value, help: String::new() }).collect()
    } else if let Some(typed) = last_word(&text).strip_prefix('@') {
        contexts_like(model, typed)
    } else {
        return vec![Effect::Complete(text)];
    };
    complete(model, Completed { text, candidates });
    Vec::new()
}

/// The contexts whose names begin so, as a line names them.
fn contexts_like(model: &Model, typed: &str) -> Vec<Candidate> {
    let contexts = model.settings.contexts.iter().filter(|it| it.name.starts_with(typed));
    let candidate =
        |it: &Context| Candidate { value: format!("@{}", it.name), help: it.address.to_string() };
    contexts.map(candidate).collect()
}

/// What a line may begin with beside commands: screens, and words of the dashboard's own.
fn beginnings(typed: &str) -> impl Iterator<Item = Candidate> {
    let screens = Screen::ALL.map(|screen| (screen.titles()[0].to_lowercase(), "the screen"));
    let own = [("set", "window, refresh, theme"), ("help", "the keys"), ("quit", "leave")];
    let all = screens.into_iter().chain(own.map(|(word, help)| (word.to_owned(), help)));
    all.filter(move |(word, _)| word.starts_with(typed))
        .map(|(value, help)| Candidate { value, help: help.to_owned() })
}

fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(palette) = &mut model.palette else { return Vec::new() };
    let text = palette.input.text().trim().to_owned();
    if text.is_empty() {
        model.palette = None;
        return Vec::new();
    }
    if let Some(rest) = text.strip_prefix("set ") {
        return set(model, rest);
    }
    if let Some(jump) = jump(&text) {
        return match go(model, jump) {
            Ok(effects) => {
                model.palette = None;
                effects
            }
            Err(error) => {
                palette_error(model, error);
                Vec::new()
            }
        };
    }
    if let Some(hindrance) = model.hindrance() {
        palette_error(model, hindrance);
        return Vec::new();
    }
    if let Some(palette) = &mut model.palette {
        palette.is_reading = true;
        palette.error = None;
    }
    let here = here(model);
    vec![Effect::Read(Line { text, here })]
}

fn set(model: &mut Model, text: &str) -> Vec<Effect> {
    match setting::set(model, text) {
        Ok(effects) => {
            model.palette = None;
            effects
        }
        Err(error) => {
            palette_error(model, error);
            Vec::new()
        }
    }
}

fn jump(text: &str) -> Option<Jump> {
    match text {
        "q" | "quit" => return Some(Jump::Quit),
        "help" | "?" => return Some(Jump::Help),
        _ => {}
    }
    if let Some((rest, context)) = text.rsplit_once('@')
        && (rest.is_empty() || rest.ends_with(' '))
    {
        let then = if rest.is_empty() { None } else { Some(Box::new(jump(rest.trim())?)) };
        return Some(Jump::Switch(context.to_owned(), then));
    }
    let (name, filter) = match text.split_once('/') {
        Some((name, filter)) => (name.trim(), Some(filter.trim().to_owned())),
        None => (text, None),
    };
    Screen::named(name).map(|screen| Jump::Show(screen, filter))
}

fn go(model: &mut Model, jump: Jump) -> Result<Vec<Effect>, String> {
    match jump {
        Jump::Quit => return Ok(update::quit(model)),
        Jump::Switch(name, then) => {
            let mut effects = contexts::switch_to(model, &name)?;
            if let Some(then) = then {
                effects.extend(go(model, *then)?);
            }
            return Ok(effects);
        }
        Jump::Help => model.help = Some(0),
        Jump::Show(screen, filter) => {
            model.screen = screen;
            model.trail.clear();
            if let Some(filter) = filter {
                settle::edit_filter(model, |input| *input = Input::of(&filter));
            }
        }
    }
    Ok(Vec::new())
}

/// The name of the row that keys would act on.
fn here(model: &Model) -> Option<String> {
    let picture = model.shown();
    match model.screen {
        Screen::Backends => model.backends.selected(picture).map(|it| it.name.clone()),
        Screen::Limits => model.limits.selected(picture).map(|it| it.name.clone()),
        Screen::Scaler => model.scaler.selected(picture).map(|it| it.pool.clone()),
        Screen::Overview | Screen::Traffic | Screen::Events | Screen::Tls => None,
    }
}

fn palette_error(model: &mut Model, error: impl Into<String>) {
    if let Some(palette) = &mut model.palette {
        palette.error = Some(error.into());
    }
}

/// One line further back among those typed before, or forward again.
fn recall(model: &mut Model, step: isize) {
    let Some(palette) = &mut model.palette else { return };
    let back = palette.back.saturating_add_signed(step).min(model.lines.len());
    let line = if back == 0 { "" } else { &model.lines[model.lines.len() - back] };
    *palette = Palette { input: Input::of(line), back, ..Palette::default() };
}

/// Takes what a line was read as: the change is asked for as any other, with its plan first.
pub(super) fn read(model: &mut Model, read: Read) -> Vec<Effect> {
    let is_awaited = |it: &&mut Palette| it.is_reading && it.input.text().trim() == read.text;
    let Some(palette) = model.palette.as_mut().filter(is_awaited) else { return Vec::new() };
    palette.is_reading = false;
    let order = match read.result {
        Ok(order) => order,
        Err(error) => {
            palette.error = Some(error);
            return Vec::new();
        }
    };
    let Some(snapshot) = &model.live.snapshot else { return Vec::new() };
    let level = if order.is_grave { Level::Name } else { Level::Key };
    let confirm = Confirm::new(order.edit, level, snapshot, model.now, Key::Enter);
    let confirm = confirm.followed_by(order.rest, snapshot).on_terms(order.intent);
    model.palette = None;
    model.lines.retain(|line| *line != read.text);
    model.lines.push(read.text);
    let surplus = model.lines.len().saturating_sub(KEPT);
    model.lines.drain(..surplus);
    let mut effects = update::open(model, confirm.into());
    effects.push(Effect::Remember(model.lines.clone()));
    effects
}

/// Takes what completes a line: as much of it as all candidates have in common.
pub(super) fn complete(model: &mut Model, completed: Completed) {
    let Some(palette) = &mut model.palette else { return };
    if palette.input.text() != completed.text {
        return;
    }
    let mut candidates = completed.candidates;
    if !completed.text.contains(char::is_whitespace) {
        let told = |it: &Candidate| candidates.iter().any(|other| other.value == it.value);
        let more: Vec<Candidate> = beginnings(&completed.text).filter(|it| !told(it)).collect();
        candidates.extend(more);
    }
    let Some(common) = common(&candidates) else {
        model.say(Notice::note("nothing to complete here"));
        return;
    };
    let typed = last_word(&completed.text);
    let before = &completed.text[..completed.text.len() - typed.len()];
    if common.len() > typed.len() {
        let end = if candidates.len() == 1 && !common.ends_with('=') { " " } else { "" };
        palette.input = Input::of(&format!("{before}{common}{end}"));
    }
    palette.candidates = if candidates.len() == 1 { Vec::new() } else { candidates };
}

/// What all candidates begin with.
fn common(candidates: &[Candidate]) -> Option<String> {
    let (first, rest) = candidates.split_first()?;
    let mut common = first.value.as_str();
    for other in rest {
        let same = common.char_indices().zip(other.value.chars());
        let end = same.take_while(|((_, one), other)| one == other).last();
        common = end.map_or("", |((at, one), _)| &common[..at + one.len_utf8()]);
    }
    Some(common.to_owned())
}

/// The word that a line ends in.
fn last_word(text: &str) -> &str {
    text.rfind(char::is_whitespace).map_or(text, |at| {
        let space = text[at..].chars().next().map_or(0, char::len_utf8);
        &text[at + space..]
    })
}
