//! Overview: the gateway at a glance, worst first, and the way to what is behind each row.

mod charts;
mod columns;
mod figures_row;
mod panels;
pub(crate) mod small;
mod view;

pub(crate) use columns::{LIMITS, POOLS};
pub(crate) use view::view;

use super::{Screen, Wish};
use crate::{
    model::Problem,
    tui::{
        list::{self, List},
        notice::Notice,
        picture::Picture,
    },
};

/// What the screen remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    /// The panel that keys act on.
    pub(crate) panel: Panel,
    /// The rows of each panel.
    pub(crate) lists: [List; 5],
    /// Whether that panel has the whole screen.
    pub(crate) is_zoomed: bool,
}

/// A panel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Panel {
    /// What needs attention.
    #[default]
    Attention,
    /// The pools.
    Pools,
    /// The limits.
    Limits,
    /// What happened.
    Events,
    /// The charts.
    Charts,
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// To the next panel.
    NextPanel,
    /// To the panel before.
    PreviousPanel,
    /// Show what the row is about.
    Open,
    /// The panel on the whole screen, or back.
    Zoom,
}

impl Panel {
    const ALL: [Self; 5] = [Self::Attention, Self::Pools, Self::Limits, Self::Events, Self::Charts];

    const fn index(self) -> usize {
        self as usize
    }
}

impl State {
    /// The rows of `panel`.
    pub(crate) fn list(&self, panel: Panel) -> &List {
        &self.lists[panel.index()]
    }

    /// The rows of those panels that are tables: the pools, the limits.
    pub(crate) fn tables(&mut self) -> [&mut List; 2] {
        let [_, pools, limits, ..] = &mut self.lists;
        [pools, limits]
    }

    /// Does something to the rows of the panel that keys act on.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        let ids = ids(self.panel, picture);
        self.lists[self.panel.index()].update(msg, &ids, 0);
    }

    /// Keeps the selections on rows that are there.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        for panel in Panel::ALL {
            self.lists[panel.index()].settle(&ids(panel, picture));
        }
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture) -> Wish {
        let step = match msg {
            Msg::NextPanel => 1,
            Msg::PreviousPanel => Panel::ALL.len() - 1,
            Msg::Open if self.panel == Panel::Events => {
                return Wish::Go(Screen::Events, String::new());
            }
            Msg::Open => return self.open(picture),
            Msg::Zoom => {
                self.is_zoomed = !self.is_zoomed;
                return Wish::Nothing;
            }
        };
        self.panel = Panel::ALL[(self.panel.index() + step) % Panel::ALL.len()];
        Wish::Nothing
    }

    /// Gives the screen back to all panels; `false` when they have it.
    pub(crate) fn unzoom(&mut self) -> bool {
        std::mem::take(&mut self.is_zoomed)
    }

    fn open(&self, picture: &Picture) -> Wish {
        let ids = ids(self.panel, picture);
        let Some(id) = self.list(self.panel).selected().filter(|id| ids.contains(id)) else {
            return Wish::Say(Notice::note("nothing to open"));
        };
        match (self.panel, id.split_once('/')) {
            (Panel::Pools, _) => Wish::Pool(id.to_owned()),
            (Panel::Limits, _) => Wish::Go(Screen::Limits, id.to_owned()),
            (Panel::Attention, Some(("backend", name))) => {
                Wish::Go(Screen::Backends, name.to_owned())
            }
            (Panel::Attention, Some(("pool", name))) => Wish::Pool(name.to_owned()),
            (Panel::Attention, Some(("limit", name))) => Wish::Go(Screen::Limits, name.to_owned()),
            (Panel::Attention, Some(("scaler", name))) => Wish::Go(Screen::Scaler, name.to_owned()),
            (Panel::Attention, Some(("certificate", name))) => {
                Wish::Go(Screen::Tls, name.to_owned())
            }
            (Panel::Attention, None) if id == "gateway" => {
                // What is wrong with it as a whole is told there, with its time.
                Wish::Go(Screen::Events, String::new())
            }
            (Panel::Attention, Some(("block", _))) => Wish::Go(Screen::Limits, String::new()),
            (Panel::Attention | Panel::Events | Panel::Charts, _) => {
                Wish::Say(Notice::note(format!("{id} has no screen of its own")))
            }
        }
    }
}

fn ids(panel: Panel, picture: &Picture) -> Vec<&str> {
    let Some(snapshot) = &picture.snapshot else { return Vec::new() };
    match panel {
        Panel::Attention => {
            let mut ids: Vec<&str> = Vec::new();
            for problem in &snapshot.problems {
                if !ids.contains(&problem.target.as_str()) {
                    ids.push(&problem.target);
                }
            }
            ids
        }
        Panel::Pools => snapshot.pools.iter().map(|pool| pool.name.as_str()).collect(),
        Panel::Limits => snapshot.limits.iter().map(|limit| limit.name.as_str()).collect(),
        Panel::Events | Panel::Charts => Vec::new(),
    }
}

/// How long it has been a problem; empty when not known.
fn lasting(problem: &Problem, now_ms: i64) -> String {
    use crate::duration::{age, short};
    problem.since_ms.map_or(String::new(), |since_ms| short(age(now_ms, since_ms)))
}
