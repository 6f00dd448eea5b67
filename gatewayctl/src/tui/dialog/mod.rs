//! The dialogs: forms gather a change, and one confirmation alone sends it.

mod add;
mod add_trial;
mod block;
mod canvas;
mod command_line;
mod confirm;
mod confirm_view;
mod course;
mod edit;
mod focus;
mod form;
mod form_view;
pub(crate) mod input;
mod level;
mod limit;
mod limit_trial;
mod obstacle;
mod scale;
mod target;
mod trial;
mod undo;
mod verb;
mod weight;
mod what_if;

#[cfg(test)]
pub(crate) use command_line::command_line;
pub(crate) use confirm::Confirm;
pub(crate) use form::Form;
pub(crate) use level::Level;
pub(crate) use target::Target;
pub(crate) use {
    add::add,
    block::block,
    edit::edit,
    limit::limit,
    scale::{desired, hold, rules},
    undo::undo,
    weight::weight,
    what_if::what_if,
};

use std::collections::VecDeque;

use ratatui::Frame;

use super::{bindings::Keymap, effect::Request, key::Key, look::Look, moment::Moment};
use crate::{
    duration,
    model::{Event, Snapshot},
};

/// What is open over the screen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Dialog {
    /// Asks whether a change is wanted.
    Confirm(Box<Confirm>),
    /// Gathers a change.
    Form(Box<Form>),
}

impl From<Confirm> for Dialog {
    fn from(confirm: Confirm) -> Self {
        Self::Confirm(Box::new(confirm))
    }
}

impl From<Form> for Dialog {
    fn from(form: Form) -> Self {
        Self::Form(Box::new(form))
    }
}

/// What can be done in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Msg {
    /// Yes.
    Yes,
    /// No, or one step back.
    No,
    /// On: to the next field, or yes where that is safe.
    On,
    /// To the next field.
    Next,
    /// To the field before.
    Previous,
    /// The choice before.
    Left,
    /// The next choice.
    Right,
    /// Looks at the target anew.
    Reload,
    /// Insists although a guard refuses.
    Force,
    /// Makes a change of what is tried.
    Apply,
}

/// What a dialog wants of the dashboard around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// Stay.
    Stay,
    /// Close it.
    Close,
    /// Show another in its place.
    Become(Box<Dialog>),
    /// Ask the gateway what the change would do.
    Preview(Request),
    /// Send the change.
    Send(Request),
    /// Stage these weights and close.
    Stage(Vec<(String, u32)>),
    /// Say why not.
    Refuse(String),
}

/// What surrounds a dialog.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The newest snapshot.
    pub(crate) snapshot: &'a Snapshot,
    /// Now.
    pub(crate) now: Moment,
    /// Why nothing may be changed now.
    pub(crate) hindrance: Option<&'static str>,
    /// Which gateway this is, as its operator calls it.
    pub(crate) context: &'a str,
    /// Where its operator comes from; empty when not known.
    pub(crate) own_address: &'a str,
    /// Whether each change needs a reason.
    pub(crate) wants_reason: bool,
    /// Which key does what.
    pub(crate) keymap: &'a Keymap,
    /// What happened, newest first.
    pub(crate) events: &'a VecDeque<Event>,
}

impl Around<'_> {
    /// Who changed `target` last and how long ago: `, by op2 2s ago`; none where that is not known.
    fn changed_by(&self, target: &str) -> Option<String> {
        let concerns = |it: &&Event| {
            !it.who.is_empty() && it.target.split(',').any(|one| one.trim() == target)
        };
        let event = self.events.iter().find(concerns)?;
        let age = duration::short(duration::age(self.snapshot.time_ms, event.time_ms));
        Some(format!(", by {} {age} ago", event.who))
    }
}

impl Dialog {
    /// Takes a key that writes; `false` when no field is under the cursor or it means nothing there.
    pub(crate) fn press(&mut self, key: Key) -> bool {
        match self {
            Self::Confirm(confirm) => confirm.press(key),
            Self::Form(form) => form.press(key),
        }
    }

    /// Takes a pasted text; `false` when no field is under the cursor.
    pub(crate) fn paste(&mut self, text: &str) -> bool {
        match self {
            Self::Confirm(confirm) => confirm.paste(text),
            Self::Form(form) => form.paste(text),
        }
    }

    /// Whether a key that writes goes into a field.
    pub(crate) fn has_field(&self) -> bool {
        match self {
            Self::Confirm(confirm) => confirm.has_field(),
            Self::Form(form) => form.has_field(),
        }
    }

    /// Does `msg`, asked for by `key`.
    pub(crate) fn update(&mut self, msg: Msg, key: Key, around: &Around<'_>) -> Step {
        match self {
            Self::Confirm(confirm) => confirm.update(msg, key, around),
            Self::Form(form) => form.update(msg, key, around),
        }
    }

    /// When it changes by the passing of time alone.
    pub(crate) fn next_change(&self, now: Moment) -> Option<Moment> {
        match self {
            Self::Confirm(confirm) => confirm.next_change(now),
            Self::Form(form) => form.next_change(now),
        }
    }

    /// Draws it over the screen.
    pub(crate) fn view(&self, look: Look, frame: &mut Frame<'_>, around: &Around<'_>) {
        match self {
            Self::Confirm(confirm) => confirm_view::view(confirm, look, frame, around),
            Self::Form(form) => form_view::view(form, look, frame, around),
        }
    }

    /// Its question in a few words, for terminals with a single row.
    pub(crate) fn words(&self, around: &Around<'_>) -> String {
        match self {
            Self::Confirm(confirm) => confirm_view::words(confirm, around),
            Self::Form(form) => form_view::words(form),
        }
    }
}
