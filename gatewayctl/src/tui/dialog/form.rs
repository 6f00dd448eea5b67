//! A form: fields that together make a change, each judged as it is typed.

use super::{
    Around, Msg, Step, add,
    add_trial::{self, AddressTrial},
    block, edit,
    input::Input,
    limit,
    limit_trial::{self, RuleTrial},
    scale, weight,
    what_if::{self, RulesTrial},
};
use crate::{
    model::{Scaler, Snapshot},
    tui::{
        key::Key,
        lore::{Found, Inquiry},
        moment::Moment,
    },
};

/// Fields that together make a change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    /// What it is for.
    pub(super) purpose: Purpose,
    /// Its title.
    pub(super) title: String,
    /// Its fields from top to bottom.
    pub(super) fields: Vec<Field>,
    /// The field under the cursor.
    pub(super) focus: usize,
}

/// What a form is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Purpose {
    /// A new backend, and how the gateway finds its address.
    Add(Box<AddressTrial>),
    /// This backend.
    Edit(String),
    /// Weights of these backends.
    Weight(Vec<String>),
    /// This limit, and what its rule would have done.
    Limit(String, Box<RuleTrial>),
    /// A block.
    Block,
    /// To hold a pool's size.
    Hold(Box<Scaler>),
    /// A size of a pool.
    Desired(Box<Scaler>),
    /// Other rules of a scaler.
    Rules(Box<Scaler>),
    /// Rules to try, and what they would have done.
    WhatIf(Box<Scaler>, Box<RulesTrial>),
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// What it is called.
    pub(super) label: &'static str,
    /// What stands in it.
    pub(super) entry: Entry,
    /// What to know before typing.
    pub(super) hint: String,
}

/// What stands in a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A text.
    Text(Input),
    /// One of several.
    Choice(Vec<String>, usize),
}

/// What a form thinks of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It will do.
    Good(String),
    /// It will not.
    Bad(String),
}

impl Field {
    /// A text field that holds `text`.
    pub(super) fn text(label: &'static str, text: &str, hint: impl Into<String>) -> Self {
        Self { label, entry: Entry::Text(Input::of(text)), hint: hint.into() }
    }

    /// A text field that suggests `text`: typing replaces it.
    pub(super) fn suggestion(label: &'static str, text: &str, hint: impl Into<String>) -> Self {
        Self { label, entry: Entry::Text(Input::suggesting(text)), hint: hint.into() }
    }

    /// A choice, the one at `at` chosen.
    pub(super) fn choice(label: &'static str, options: Vec<String>, at: usize) -> Self {
        Self { label, entry: Entry::Choice(options, at), hint: String::new() }
    }

    /// What stands in it.
    pub(super) fn value(&self) -> &str {
        match &self.entry {
            Entry::Text(input) => input.text().trim(),
            Entry::Choice(options, at) => options.get(*at).map_or("", String::as_str),
        }
    }
}

impl Form {
    /// A form with the cursor in its first field.
    pub(super) fn new(purpose: Purpose, title: String, fields: Vec<Field>) -> Self {
        Self { purpose, title, fields, focus: 0 }
    }

    /// What stands in the field called `label`.
    pub(super) fn value(&self, label: &str) -> &str {
        self.fields.iter().find(|field| field.label == label).map_or("", Field::value)
    }

    /// What it thinks of a field.
    pub(super) fn verdict(&self, field: &Field, snapshot: &Snapshot) -> Verdict {
        match &self.purpose {
            Purpose::Add(_) => add::verdict(field, snapshot),
            Purpose::Edit(_) => edit::verdict(field),
            Purpose::Weight(names) => weight::verdict(field, names, snapshot),
            Purpose::Limit(..) => limit::verdict(field),
            Purpose::Block => block::verdict(field, snapshot),
            Purpose::Hold(it) | Purpose::Desired(it) | Purpose::Rules(it) => {
                scale::verdict(field, it)
            }
            Purpose::WhatIf(it, _) => what_if::verdict(field, it),
        }
    }

    /// What is to be asked about what is typed.
    pub(crate) fn tries(&mut self, now: Moment) -> Option<Inquiry> {
        let rule = limit::rule(self);
        let tried = match &self.purpose {
            Purpose::WhatIf(scaler, _) => what_if::tried(self, scaler),
            _ => None,
        };
        let address = add::typed(self);
        match &mut self.purpose {
            Purpose::Add(trial) => add_trial::ask(trial, address, now),
            Purpose::Limit(name, trial) => limit_trial::ask(trial, name, rule, now),
            Purpose::WhatIf(_, trial) => what_if::ask(trial, tried, now),
            _ => None,
        }
    }

    /// Takes the answer.
    pub(crate) fn learn(&mut self, found: &Found) {
        match &mut self.purpose {
            Purpose::Add(trial) => add_trial::learn(trial, found),
            Purpose::Limit(name, trial) => limit_trial::learn(trial, name, found),
            Purpose::WhatIf(_, trial) => what_if::learn(trial, found),
            _ => {}
        }
    }

    /// When it is to be asked about without anything else happening.
    pub(super) fn next_change(&self, now: Moment) -> Option<Moment> {
        match &self.purpose {
            Purpose::Add(trial) => trial.next_change(now),
            Purpose::Limit(_, trial) => trial.next_change(now),
            Purpose::WhatIf(_, trial) => trial.next_change(now),
            _ => None,
        }
    }

    pub(super) fn press(&mut self, key: Key) -> bool {
        // Its fields are numbers, so that a letter is free to mean something.
        if matches!((&self.purpose, key), (Purpose::WhatIf(..), Key::Char('A'))) {
            return false;
        }
        match self.fields.get_mut(self.focus).map(|field| &mut field.entry) {
            Some(Entry::Text(input)) => input.press(key),
            _ => false,
        }
    }

    pub(super) fn paste(&mut self, text: &str) -> bool {
        match self.fields.get_mut(self.focus).map(|field| &mut field.entry) {
            Some(Entry::Text(input)) => {
                input.paste(text);
                true
            }
            _ => false,
        }
    }

    pub(super) fn has_field(&self) -> bool {
        matches!(self.fields.get(self.focus), Some(Field { entry: Entry::Text(_), .. }))
    }

    pub(super) fn update(&mut self, msg: Msg, key: Key, around: &Around<'_>) -> Step {
        let count = self.fields.len();
        match msg {
            Msg::On if self.focus + 1 < count => self.focus += 1,
            Msg::On => return self.submit(key, around),
            Msg::Next => self.focus = (self.focus + 1) % count,
            Msg::Previous => self.focus = (self.focus + count - 1) % count,
            Msg::Left => self.choose(usize::MAX),
            Msg::Right => self.choose(1),
            Msg::No => return Step::Close,
            Msg::Apply if matches!(self.purpose, Purpose::WhatIf(..)) => {
                return self.submit(key, around);
            }
            Msg::Yes | Msg::Reload | Msg::Force | Msg::Apply => {}
        }
        Step::Stay
    }

    /// Goes `steps` on in a choice; `usize::MAX` is one back.
    fn choose(&mut self, steps: usize) {
        if let Some(Field { entry: Entry::Choice(options, at), .. }) =
            self.fields.get_mut(self.focus)
            && !options.is_empty()
        {
            *at = at.wrapping_add(options.len()).wrapping_add(steps) % options.len();
        }
    }

    fn submit(&mut self, key: Key, around: &Around<'_>) -> Step {
        let bad = self
            .fields
            .iter()
            .position(|field| matches!(self.verdict(field, around.snapshot), Verdict::Bad(_)));
        if let Some(at) = bad {
            self.focus = at;
            let Verdict::Bad(why) = self.verdict(&self.fields[at], around.snapshot) else {
                return Step::Stay;
            };
            return Step::Refuse(format!("{}: {why}", self.fields[at].label));
        }
        match &self.purpose {
            Purpose::Add(trial) => add::submit(self, trial, key, around),
            Purpose::Edit(name) => edit::submit(self, name, key, around),
            Purpose::Weight(names) => weight::submit(self, names, around),
            Purpose::Limit(name, trial) => limit::submit(self, name, trial, key, around),
            Purpose::Block => block::submit(self, key, around),
            Purpose::Hold(scaler) => scale::submit_hold(self, scaler, key, around),
            Purpose::Desired(scaler) => scale::submit_desired(self, scaler, key, around),
            Purpose::Rules(scaler) => scale::submit_rules(self, scaler, key, around),
            Purpose::WhatIf(scaler, trial) => what_if::submit(self, scaler, trial, key, around),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::moment::Moment;

    #[test]
    fn a_choice_goes_round_in_both_directions() {
        let options = ["a", "b", "c"].map(String::from).to_vec();
        let mut form =
            Form::new(Purpose::Block, String::new(), vec![Field::choice("pool", options, 0)]);
        let snapshot = Snapshot::default();
        let around = Around {
            snapshot: &snapshot,
            now: Moment::default(),
            hindrance: None,
            context: "",
            own_address: "",
            wants_reason: false,
            keymap: &crate::tui::Keymap::default(),
            events: &Default::default(),
        };
        let mut seen = Vec::new();
        for msg in [Msg::Left, Msg::Right, Msg::Right] {
            form.update(msg, Key::Left, &around);
            seen.push(form.value("pool").to_owned());
        }
        assert_eq!(seen, ["c", "a", "b"]);
    }
}
