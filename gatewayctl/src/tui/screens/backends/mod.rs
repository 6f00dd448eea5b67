//! Backends: every backend as a row, one in detail, and what may be done to them.

pub(crate) mod columns;
mod detail;
mod drain;
mod view;

pub(crate) use view::{view, view_small};

use std::time::Duration;

use super::{Stage, Wish, staged::Staged};
use crate::{
    duration,
    model::{Backend, Edit, Fault, Snapshot, Standing},
    tui::{
        dialog::{self, Confirm, Dialog, Level},
        effect::Practice,
        list::{self, List},
        notice::Notice,
        picture::Picture,
    },
};
use columns::TABLE;

/// So much more time a drain is given by a key.
const MORE: Duration = Duration::from_secs(60);

/// What the screen remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    /// The rows.
    pub(crate) list: List,
    /// Weights that were asked for and not yet applied.
    pub(crate) staged: Staged,
    /// Whether the selected backend has the whole screen.
    pub(crate) is_zoomed: bool,
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Drain.
    Drain,
    /// Take new requests again.
    Enable,
    /// Neither requests nor checks.
    Maintenance,
    /// Stage a weight that much heavier or lighter.
    Nudge(i32),
    /// Ask for a weight to stage.
    Weight,
    /// Add a backend.
    Add,
    /// Change what can be changed of a backend.
    Edit,
    /// Remove.
    Remove,
    /// Close what is left of a drain.
    Kill,
    /// Give drains a minute more.
    Longer,
    /// Ring when drains are over, or not.
    Bell,
    /// Spoil or mend the chosen app server of a demo.
    Spoil(Fault),
    /// Change a demo's load by a factor of two: more, or less.
    Load {
        /// Whether there is to be more.
        more: bool,
    },
    /// Apply what is staged, or go deeper: the detail, then its requests.
    Enter,
    /// The selected backend on the whole screen, or back.
    Zoom,
    /// One step back.
    Back,
}

impl State {
    /// Does something to the list.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        let ids = TABLE.ids(picture.backends(), &self.list, picture.time_ms());
        self.list.update(msg, &ids, TABLE.sorts());
    }

    /// Keeps the selection on a row that is there.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        let ids = TABLE.ids(picture.backends(), &self.list, picture.time_ms());
        self.list.settle(&ids);
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture, stage: &Stage<'_>) -> Wish {
        let targets = self.targets(picture, stage);
        match msg {
            Msg::Drain if targets.is_empty() => nobody(),
            Msg::Drain => confirm(Edit::Drain { names: targets, order: None }, Level::Key, stage),
            Msg::Enable => Self::stand(targets, Standing::Active, stage),
            Msg::Maintenance => Self::stand(targets, Standing::Maintenance, stage),
            Msg::Nudge(by) => self.nudge(&targets, by, stage),
            Msg::Weight if targets.is_empty() => nobody(),
            Msg::Weight => open(dialog::weight(targets, stage.snapshot).into()),
            Msg::Add => {
                let pool = self.selected(picture).map(|backend| backend.pool.as_str());
                open(dialog::add(stage.snapshot, pool).into())
            }
            Msg::Edit => {
                let name = self.list.selected();
                let chosen = stage.snapshot.backends.iter().find(|it| Some(&*it.name) == name);
                chosen.map_or_else(nobody, |backend| open(dialog::edit(backend).into()))
            }
            Msg::Remove if targets.is_empty() => nobody(),
            Msg::Remove => confirm(Edit::Remove { names: targets }, Level::Name, stage),
            Msg::Kill if targets.is_empty() => nobody(),
            Msg::Kill => confirm(Edit::Kill { names: targets }, Level::Name, stage),
            Msg::Longer => longer(&targets, stage),
            Msg::Bell => {
                let drains = drains(&targets, stage.snapshot);
                if drains.is_empty() { not_draining() } else { Wish::Bell(drains) }
            }
            Msg::Spoil(_) | Msg::Load { .. } if !stage.snapshot.demo => {
                Wish::Say(Notice::note("only a demo is there to practise on"))
            }
            Msg::Spoil(fault) => match self.list.selected() {
                Some(name) if !targets.is_empty() => {
                    Wish::Practise(Practice::Spoil(name.to_owned(), fault))
                }
                _ => nobody(),
            },
            Msg::Load { more } => Wish::Practise(Practice::Load { more }),
            Msg::Enter if !self.staged.is_empty() => self.apply(stage),
            Msg::Enter if self.is_zoomed => match self.selected(picture) {
                Some(backend) => Wish::Requests(backend.name.clone()),
                None => nobody(),
            },
            Msg::Enter | Msg::Zoom => {
                self.is_zoomed = !self.is_zoomed;
                Wish::Nothing
            }
            Msg::Back => self.back(),
        }
    }

    /// Takes weights from the prompt.
    pub(crate) fn stage(&mut self, weights: Vec<(String, u32)>, backends: &[Backend]) {
        for (name, weight) in weights {
            if let Some(backend) = backends.iter().find(|backend| backend.name == name) {
                self.staged.stage(backend, weight);
            }
        }
    }

    /// The selected backend in `picture`.
    pub(crate) fn selected<'a>(&self, picture: &'a Picture) -> Option<&'a Backend> {
        let selected = self.list.selected()?;
        picture.backends().iter().find(|backend| backend.name == selected)
    }

    /// Marked or selected backends that are on the screen and still exist.
    fn targets(&self, picture: &Picture, stage: &Stage<'_>) -> Vec<String> {
        let ids = TABLE.ids(picture.backends(), &self.list, picture.time_ms());
        let mut targets = self.list.targets(&ids);
        targets.retain(|name| stage.snapshot.backends.iter().any(|it| it.name == *name));
        targets
    }

    fn stand(names: Vec<String>, standing: Standing, stage: &Stage<'_>) -> Wish {
        if names.is_empty() {
            return nobody();
        }
        confirm(Edit::SetStanding { names, standing }, Level::Key, stage)
    }

    fn nudge(&mut self, names: &[String], by: i32, stage: &Stage<'_>) -> Wish {
        for backend in stage.snapshot.backends.iter().filter(|it| names.contains(&it.name)) {
            self.staged.nudge(backend, by);
        }
        if names.is_empty() { nobody() } else { Wish::Nothing }
    }

    fn apply(&self, stage: &Stage<'_>) -> Wish {
        let backends = &stage.snapshot.backends;
        let overtaken = self.staged.overtaken(backends);
        let Some(edit) = self.staged.edit(backends) else {
            let words = "every staged weight was overtaken by another change: drop them";
            return Wish::Say(Notice::error(words));
        };
        let mut question = Confirm::new(edit, Level::Key, stage.snapshot, stage.now, stage.key);
        // The gateway's own answer tells what becomes of one.
        let several = self.staged.len() > 1;
        for backend in backends.iter().filter(|_| several) {
            if let Some(super::staged::Standing::Ready(weight)) = self.staged.of(backend) {
                let Backend { name, weight: was, .. } = backend;
                question = question.note(format!("{name} weight {weight}, was {was}"));
            }
        }
        if overtaken > 0 {
            question =
                question.note(format!("{overtaken} staged but overtaken, not sent: look again"));
        }
        open(question.into())
    }

    fn back(&mut self) -> Wish {
        if !self.staged.is_empty() {
            self.staged.clear();
            return Wish::Say(Notice::note("staged weights dropped, nothing was sent"));
        }
        if self.is_zoomed {
            self.is_zoomed = false;
        } else if !self.list.back() {
            return Wish::Pass;
        }
        Wish::Nothing
    }
}

/// The names of those that drain and are not drained yet.
fn drains(names: &[String], snapshot: &Snapshot) -> Vec<String> {
    let drains = |it: &&Backend| {
        let drain = it.drain.as_ref().filter(|_| it.standing == Standing::Draining);
        names.contains(&it.name) && drain.is_some_and(|drain| drain.drained_ms.is_none())
    };
    snapshot.backends.iter().filter(drains).map(|it| it.name.clone()).collect()
}

/// One drain at a time: each has its own deadlines.
fn longer(names: &[String], stage: &Stage<'_>) -> Wish {
    let drains = drains(names, stage.snapshot);
    let [name] = &drains[..] else {
        return match drains.len() {
            0 => not_draining(),
            _ => Wish::Say(Notice::note("each drain has its own deadlines: choose one")),
        };
    };
    let backend = stage.snapshot.backends.iter().find(|it| it.name == *name);
    let drain = backend.and_then(|it| it.drain.as_ref());
    let order = drain.map(|it| it.extended(MORE, stage.snapshot.time_ms));
    let note = format!("the deadlines of {name} are {} later", duration::short(MORE));
    let edit = Edit::Drain { names: drains, order };
    let question = Confirm::new(edit, Level::Key, stage.snapshot, stage.now, stage.key);
    open(question.note(note).into())
}

fn not_draining() -> Wish {
    Wish::Say(Notice::note("it does not drain"))
}

fn confirm(edit: Edit, level: Level, stage: &Stage<'_>) -> Wish {
    let question = Confirm::new(edit, level, stage.snapshot, stage.now, stage.key);
    open(question.into())
}

fn open(dialog: Dialog) -> Wish {
    Wish::Open(Box::new(dialog))
}

fn nobody() -> Wish {
    Wish::Say(Notice::note("no backend is selected"))
}
