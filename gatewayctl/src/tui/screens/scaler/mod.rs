//! Scaler: how many servers each pool has, what drives that, what was decided, and why.

mod decisions;
mod state_line;
mod view;
mod why;

pub(crate) use decisions::DECISIONS;
pub(crate) use view::{view, view_small};

use super::{Stage, Wish};
use crate::{
    model::{Edit, Scaler, ScalerEdit},
    tui::{
        dialog::{self, Confirm, Dialog, Form, Level},
        list::{self, List},
        notice::Notice,
        picture::Picture,
    },
};

/// What the screen remembers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// The pools.
    pub(crate) pools: List,
    /// The decisions of the chosen pool.
    pub(crate) decisions: List,
    /// Whether the newest decision is chosen whenever there is a newer one.
    follows: bool,
    /// Which decisions are shown.
    pub(crate) kinds: Kinds,
    /// Whether the chosen decision has the whole screen.
    pub(super) is_zoomed: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            pools: List::default(),
            decisions: List::default(),
            follows: true,
            kinds: Kinds::All,
            is_zoomed: false,
        }
    }
}

/// Which decisions are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// All.
    All,
    /// Those that moved something.
    Moves,
    /// Those that something forbade.
    Refused,
}

impl Kinds {
    /// The words for them in the admin contract; none for all.
    pub(crate) const fn words(self) -> &'static [&'static str] {
        match self {
            Self::All => &[],
            Self::Moves => &["out", "in"],
            Self::Refused => &["refused"],
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::All => Self::Moves,
            Self::Moves => Self::Refused,
            Self::Refused => Self::All,
        }
    }
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// To the next pool.
    NextPool,
    /// To the pool before.
    PreviousPool,
    /// Show other kinds of decisions.
    NextKinds,
    /// Hold the size, or let the rules decide again.
    Hold,
    /// Want a size by hand.
    Desired,
    /// Change the rules.
    Rules,
    /// Try other rules.
    WhatIf,
    /// The chosen decision and why, on the whole screen, or back.
    Zoom,
    /// What the charts say of the moment of the chosen decision.
    Moment,
    /// One step back.
    Back,
}

impl Msg {
    /// Whether it leads to a change.
    pub(crate) const fn changes(self) -> bool {
        matches!(self, Self::Hold | Self::Desired | Self::Rules)
    }
}

impl State {
    /// Does something to the list of decisions.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        let ids = self.ids(picture);
        self.decisions.update(msg, &ids, 0);
        self.follows = ids.first().copied() == self.decisions.selected();
    }

    /// Keeps the selections on rows that are there; the newest decision, while it is followed.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        self.pools.settle(&pools(picture));
        let ids = self.ids(picture);
        match ids.first() {
            Some(newest) if self.follows => self.decisions.select(newest),
            _ => self.decisions.settle(&ids),
        }
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture, stage: &Stage<'_>) -> Wish {
        match msg {
            Msg::NextPool => self.choose_pool(list::Msg::Down, list::Msg::First, picture),
            Msg::PreviousPool => self.choose_pool(list::Msg::Up, list::Msg::Last, picture),
            Msg::NextKinds => {
                self.kinds = self.kinds.next();
                self.follows = true;
            }
            Msg::Hold => return self.of_scaler(picture, |scaler| hold_or_resume(scaler, stage)),
            Msg::Desired => return self.of_scaler(picture, |it| form(dialog::desired(it))),
            Msg::Rules => return self.of_scaler(picture, |it| form(dialog::rules(it))),
            Msg::WhatIf => return self.of_scaler(picture, |it| form(dialog::what_if(it))),
            Msg::Zoom => self.is_zoomed = !self.is_zoomed,
            Msg::Moment => {
                let rows = decisions::rows(self, picture);
                let chosen = rows.iter().find(|it| self.decisions.selected() == Some(&it.id));
                let nothing = Wish::Say(Notice::note("no decision is chosen"));
                return chosen.map_or(nothing, |it| Wish::Moment(it.decision.time_ms));
            }
            Msg::Back if self.is_zoomed => self.is_zoomed = false,
            Msg::Back if self.follows => return Wish::Pass,
            Msg::Back => self.follows = true,
        }
        Wish::Nothing
    }

    /// The scaler of the chosen pool in `picture`.
    pub(crate) fn selected<'a>(&self, picture: &'a Picture) -> Option<&'a Scaler> {
        let pool = self.pools.selected()?;
        picture.lore.scalers.as_ref()?.iter().find(|scaler| scaler.pool == pool)
    }

    /// The number of the chosen decision, and whether it is the newest.
    pub(crate) fn chosen(&self, picture: &Picture) -> Option<(u64, bool)> {
        let id = self.decisions.selected()?;
        let newest = self.ids(picture).first().copied() == Some(id);
        Some((id.parse().ok()?, newest))
    }

    fn choose_pool(&mut self, step: list::Msg, around: list::Msg, picture: &Picture) {
        let pools = pools(picture);
        let before = self.pools.selected().map(str::to_owned);
        self.pools.update(step, &pools, 0);
        if self.pools.selected() == before.as_deref() {
            self.pools.update(around, &pools, 0);
        }
        self.follows = true;
    }

    fn ids<'a>(&self, picture: &'a Picture) -> Vec<&'a str> {
        decisions::rows(self, picture).iter().map(|told| told.id.as_str()).collect()
    }

    fn of_scaler(&self, picture: &Picture, wish: impl FnOnce(&Scaler) -> Wish) -> Wish {
        match self.selected(picture) {
            Some(scaler) => wish(scaler),
            None => Wish::Say(Notice::note("no scaled pool is known")),
        }
    }
}

/// Somebody's order is taken back; where the rules decide, they are held.
fn hold_or_resume(scaler: &Scaler, stage: &Stage<'_>) -> Wish {
    if scaler.order_owner.is_empty() {
        return form(dialog::hold(scaler));
    }
    let edit = Edit::Scale { pool: scaler.pool.clone(), edit: ScalerEdit::Resume };
    let question = Confirm::new(edit, Level::Key, stage.snapshot, stage.now, stage.key);
    let note = format!("the rules decide again; {} said otherwise", scaler.order_owner);
    Wish::Open(Box::new(question.note(note).into()))
}

fn form(form: Form) -> Wish {
    Wish::Open(Box::new(Dialog::from(form)))
}

fn pools(picture: &Picture) -> Vec<&str> {
    let scalers = picture.lore.scalers.as_deref().unwrap_or_default();
    scalers.iter().map(|scaler| scaler.pool.as_str()).collect()
}
