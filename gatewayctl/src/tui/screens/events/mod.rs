//! Events: what happened, newest first, one of it in full, and what is not as the file says.

mod detail;
mod differences;
mod revert;
mod view;

pub(crate) use view::{view, view_small, widest};

use super::{Screen, Stage, Wish};
use crate::{
    duration,
    model::{Edit, Event, Field, Operation},
    output::columns::EVENT,
    tui::{
        dialog::{Confirm, Level},
        list::{self, List},
        notice::Notice,
        picture::Picture,
    },
};

/// The kinds that events have, in the words of the admin contract.
const KINDS: [&str; 7] = ["change", "health", "scale", "limit", "config", "tls", "gateway"];

/// What the screen remembers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// The rows.
    pub(crate) list: List,
    /// Whether the newest is chosen whenever there is a newer one.
    follows: bool,
    /// Only events of this kind; none shows all.
    kind: Option<usize>,
    /// The newest that was on the screen.
    seen: u64,
    /// What is not as the file says.
    differences: List,
    /// The panel that keys act on.
    panel: Panel,
    /// Whether what is chosen in it has the whole screen.
    pub(super) is_zoomed: bool,
}

/// A panel with rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Panel {
    /// What happened.
    #[default]
    Events,
    /// What is not as the file says.
    Differences,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: List::default(),
            follows: true,
            kind: None,
            seen: 0,
            differences: List::default(),
            panel: Panel::default(),
            is_zoomed: false,
        }
    }
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Show only the next kind.
    NextKind,
    /// To the other panel.
    OtherPanel,
    /// Show what the event, or the difference, is about.
    Open,
    /// The chosen event, or all that differs, on the whole screen, or back.
    Zoom,
    /// All that is not as the file says on the whole screen.
    Differences,
    /// Write it into the file.
    Write,
    /// Make the chosen one as the file says.
    Revert,
    /// What the charts say of the moment of the event.
    Moment,
    /// One step back.
    Back,
}

impl Msg {
    /// Whether it leads to a change.
    pub(crate) const fn changes(self) -> bool {
        matches!(self, Self::Write | Self::Revert)
    }
}

/// An event, and the id that its row is known by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(super) id: String,
    pub(super) event: Event,
    /// Whether its operation can be undone: `9m` while it can.
    pub(super) undo: String,
}

impl Row {
    /// What it is about: the first, and how many more.
    fn target(&self) -> String {
        let mut targets = self.event.target.split(',');
        let first = targets.next().unwrap_or_default().trim();
        match targets.count() {
            0 => first.to_owned(),
            more => format!("{first} +{more}"),
        }
    }
}

impl State {
    /// Does something to the list.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        if self.panel == Panel::Differences {
            let rows = differences::rows(picture);
            return self.differences.update(msg, &differences::ids(&rows), 0);
        }
        let rows = self.rows(picture);
        let ids = ids(&rows);
        self.list.update(msg, &ids, 0);
        self.follows = ids.first().copied() == self.list.selected();
    }

    /// Keeps the selection on a row that is there; on the newest, while that is followed.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        let rows = self.rows(picture);
        let ids = ids(&rows);
        match ids.first() {
            Some(newest) if self.follows => self.list.select(newest),
            _ => self.list.settle(&ids),
        }
        let rows = differences::rows(picture);
        self.differences.settle(&differences::ids(&rows));
    }

    /// Notes that the newest event is on the screen.
    pub(crate) fn see(&mut self, picture: &Picture) {
        self.seen = picture.events.front().map_or(0, |newest| newest.id);
    }

    /// How many events were not yet on the screen.
    pub(crate) fn unseen(&self, picture: &Picture) -> usize {
        picture.events.iter().filter(|event| event.id > self.seen).count()
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture, stage: &Stage<'_>) -> Wish {
        match msg {
            Msg::NextKind => {
                self.kind = match self.kind {
                    None => Some(0),
                    Some(kind) => Some(kind + 1).filter(|kind| *kind < KINDS.len()),
                };
                (self.follows, self.panel) = (true, Panel::Events);
            }
            Msg::OtherPanel => {
                self.panel = match self.panel {
                    Panel::Events => Panel::Differences,
                    Panel::Differences => Panel::Events,
                };
            }
            Msg::Differences => (self.panel, self.is_zoomed) = (Panel::Differences, true),
            Msg::Write => return write(picture, stage),
            Msg::Revert => return self.revert(picture, stage),
            Msg::Open => return self.open(picture),
            Msg::Zoom => self.is_zoomed = !self.is_zoomed,
            Msg::Moment => {
                let nothing = Wish::Say(Notice::note("no event is chosen"));
                return self.chosen(picture).map_or(nothing, |it| Wish::Moment(it.time_ms));
            }
            Msg::Back => return self.back(),
        }
        Wish::Nothing
    }

    /// The word of the kind that is shown; none when all are.
    pub(super) fn kind(&self) -> Option<&'static str> {
        self.kind.and_then(|at| KINDS.get(at).copied())
    }

    /// The events that are shown, newest first.
    pub(super) fn rows(&self, picture: &Picture) -> Vec<Row> {
        let now_ms = picture.time_ms();
        let shown = picture.events.iter().filter(|event| {
            self.kind().is_none_or(|kind| event.kind == kind)
                && self.list.filter.admits(*event, EVENT, now_ms)
        });
        let undo = |event: &Event| undo(picture.lore.operation(&event.op), now_ms);
        let row = |event: &Event| Row {
            id: event.id.to_string(),
            event: event.clone(),
            undo: undo(event),
        };
        shown.map(row).collect()
    }

    /// The events that are shown, newest first, as the gateway told them.
    pub(crate) fn shown(&self, picture: &Picture) -> Vec<Event> {
        self.rows(picture).into_iter().map(|row| row.event).collect()
    }

    /// The chosen event.
    pub(crate) fn chosen<'a>(&self, picture: &'a Picture) -> Option<&'a Event> {
        let id = self.list.selected()?;
        picture.events.iter().find(|event| event.id.to_string() == id)
    }

    /// The operation of the chosen event, or why there is none.
    pub(crate) fn operation(&self, picture: &Picture) -> Result<String, &'static str> {
        match self.chosen(picture).map(|event| event.op.as_str()) {
            None => Err("no event is chosen"),
            Some("") => Err("nobody did this: there is nothing to undo"),
            Some(op) => Ok(op.to_owned()),
        }
    }

    /// The chosen difference.
    fn difference(&self, picture: &Picture) -> Option<Field> {
        let rows = differences::rows(picture).into_iter();
        let mut chosen = rows.filter(|row| self.differences.selected() == Some(&row.id));
        chosen.next().map(|row| row.field)
    }

    fn revert(&mut self, picture: &Picture, stage: &Stage<'_>) -> Wish {
        if self.panel == Panel::Events {
            let (panel, revert) =
                (stage.keymap.label("event.panel"), stage.keymap.label("event.revert"));
            let words =
                format!("{panel} goes to what is not as in the file; {revert} there reverts");
            return Wish::Say(Notice::note(words));
        }
        let Some(field) = self.difference(picture) else {
            return Wish::Say(Notice::note("everything is as the file says"));
        };
        let was = field.value.as_deref().unwrap_or("gone");
        let file = field.file.as_deref().unwrap_or("not in it");
        let note = format!("{}: is {was}, file {file}", field.field);
        match revert::edit(&field) {
            Ok(edit) => confirm(edit, note, stage),
            Err(why) => Wish::Say(Notice::note(why)),
        }
    }

    fn open(&self, picture: &Picture) -> Wish {
        let target = match self.panel {
            Panel::Events => self.chosen(picture).map(|event| event.target.clone()),
            Panel::Differences => self.difference(picture).map(|field| field.target),
        };
        let target = target.unwrap_or_default();
        let first = target.split(',').next().unwrap_or_default().trim();
        match first.split_once('/') {
            Some(("backend", name)) => Wish::Go(Screen::Backends, name.to_owned()),
            Some(("pool", name)) => Wish::Pool(name.to_owned()),
            Some(("limit", name)) => Wish::Go(Screen::Limits, name.to_owned()),
            Some(("scaler", name)) => Wish::Go(Screen::Scaler, name.to_owned()),
            Some(("listener", name)) => Wish::Go(Screen::Tls, name.to_owned()),
            _ => Wish::Say(Notice::note(format!("{first} has no screen of its own"))),
        }
    }

    fn back(&mut self) -> Wish {
        if self.is_zoomed {
            self.is_zoomed = false;
        } else if self.panel != Panel::Events {
            self.panel = Panel::Events;
        } else if !self.list.filter.is_empty() {
            self.list.filter = Default::default();
        } else if self.kind.is_some() {
            self.kind = None;
        } else if !self.follows {
            self.follows = true;
        } else {
            return Wish::Pass;
        }
        Wish::Nothing
    }
}

/// Asks for what can stand in the file to be written there.
fn write(picture: &Picture, stage: &Stage<'_>) -> Wish {
    let rows = differences::rows(picture);
    let lasting: Vec<&Field> = rows.iter().map(|it| &it.field).filter(|it| it.persists).collect();
    if lasting.is_empty() {
        let words = match rows.len() {
            0 => "everything is as the file says",
            _ => "a file cannot say any of this: drains, blocks and what goes back by itself",
        };
        return Wish::Say(Notice::note(words));
    }
    let words = lasting.iter().map(|it| format!("{} {}", it.target, it.field));
    confirm(Edit::PersistConfig, words.collect::<Vec<_>>().join(", "), stage)
}

fn confirm(edit: Edit, note: String, stage: &Stage<'_>) -> Wish {
    let question = Confirm::new(edit, Level::Key, stage.snapshot, stage.now, stage.key);
    Wish::Open(Box::new(question.note(note).into()))
}

/// Whether an operation can be undone, in few cells.
fn undo(operation: Option<&Operation>, now_ms: i64) -> String {
    let Some(it) = operation else { return String::new() };
    match (it.undo.as_str(), it.undo_until_ms) {
        ("available", Some(until_ms)) => duration::short(duration::age(until_ms, now_ms)),
        ("none" | "", _) => "no".to_owned(),
        (word, _) => word.to_owned(),
    }
}

fn ids(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}
