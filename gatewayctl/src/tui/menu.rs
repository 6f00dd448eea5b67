//! A menu: what can be copied or exported here, each by a key.

use ratatui::{Frame, text::Span};

use super::{
    effect::Effect,
    export::{Export, Form},
    key::Key,
    look::Look,
    model::Model,
    notice::Notice,
    sheet,
    theme::Role,
    widgets::panel,
};
use crate::{output::Format, safe_text::safe_text};

/// More than terminals take into their clipboard.
const MOST_COPIED: usize = 48 * 1024;

/// A menu that is open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Menu {
    title: &'static str,
    items: Vec<Item>,
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    key: char,
    words: &'static str,
    /// What it would be, as far as that is told.
    told: String,
    does: Does,
}

#[derive(Debug, Clone, PartialEq)]
enum Does {
    Copy(String),
    Export(Form),
}

/// What can be copied of the chosen row.
pub(super) fn copies(model: &mut Model) {
    let item = |it: sheet::Copied| Item {
        key: if it.what == "row" { 'j' } else { it.what.chars().next().unwrap_or('?') },
        words: if it.what == "row" { "row as JSON" } else { it.what },
        told: it.text.clone(),
        does: Does::Copy(it.text),
    };
    let items: Vec<Item> = sheet::chosen(model).into_iter().map(item).collect();
    open(model, "Copy", items, "nothing is chosen that could be copied");
}

/// What can be exported of the screen.
pub(super) fn exports(model: &mut Model) {
    let forms = [
        ('c', "rows as CSV", Form::Csv),
        ('j', "rows as JSON lines", Form::Jsonl),
        ('t', "screen as text", Form::Text),
        ('a', "screen with its colours", Form::Ansi),
    ];
    let item =
        |(key, words, form)| Item { key, words, told: String::new(), does: Does::Export(form) };
    let has_any = model.shown().snapshot.is_some();
    let items = if has_any { forms.map(item).to_vec() } else { Vec::new() };
    open(
        model,
        "Export to a file in this directory",
        items,
        "nothing came yet that could be exported",
    );
}

fn open(model: &mut Model, title: &'static str, items: Vec<Item>, otherwise: &'static str) {
    if items.is_empty() {
        model.say(Notice::note(otherwise));
    } else {
        model.menu = Some(Menu { title, items });
    }
}

/// Takes a key while a menu is open; one that is none of its own closes it.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(menu) = model.menu.take() else { return Vec::new() };
    let chosen = menu.items.into_iter().find(|item| key == Key::Char(item.key));
    match chosen.map(|item| item.does) {
        None => Vec::new(),
        Some(Does::Copy(text)) => copy(model, &text),
        Some(Does::Export(form)) => export(model, form),
    }
}

/// Copies a text without the control characters that somebody may have put into it.
fn copy(model: &mut Model, text: &str) -> Vec<Effect> {
    let text = safe_text(text).into_owned();
    if text.len() > MOST_COPIED {
        let words =
            format!("too long for a clipboard; {} writes a file", model.key("screen.export"));
        model.say(Notice::note(words));
        return Vec::new();
    }
    let words = format!("copied by the terminal, if it lets programs: {text}");
    model.say(Notice::note(words));
    vec![Effect::Copy(text)]
}

fn export(model: &mut Model, form: Form) -> Vec<Effect> {
    let rows = match form {
        Form::Csv => sheet::rows(model, Format::Csv),
        Form::Jsonl => sheet::rows(model, Format::Jsonl),
        Form::Text | Form::Ansi => None,
    };
    vec![Effect::Export(Box::new(Export {
        context: model.settings.context.clone(),
        screen: model.screen.titles()[0].to_lowercase(),
        time_ms: model.shown().time_ms(),
        form,
        rows,
    }))]
}

/// Draws the menu over the screen.
pub(super) fn view(look: Look, menu: &Menu, frame: &mut Frame<'_>) {
    let whole = frame.area();
    let rows = u16::try_from(menu.items.len()).unwrap_or(u16::MAX);
    let (width, height) = (whole.width.min(76), (rows + 2).min(whole.height));
    let area = panel::middle(whole, width, height);
    let title = format!("{}   any other key closes", menu.title);
    let room = panel::boxed(look, frame.buffer_mut(), area, &title);
    for (line, item) in (0..).zip(&menu.items) {
        let cells = usize::from(room.width).saturating_sub(17);
        look.row(
            frame.buffer_mut(),
            room,
            line,
            vec![
                Span::styled(format!(" {}  ", item.key), look.style(Role::Accent)),
                Span::raw(format!("{:<13}", item.words)),
                look.text(Role::Muted, look.cut_end(&item.told, cells)),
            ],
        );
    }
}
