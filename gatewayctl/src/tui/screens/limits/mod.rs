//! Limits: every limit as a row, whom the chosen one refuses, the blocks, and what may be done.

mod blocks;
mod chart;
pub(crate) mod columns;
mod facts;
mod offenders;
mod view;

pub(crate) use blocks::BLOCKS;
pub(crate) use offenders::OFFENDERS;
pub(crate) use view::{view, view_small};

use super::{Stage, Wish};
use crate::{
    model::{Block, CandidateEdit, Edit, Grouping, Limit, LimitEdit, LimitMode},
    tui::{
        dialog::{self, Confirm, Dialog, Level},
        list::{self, List},
        notice::Notice,
        picture::Picture,
    },
};
use columns::TABLE;

/// What the screen remembers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// The rules.
    pub(crate) list: List,
    /// Whom the chosen rule refuses.
    pub(crate) offenders: List,
    /// The blocks.
    pub(crate) blocks: List,
    /// The panel that keys act on.
    pub(crate) panel: Panel,
    /// What rejections are added up by.
    pub(crate) by: Grouping,
    /// Whether the panel that keys act on has the whole screen.
    pub(crate) is_zoomed: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            list: List::default(),
            offenders: List::default(),
            blocks: List::default(),
            panel: Panel::default(),
            by: Grouping::Client,
            is_zoomed: false,
        }
    }
}

/// A panel with rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Panel {
    /// The rules.
    #[default]
    Rules,
    /// Whom the chosen rule refuses.
    Offenders,
    /// The blocks.
    Blocks,
}

impl Panel {
    const ALL: [Self; 3] = [Self::Rules, Self::Offenders, Self::Blocks];

    fn step(self, steps: usize) -> Self {
        Self::ALL[(self as usize + steps) % Self::ALL.len()]
    }
}

/// What can be done on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// To the next panel.
    NextPanel,
    /// To the panel before.
    PreviousPanel,
    /// Edit the chosen limit.
    Edit,
    /// Make its candidate its rule.
    Promote,
    /// Try its candidate no more.
    DropCandidate,
    /// Back to the rule of the file.
    File,
    /// Block the chosen client, or a network to be told.
    Block,
    /// Take blocks back.
    Unblock,
    /// Add rejections up by something else.
    NextGrouping,
    /// See what the chosen client asks for.
    Inspect,
    /// The panel that keys act on, on the whole screen, or back.
    Zoom,
    /// One step back.
    Back,
}

impl Msg {
    /// Whether it leads to a change.
    pub(crate) const fn changes(self) -> bool {
        !matches!(
            self,
            Self::NextPanel
                | Self::PreviousPanel
                | Self::NextGrouping
                | Self::Inspect
                | Self::Zoom
                | Self::Back
        )
    }
}

impl State {
    /// Does something to the list that keys act on.
    pub(crate) fn move_list(&mut self, msg: list::Msg, picture: &Picture) {
        match self.panel {
            Panel::Rules => {
                let ids = TABLE.ids(picture.limits(), &self.list, picture.time_ms());
                self.list.update(msg, &ids, TABLE.sorts());
            }
            Panel::Offenders => {
                let rows = offenders::rows(self, picture);
                self.offenders.update(msg, &offenders::ids(&rows), 0);
            }
            Panel::Blocks => self.blocks.update(msg, &block_ids(picture), 0),
        }
    }

    /// Keeps the selections on rows that are there.
    pub(crate) fn settle(&mut self, picture: &Picture) {
        let ids = TABLE.ids(picture.limits(), &self.list, picture.time_ms());
        self.list.settle(&ids);
        let rows = offenders::rows(self, picture);
        self.offenders.settle(&offenders::ids(&rows));
        self.blocks.settle(&block_ids(picture));
    }

    /// Does `msg`; what it wants of the dashboard.
    pub(crate) fn update(&mut self, msg: Msg, picture: &Picture, stage: &Stage<'_>) -> Wish {
        match msg {
            Msg::NextPanel => self.panel = self.panel.step(1),
            Msg::PreviousPanel => self.panel = self.panel.step(Panel::ALL.len() - 1),
            Msg::NextGrouping => self.by = offenders::next(self.by),
            Msg::Inspect => return self.inspect(picture, stage),
            Msg::Edit => {
                return self.of_limit(stage, |limit| open(dialog::limit(limit).into()));
            }
            Msg::Promote => return self.of_limit(stage, |limit| promote(limit, stage)),
            Msg::DropCandidate => {
                return self.of_limit(stage, |limit| drop_candidate(limit, stage));
            }
            Msg::File => return self.of_limit(stage, |limit| back_to_file(limit, stage)),
            Msg::Block => return self.block(picture),
            Msg::Unblock => return self.unblock(picture, stage),
            Msg::Zoom => self.is_zoomed = !self.is_zoomed,
            Msg::Back => return self.back(),
        }
        Wish::Nothing
    }

    /// The chosen limit in `picture`.
    pub(crate) fn selected<'a>(&self, picture: &'a Picture) -> Option<&'a Limit> {
        let selected = self.list.selected()?;
        picture.limits().iter().find(|limit| limit.name == selected)
    }

    /// What is wanted of the chosen limit as it is now.
    fn of_limit(&self, stage: &Stage<'_>, wish: impl FnOnce(&Limit) -> Wish) -> Wish {
        let limits = &stage.snapshot.limits;
        match limits.iter().find(|limit| self.list.selected() == Some(&limit.name)) {
            Some(limit) => wish(limit),
            None => Wish::Say(Notice::note("no limit is selected")),
        }
    }

    /// Goes to a client among those whom `rule` refuses; any when that is empty.
    pub(crate) fn seek(&mut self, client: &str, rule: &str) {
        if !rule.is_empty() {
            self.list.filter = Default::default();
            self.list.select(rule);
        }
        self.by = Grouping::Client;
        self.panel = Panel::Offenders;
        self.offenders.select(client);
    }

    /// What the chosen offender asks for, or the first where none is chosen.
    fn inspect(&self, picture: &Picture, stage: &Stage<'_>) -> Wish {
        let rows = offenders::rows(self, picture);
        let chosen = rows.iter().find(|row| Some(offenders::id(row)) == self.offenders.selected());
        match chosen.map(|row| row.client.clone()) {
            Some(client) if !client.is_empty() => Wish::Client(client),
            Some(_) => {
                let top = stage.keymap.label("limit.top");
                Wish::Say(Notice::note(format!("these are paths: {top} shows clients")))
            }
            None => Wish::Say(Notice::note("this limit refused nobody of late")),
        }
    }

    /// The chosen client goes into the form, where its operator sees it.
    fn block(&self, picture: &Picture) -> Wish {
        let rows = offenders::rows(self, picture);
        let chosen = rows.iter().find(|row| Some(offenders::id(row)) == self.offenders.selected());
        let client = chosen.filter(|_| self.panel == Panel::Offenders).map_or("", |it| &it.client);
        open(dialog::block(client).into())
    }

    fn unblock(&self, picture: &Picture, stage: &Stage<'_>) -> Wish {
        if self.panel != Panel::Blocks {
            let (panel, back) =
                (stage.keymap.label("limit.panel"), stage.keymap.label("limit.unblock"));
            let words = format!("{panel} goes to the blocks; {back} there takes one back");
            return Wish::Say(Notice::note(words));
        }
        let mut networks = self.blocks.targets(&block_ids(picture));
        networks.retain(|network| stage.snapshot.blocks.iter().any(|it| it.network == *network));
        if networks.is_empty() {
            return Wish::Say(Notice::note("nothing is blocked"));
        }
        confirm(Edit::RemoveBlocks { networks }, stage, None)
    }

    fn back(&mut self) -> Wish {
        if self.is_zoomed {
            self.is_zoomed = false;
        } else if self.panel != Panel::Rules {
            self.panel = Panel::Rules;
        } else if !self.list.back() {
            return Wish::Pass;
        }
        Wish::Nothing
    }
}

fn promote(limit: &Limit, stage: &Stage<'_>) -> Wish {
    if limit.candidate.is_empty() {
        let edit = stage.keymap.label("limit.edit");
        let words = format!("{} has no candidate: {edit}, then as candidate", limit.name);
        return Wish::Say(Notice::note(words));
    }
    let note = format!("limit {}, was {}", limit.candidate, limit.rule);
    set(
        limit,
        LimitEdit { candidate: Some(CandidateEdit::Promote), ..LimitEdit::default() },
        stage,
        note,
    )
}

fn drop_candidate(limit: &Limit, stage: &Stage<'_>) -> Wish {
    if limit.candidate.is_empty() {
        return Wish::Say(Notice::note(format!("{} has no candidate", limit.name)));
    }
    let note = format!("{} is tried no more; the limit stays {}", limit.candidate, limit.rule);
    set(
        limit,
        LimitEdit { candidate: Some(CandidateEdit::Drop), ..LimitEdit::default() },
        stage,
        note,
    )
}

fn back_to_file(limit: &Limit, stage: &Stage<'_>) -> Wish {
    if !columns::is_override(limit) {
        return Wish::Say(Notice::note(format!("{} is as the file says", limit.name)));
    }
    let Ok(rule) = limit.configured.parse() else {
        return Wish::Say(Notice::note(format!("the file does not name {}", limit.name)));
    };
    let note = format!("limit {}, was {}", limit.configured, limit.rule);
    set(limit, LimitEdit { rule, ..LimitEdit::default() }, stage, note)
}

fn set(limit: &Limit, edit: LimitEdit, stage: &Stage<'_>, note: String) -> Wish {
    confirm(Edit::SetLimit { name: limit.name.clone(), edit }, stage, Some(note))
}

fn confirm(edit: Edit, stage: &Stage<'_>, note: Option<String>) -> Wish {
    let mut question = Confirm::new(edit, Level::Key, stage.snapshot, stage.now, stage.key);
    if let Some(note) = note {
        question = question.note(note);
    }
    open(question.into())
}

fn open(dialog: Dialog) -> Wish {
    Wish::Open(Box::new(dialog))
}

fn block_ids(picture: &Picture) -> Vec<&str> {
    blocks(picture).iter().map(|block| block.network.as_str()).collect()
}

fn blocks(picture: &Picture) -> &[Block] {
    picture.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.blocks)
}

/// What the limit does with those over it, in a word.
fn verb(limit: &Limit) -> &'static str {
    if limit.mode == LimitMode::Shadow { "would refuse" } else { "refuses" }
}
