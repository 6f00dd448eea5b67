//! Limits: every limit as a row, what it refuses over time, and its edit.

pub(crate) mod columns;
mod view;

pub(crate) use view::{view, view_small};

use super::{Stage, Wish};
use crate::{
    model::Limit,
    tui::{
        dialog::{self, Dialog},
        list::{self, List},
        notice::Notice,
        picture::Picture,
    },
};
use columns::TABLE;

/// What the screen remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    /// The rows.
    pub(crate) list: List,
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Edit the selected limit.
    Edit,
    /// One step back.
    Back,
}

impl State {
    /// Does something to the list.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        let ids = TABLE.ids(picture.limits(), &self.list, picture.time_ms());
        self.list.update(msg, &ids, TABLE.sorts());
    }

    /// Keeps the selection on a row that is there.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        let ids = TABLE.ids(picture.limits(), &self.list, picture.time_ms());
        self.list.settle(&ids);
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, stage: &Stage<'_>) -> Wish {
        match msg {
            Msg::Edit => {
                let limits = &stage.snapshot.limits;
                match limits.iter().find(|limit| self.list.selected() == Some(&limit.name)) {
                    Some(limit) => Wish::Open(Box::new(Dialog::Form(dialog::limit(limit)))),
                    None => Wish::Say(Notice::note("no limit is selected")),
                }
            }
            Msg::Back if !self.list.filter.is_empty() => {
                self.list.filter = Default::default();
                Wish::Nothing
            }
            Msg::Back if !self.list.marks.is_empty() => {
                self.list.marks.clear();
                Wish::Nothing
            }
            Msg::Back => Wish::Pass,
        }
    }

    /// The selected limit in `picture`.
    pub(crate) fn selected<'a>(&self, picture: &'a Picture) -> Option<&'a Limit> {
        let selected = self.list.selected()?;
        picture.limits().iter().find(|limit| limit.name == selected)
    }
}
