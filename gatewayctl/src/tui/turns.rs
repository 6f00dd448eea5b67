//! Turns: drains that follow each other, the next one asked for once those before it are over.

use super::{dialog::Target, effect::Request};
use crate::model::{Backend, Edit, Intent, Snapshot, Standing};

/// Drains that follow each other. What it asks for was shown before, name by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Turns {
    /// The dialog that asked for the first.
    ticket: u64,
    /// Those that drain now.
    now: Vec<String>,
    /// The revision that drains them; none before the gateway accepted that.
    since: Option<u64>,
    /// Those of them that were seen drained, and may be back by now.
    drained: Vec<String>,
    /// The drains to come.
    then: Vec<Edit>,
    intent: Intent,
    /// What is still to be drained, as it was when it was shown.
    targets: Vec<Target>,
}

/// What is to be done about turns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Turn {
    /// Nothing yet.
    Wait,
    /// Ask for the next.
    Next(Box<Request>),
    /// Ask for nothing more, and say why.
    Stop(String),
    /// The last one was asked for.
    Over,
}

impl Turns {
    /// Turns that begin with the drain of `now`; none when nothing follows.
    pub(crate) fn new(
        ticket: u64,
        now: Vec<String>,
        then: Vec<Edit>,
        intent: Intent,
        targets: Vec<Target>,
    ) -> Option<Self> {
        let turns = Self { ticket, now, since: None, drained: Vec::new(), then, intent, targets };
        (!turns.then.is_empty()).then_some(turns)
    }

    /// Whether an answer with this number is about them.
    pub(crate) fn concerns(&self, ticket: u64) -> bool {
        self.ticket == ticket
    }

    /// The gateway accepted what was asked for last, and is at this revision.
    pub(crate) fn accepted(&mut self, revision: u64) {
        self.since = Some(revision);
    }

    /// The names that nobody asked for yet, in their order.
    pub(crate) fn to_come(&self) -> Vec<&str> {
        self.then.iter().flat_map(Edit::targets).collect()
    }

    /// Says that what is to come does not come.
    pub(crate) fn stopped(&self, why: &str) -> String {
        format!("{why}; not begun: {}", self.to_come().join(", "))
    }

    /// Looks at a newer snapshot.
    pub(crate) fn look(&mut self, snapshot: &Snapshot) -> Turn {
        // A picture from before tells nothing of them.
        if self.since.is_none_or(|since| snapshot.revision < since) {
            return Turn::Wait;
        }
        for name in &self.now {
            match state(name, snapshot) {
                State::Drained if !self.drained.contains(name) => self.drained.push(name.clone()),
                State::Back if !self.drained.contains(name) => {
                    let why = format!("{name} takes requests again before it was drained");
                    return Turn::Stop(self.stopped(&why));
                }
                State::Drains => return Turn::Wait,
                State::Drained | State::Back => {}
            }
        }
        self.next(snapshot)
    }

    fn next(&mut self, snapshot: &Snapshot) -> Turn {
        if self.then.is_empty() {
            return Turn::Over;
        }
        let names: Vec<String> = self.then[0].targets().into_iter().map(str::to_owned).collect();
        let next = |it: &&Target| names.iter().any(|name| name == it.name());
        if let Some(what) = self.targets.iter().filter(next).find_map(|it| it.moved(snapshot, 0)) {
            return Turn::Stop(self.stopped(&what));
        }
        let edit = self.then.remove(0);
        self.now = names;
        self.since = None;
        Turn::Next(Box::new(Request { ticket: self.ticket, edit, intent: self.intent.clone() }))
    }
}

/// What became of a backend whose drain was asked for.
enum State {
    /// It drains.
    Drains,
    /// It is drained, or gone.
    Drained,
    /// It takes requests.
    Back,
}

fn state(name: &str, snapshot: &Snapshot) -> State {
    let found = snapshot.backends.iter().find(|backend| backend.name == name);
    let is_drained =
        |it: &Backend| it.drain.as_ref().is_some_and(|drain| drain.drained_ms.is_some());
    match found {
        None => State::Drained,
        Some(it) if it.standing == Standing::Active => State::Back,
        Some(it) if is_drained(it) => State::Drained,
        Some(_) => State::Drains,
    }
}
