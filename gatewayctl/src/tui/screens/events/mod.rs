//! Events: what happened, newest first, one of it in full, and what is not as the file says.

mod detail;
mod overrides;
mod view;

pub(crate) use view::{view, view_small};

use super::{Screen, Wish};
use crate::{
    duration,
    model::{Event, Operation},
    output::columns::EVENT,
    tui::{
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
    /// Whether the chosen event has the whole screen.
    pub(super) is_zoomed: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { list: List::default(), follows: true, kind: None, seen: 0, is_zoomed: false }
    }
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Show only the next kind.
    NextKind,
    /// Show what the event is about.
    Open,
    /// The chosen event on the whole screen, or back.
    Zoom,
    /// One step back.
    Back,
}

/// An event, and the id that its row is known by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
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
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture) -> Wish {
        match msg {
            Msg::NextKind => {
                self.kind = match self.kind {
                    None => Some(0),
                    Some(kind) => Some(kind + 1).filter(|kind| *kind < KINDS.len()),
                };
                self.follows = true;
            }
            Msg::Open => return self.open(picture),
            Msg::Zoom => self.is_zoomed = !self.is_zoomed,
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

    fn open(&self, picture: &Picture) -> Wish {
        let rows = self.rows(picture);
        let chosen = rows.iter().find(|row| self.list.selected() == Some(&row.id));
        let target = chosen.map_or("", |row| &row.event.target);
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
