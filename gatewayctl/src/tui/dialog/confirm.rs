//! The confirmation: names the targets, shows what the gateway says would happen, and sends the
//! change if its operator says yes.

use super::{
    Around, Dialog, Form, Msg, Step,
    course::Course,
    focus::Focus,
    input::Input,
    level::{Level, Outlook},
    obstacle::TYPED_AHEAD,
    target::Target,
    verb::verb,
};
use crate::{
    client::{self, ErrorCode},
    model::{Edit, Intent, Snapshot},
    tui::{effect::Request, key::Key, message::Answer, moment::Moment, turns::Turns},
};

/// Asks whether a change is wanted. What it names is what it sends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Confirm {
    /// The number its questions and its change carry.
    pub(crate) ticket: u64,
    /// The change.
    pub(super) edit: Edit,
    /// Drains that follow it, each once the one before is over.
    pub(super) rest: Vec<Edit>,
    /// What is asked about once it is made.
    pub(super) next: Option<Edit>,
    /// How a drain is to go.
    pub(super) course: Option<Course>,
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
    pub(super) opened: Moment,
    opened_by: Key,
    /// Whether the gateway was asked and has not answered.
    asking: bool,
    /// What it was asked about last.
    asked_about: Option<Edit>,
    /// The least care that was wanted for it, whatever is typed.
    pub(super) least: Level,
    /// What else was asked for with it.
    asked: Intent,
    /// The form it came from.
    form: Option<Box<Form>>,
}

/// How far a confirmation is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phase {
    /// It asks.
    Open,
    /// The change is on its way.
    Sent,
    /// A target is no longer what it was: which one, and what became of it.
    Moved { target: String, what: String },
    /// The gateway refused, or did not answer.
    Failed(client::Error),
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
        let (least, level) = (level, level.max(Level::of(&edit)));
        Self {
            ticket: 0,
            targets: Target::of(&edit, snapshot),
            course: Course::of(&edit, &[]),
            edit,
            rest: Vec::new(),
            next: None,
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
            asked_about: None,
            least,
            asked: Intent::default(),
            form: None,
        }
    }

    /// The same, knowing this too.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same; once it is made, it is asked whether `next` is wanted.
    pub(super) fn then(mut self, next: Edit) -> Self {
        self.next = Some(next);
        self
    }

    /// What is asked about next, if `answer` says that it is made.
    pub(crate) fn next(&self, answer: &Answer) -> Option<(Edit, String)> {
        let is_made = answer.ticket == self.ticket && !answer.is_preview && answer.result.is_ok();
        let reason = self.reason.text().to_owned();
        self.next.clone().filter(|_| is_made).map(|next| (next, reason))
    }

    /// The same, with drains that follow it.
    pub(crate) fn followed_by(mut self, rest: Vec<Edit>, snapshot: &Snapshot) -> Self {
        self.targets.extend(rest.iter().flat_map(|edit| Target::of(edit, snapshot)));
        self.course = Course::of(&self.edit, &rest);
        self.rest = rest;
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
    pub(crate) fn because(mut self, reason: &str) -> Self {
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

    /// The gateway is known to be at this revision, whatever the last picture says: it was changed
    /// from here.
    pub(crate) fn at_least(&mut self, revision: u64) {
        self.revision = self.revision.max(revision);
    }

    /// Lets its operator be as sure as can be: the name is typed.
    pub(crate) fn raise(&mut self) {
        self.least = Level::Name;
        self.level = Level::Name;
        self.focus = Focus::Name;
    }

    /// When the question is put without anything else happening.
    pub(super) fn next_change(&self, now: Moment) -> Option<Moment> {
        let put = self.opened.after(TYPED_AHEAD);
        (now < put).then_some(put)
    }

    /// Takes a newer snapshot: notices targets that moved, and asks again what would happen.
    pub(crate) fn look(&mut self, snapshot: &Snapshot) -> Step {
        if matches!(self.phase, Phase::Sent | Phase::Moved { .. }) {
            return Step::Stay;
        }
        let moved = |it: &Target| it.moved(snapshot, self.revision).map(|what| (it.path(), what));
        if let Some((target, what)) = self.targets.iter().find_map(moved) {
            self.phase = Phase::Moved { target, what };
            return Step::Stay;
        }
        self.at_least(snapshot.revision);
        self.ask()
    }

    /// Asks the gateway what would happen, unless it was asked already.
    pub(crate) fn ask(&mut self) -> Step {
        if self.asking {
            return Step::Stay;
        }
        self.asking = true;
        self.asked_about = Some(self.edit.clone());
        let mut request = self.request();
        request.intent.validate_only = true;
        request.intent.expected_revision = None;
        if self.force && request.intent.reason.is_empty() {
            "preview".clone_into(&mut request.intent.reason);
        }
        Step::Preview(request)
    }

    /// Asks what would happen now that something else is typed.
    pub(crate) fn ask_again(&mut self) -> Step {
        let is_known = self.asked_about.as_ref() == Some(&self.edit);
        if is_known || self.phase != Phase::Open { Step::Stay } else { self.ask() }
    }

    /// The drains that follow it once it is made, and what is known of all of them.
    pub(crate) fn turns(&self) -> Option<Turns> {
        let Edit::Drain { names, .. } = &self.edit else { return None };
        let (intent, rest) = (self.request().intent, self.rest.clone());
        let intent = Intent { expected_revision: None, ..intent };
        Turns::new(self.ticket, names.clone(), rest, intent, self.targets.clone())
    }

    /// What it asked was not passed on.
    pub(crate) fn unasked(&mut self) {
        self.asking = false;
        self.asked_about = None;
    }

    /// Takes the gateway's answer. A change that was made closes it.
    pub(crate) fn answered(&mut self, answer: &Answer) -> Step {
        if answer.is_preview {
            self.asking = false;
            if self.asked_about.as_ref() != Some(&self.edit) {
                return Step::Stay;
            }
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
                self.step_focus(1);
                Step::Stay
            }
            Msg::No => match (self.focus, self.form.take()) {
                (Focus::Reason | Focus::Option(_), form) => {
                    self.form = form;
                    self.focus = self.first_focus();
                    Step::Stay
                }
                (_, Some(form)) => Step::Become(Box::new(Dialog::Form(form))),
                (_, None) => Step::Close,
            },
            Msg::Next => {
                self.step_focus(1);
                Step::Stay
            }
            Msg::Previous => {
                self.step_focus(-1);
                Step::Stay
            }
            Msg::Left | Msg::Right => {
                if let (Focus::Option(at), Some(course)) = (self.focus, &mut self.course) {
                    course.choose(at, msg == Msg::Left);
                    self.take_course();
                }
                Step::Stay
            }
            Msg::Reload => self.reload(around),
            Msg::Force => self.insist(),
            Msg::Apply => Step::Stay,
        }
    }

    /// The key that opened it does not confirm it, and nothing does while there is an obstacle.
    fn yes(&mut self, key: Key, around: &Around<'_>) -> Step {
        if key == self.opened_by {
            let yes = around.keymap.label("dialog.yes");
            return Step::Refuse(format!("{yes} confirms; {key} only opened the question"));
        }
        if self.lacks_reason_only(around) {
            self.focus = Focus::Reason;
        }
        if let Some(obstacle) = self.obstacle(around) {
            return Step::Refuse(obstacle);
        }
        self.phase = Phase::Sent;
        Step::Send(self.request())
    }

    fn reload(&mut self, around: &Around<'_>) -> Step {
        if !matches!(self.phase, Phase::Moved { .. } | Phase::Failed(_)) {
            return Step::Stay;
        }
        let all = std::iter::once(&self.edit).chain(&self.rest);
        self.targets = all.flat_map(|edit| Target::of(edit, around.snapshot)).collect();
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
