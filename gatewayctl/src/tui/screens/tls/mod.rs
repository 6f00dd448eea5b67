//! TLS: the certificates that are served, one of them in full, and reading their files again.

pub(crate) mod columns;
mod detail;
mod view;

pub(crate) use view::{view, view_small};

use super::{Stage, Wish};
use crate::{
    model::{Certificate, Edit},
    tui::{
        dialog::{Confirm, Level},
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
    /// Whether the chosen certificate has the whole screen.
    pub(crate) is_zoomed: bool,
    /// What is to be chosen as soon as it is known: a name of a certificate, or of a listener.
    sought: Option<String>,
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Read the files again.
    Reload,
    /// The chosen certificate and its chain on the whole screen, or back.
    Zoom,
    /// One step back.
    Back,
}

impl Msg {
    /// Whether it leads to a change.
    pub(crate) const fn changes(self) -> bool {
        matches!(self, Self::Reload)
    }
}

impl State {
    /// Does something to the list.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        let ids = TABLE.ids(certificates(picture), &self.list, picture.time_ms());
        self.list.update(msg, &ids, TABLE.sorts());
    }

    /// Keeps the selection on a row that is there.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        let all = certificates(picture);
        if let Some(name) = &self.sought
            && let Some(found) = all.iter().find(|it| it.is_called(name))
        {
            self.list.select(&found.id);
            self.sought = None;
        }
        let ids = TABLE.ids(all, &self.list, picture.time_ms());
        self.list.settle(&ids);
    }

    /// Chooses what is called so, now or as soon as it is known.
    pub(crate) fn seek(&mut self, name: &str) {
        self.list.filter = Default::default();
        self.sought = Some(name.to_owned());
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture, stage: &Stage<'_>) -> Wish {
        match msg {
            Msg::Reload => return self.reload(picture, stage),
            Msg::Zoom if self.selected(picture).is_some() => self.is_zoomed = !self.is_zoomed,
            Msg::Zoom => {}
            Msg::Back => return self.back(),
        }
        Wish::Nothing
    }

    /// The chosen certificate in `picture`.
    pub(crate) fn selected<'a>(&self, picture: &'a Picture) -> Option<&'a Certificate> {
        let selected = self.list.selected()?;
        certificates(picture).iter().find(|it| it.id == selected)
    }

    /// Asks for the files of those who serve what is marked, or chosen.
    fn reload(&self, picture: &Picture, stage: &Stage<'_>) -> Wish {
        let all = certificates(picture);
        let targets = self.list.targets(&TABLE.ids(all, &self.list, picture.time_ms()));
        let mut served_by: Vec<String> = Vec::new();
        for it in all.iter().filter(|it| targets.contains(&it.id)) {
            if !served_by.contains(&it.served_by) {
                served_by.push(it.served_by.clone());
            }
        }
        if served_by.is_empty() {
            return Wish::Say(Notice::note("no certificate is chosen"));
        }
        let edit = Edit::ReloadCertificates { served_by };
        let question = Confirm::new(edit, Level::Key, stage.snapshot, stage.now, stage.key);
        Wish::Open(Box::new(question.note("no connection is closed").into()))
    }

    fn back(&mut self) -> Wish {
        if self.is_zoomed {
            self.is_zoomed = false;
        } else if !self.list.back() {
            return Wish::Pass;
        }
        Wish::Nothing
    }
}

/// The certificates there are; none before they are known.
fn certificates(picture: &Picture) -> &[Certificate] {
    picture.lore.certificates.as_deref().unwrap_or_default()
}
