//! The confirmation: names the targets, shows what the gateway says would happen, and sends the
//! change if its operator says yes.

use std::time::Duration;

use super::{Around, Dialog, Form, Msg, Step, input::Input, target::Target, verb::verb};
use crate::{
    client::{self, ErrorCode},
    model::{Edit, Intent, Operation, Snapshot},
    tui::{effect::Request, key::Key, message::Answer, moment::Moment},
};

/// Keys this soon after it opened were meant for what was there before.
const TYPED_AHEAD: Duration = Duration::from_millis(300);

/// Asks whether a change is wanted. What it names is what it sends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Confirm {
    /// The number its questions and its change carry.
    pub(crate) ticket: u64,
    /// The change.
    pub(super) edit: Edit,
    /// What the change acts on.
    pub(super) targets: Vec<Target>,
    /// Things its operator should know that only the dashboard knows: what a value was.
    pub(super) notes: Vec<String>,
    /// How sure its operator must be.
    pub(super) level: Level,
    /// What the gateway says would happen.
    pub(super) outlook: Outlook,
    /// How far it is.
    pub(super) phase: Phase,
    /// Why the change is wanted.
    pub(super) reason: Input,
    /// The target's name, typed.
    pub(super) typed: Input,
    /// Where keys go.
    pub(super) focus: Focus,
    /// Whether a guard is to be overruled.
    pub(super) force: bool,
    /// The revision of the gateway that its operator saw last.
    revision: u64,
    opened: Moment,
    opened_by: Key,
    asking: bool,
    /// What else was asked for with it.
    asked: Intent,
    /// The form it came from.
    form: Option<Box<Form>>,
}

/// How sure an operator must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// A key.
    Key,
    /// The target's name, typed.
    Name,
}

/// What the gateway says would happen.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outlook {
    /// It has not answered yet.
    Unknown,
    /// This.
    Plan(Box<Operation>),
    /// It would refuse.
    Refusal(client::Error),
}

/// How far a confirmation is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    /// It asks.
    Open,
    /// The change is on its way.
    Sent,
    /// A target is no longer what it was.
    Moved(String),
    /// The gateway refused, or did not answer.
    Failed(client::Error),
}

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    /// To the question.
    Question,
    /// Into the reason.
    Reason,
    /// Into the name to be typed.
    Name,
}

impl Confirm {
    /// Asks for `edit`, wanted by `key`.
    pub(crate) fn new(
        edit: Edit,
        level: Level,
        snapshot: &Snapshot,
        now: Moment,
        key: Key,
    ) -> Self {
        Self {
            ticket: 0,
            targets: Target::of(&edit, snapshot),
            edit,
            notes: Vec::new(),
            outlook: Outlook::Unknown,
            phase: Phase::Open,
            reason: Input::default(),
            typed: Input::default(),
            focus: if level == Level::Name { Focus::Name } else { Focus::Question },
            level,
            force: false,
            revision: snapshot.revision,
            opened: now,
            opened_by: key,
            asking: false,
            asked: Intent::default(),
            form: None,
        }
    }

    /// The same, knowing this too.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same, as it was asked for: why, on which conditions, against a guard.
    pub(crate) fn on_terms(mut self, intent: Intent) -> Self {
        self.reason = Input::of(&intent.reason);
        self.notes.extend(intent.terms.told());
        if intent.force {
            self.force = true;
            self.raise();
        }
        self.asked = intent;
        self
    }

    /// The same, for this reason.
    pub(super) fn because(mut self, reason: &str) -> Self {
        self.reason = Input::of(reason);
        self
    }

    /// The same, going back to `form` on no.
    pub(super) fn back_to(mut self, form: Form) -> Self {
        self.form = Some(Box::new(form));
        self
    }

    /// The verb of its change.
    pub(super) fn verb(&self) -> &'static str {
        verb(&self.edit)
    }

    /// What must be typed at level `Name`: the target's name, or how many there are.
    pub(super) fn name_to_type(&self) -> String {
        match &self.targets[..] {
            [one] => one.name().to_owned(),
            many => format!("{} {}s", many.len(), many.first().map_or("target", Target::kind)),
        }
    }

    /// Why yes would be refused now; none when it would be sent.
    pub(super) fn obstacle(&self, around: &Around<'_>) -> Option<String> {
        let said = |text: &str| Some(text.to_owned());
        if let Some(hindrance) = around.hindrance {
            return said(hindrance);
        }
        match (&self.phase, &self.outlook) {
            (Phase::Sent, _) => return said("sent, waiting for the gateway"),
            (Phase::Moved(what), _) => return Some(format!("{what}; r looks again")),
            (Phase::Failed(_), _) => return said("r looks again"),
            (_, Outlook::Unknown) => return said("asking the gateway what would happen"),
            (_, Outlook::Refusal(error)) if !(self.force && error.code == ErrorCode::Guard) => {
                return said("the gateway would refuse");
            }
            (_, Outlook::Plan(plan)) if !(self.force || plan.conflicts.is_empty()) => {
                return said("somebody changed that since");
            }
            _ => {}
        }
        if around.now < self.opened.after(TYPED_AHEAD) {
            return said("just opened");
        }
        if self.level == Level::Name && self.typed.text() != self.name_to_type() {
            return Some(format!("type {} to go on", self.name_to_type()));
        }
        let is_mute = self.reason.text().trim().is_empty();
        if self.force && is_mute {
            return said("overruling a guard needs a reason");
        }
        if around.wants_reason && is_mute {
            return Some(format!("{} wants a reason for each change; Tab", around.context));
        }
        None
    }

    /// Lets its operator be as sure as can be: the name is typed.
    pub(crate) fn raise(&mut self) {
        self.level = Level::Name;
        self.focus = Focus::Name;
    }

    /// Whether it may be answered; before that the question is not even put.
    pub(super) fn is_put(&self, around: &Around<'_>) -> bool {
        self.outlook != Outlook::Unknown && around.now >= self.opened.after(TYPED_AHEAD)
    }

    /// When the question is put without anything else happening.
    pub(super) fn next_change(&self, now: Moment) -> Option<Moment> {
        let put = self.opened.after(TYPED_AHEAD);
        (now < put).then_some(put)
    }

    /// Takes a newer snapshot: notices targets that moved, and asks again what would happen.
    pub(crate) fn look(&mut self, snapshot: &Snapshot) -> Step {
        if matches!(self.phase, Phase::Sent | Phase::Moved(_)) {
            return Step::Stay;
        }
        if let Some(what) = self.targets.iter().find_map(|target| target.moved(snapshot)) {
            self.phase = Phase::Moved(what);
            return Step::Stay;
        }
        self.revision = snapshot.revision;
        self.ask()
    }

    /// Asks the gateway what would happen, unless it was asked already.
    pub(crate) fn ask(&mut self) -> Step {
        if self.asking {
            return Step::Stay;
        }
        self.asking = true;
        let mut request = self.request();
        request.intent.validate_only = true;
        request.intent.expected_revision = None;
        if self.force && request.intent.reason.is_empty() {
            "preview".clone_into(&mut request.intent.reason);
        }
        Step::Preview(request)
    }

    /// Takes the gateway's answer. A change that was made closes it.
    pub(crate) fn answered(&mut self, answer: &Answer) -> Step {
        if answer.is_preview {
            self.asking = false;
            self.outlook = match &answer.result {
                Ok(plan) => Outlook::Plan(Box::new(plan.clone())),
                // Its last word stands until it has another.
                Err(error) if error.is_retryable() => return Step::Stay,
                Err(error) => Outlook::Refusal(error.clone()),
            };
            return Step::Stay;
        }
        match &answer.result {
            Ok(_) => Step::Close,
            Err(error) => {
                self.phase = Phase::Failed(error.clone());
                Step::Stay
            }
        }
    }

    pub(super) fn update(&mut self, msg: Msg, key: Key, around: &Around<'_>) -> Step {
        match msg {
            Msg::Yes => self.yes(key, around),
            Msg::On if self.focus == Focus::Question || self.focus == Focus::Name => {
                self.yes(key, around)
            }
            Msg::On => {
                self.focus = self.first_focus();
                Step::Stay
            }
            Msg::No => match (self.focus, self.form.take()) {
                (Focus::Reason, form) => {
                    self.form = form;
                    self.focus = self.first_focus();
                    Step::Stay
                }
                (_, Some(form)) => Step::Become(Box::new(Dialog::Form(form))),
                (_, None) => Step::Close,
            },
            Msg::Next | Msg::Previous => {
                let first = self.first_focus();
                self.focus = if self.focus == first { Focus::Reason } else { first };
                Step::Stay
            }
            Msg::Reload => self.reload(around),
            Msg::Force => self.insist(),
            Msg::Left | Msg::Right | Msg::Apply => Step::Stay,
        }
    }

    pub(super) fn press(&mut self, key: Key) -> bool {
        self.field().is_some_and(|field| field.press(key))
    }

    pub(super) fn paste(&mut self, text: &str) -> bool {
        self.field().map(|field| field.paste(text)).is_some()
    }

    pub(super) fn has_field(&self) -> bool {
        self.focus != Focus::Question && !matches!(self.phase, Phase::Moved(_) | Phase::Failed(_))
    }

    /// The key that opened it does not confirm it, and nothing does while there is an obstacle.
    fn yes(&mut self, key: Key, around: &Around<'_>) -> Step {
        if key == self.opened_by {
            return Step::Refuse(format!("y confirms; {key} only opened the question"));
        }
        if let Some(obstacle) = self.obstacle(around) {
            return Step::Refuse(obstacle);
        }
        self.phase = Phase::Sent;
        Step::Send(self.request())
    }

    fn reload(&mut self, around: &Around<'_>) -> Step {
        if !matches!(self.phase, Phase::Moved(_) | Phase::Failed(_)) {
            return Step::Stay;
        }
        self.targets = Target::of(&self.edit, around.snapshot);
        self.revision = around.snapshot.revision;
        self.phase = Phase::Open;
        self.outlook = Outlook::Unknown;
        self.opened = around.now;
        self.ask()
    }

    fn insist(&mut self) -> Step {
        let stops = match &self.outlook {
            Outlook::Refusal(it) => it.code == ErrorCode::Guard,
            Outlook::Plan(plan) => !plan.conflicts.is_empty(),
            Outlook::Unknown => false,
        };
        if !stops || self.force {
            return Step::Stay;
        }
        self.force = true;
        self.raise();
        Step::Stay
    }

    fn first_focus(&self) -> Focus {
        if self.level == Level::Name { Focus::Name } else { Focus::Question }
    }

    fn field(&mut self) -> Option<&mut Input> {
        match self.focus {
            _ if !self.has_field() => None,
            Focus::Question => None,
            Focus::Reason => Some(&mut self.reason),
            Focus::Name => Some(&mut self.typed),
        }
    }

    fn request(&self) -> Request {
        let intent = Intent {
            reason: self.reason.text().trim().to_owned(),
            expected_revision: self.asked.expected_revision.or(Some(self.revision)),
            validate_only: false,
            via: "tui".to_owned(),
            force: self.force,
            ..self.asked.clone()
        };
        Request { ticket: self.ticket, edit: self.edit.clone(), intent }
    }
}
