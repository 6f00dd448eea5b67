//! How far is an operation? What it drains has to be idle, what waits for a confirmation to get one.

use crate::model::{Operation, Snapshot, Standing, Undo};

/// A backend is idle when nothing was in flight for this long: a request may be on its way from the
/// balancer's decision to the count.
const IDLE_MS: i64 = 900;

/// Follows one operation from picture to picture.
#[derive(Debug)]
pub(super) struct Follower {
    /// The backends that it drains.
    drained: Vec<String>,
    idle_since_ms: Option<i64>,
}

/// How far it is.
#[derive(Debug)]
pub(super) struct Progress {
    /// "running", "unconfirmed", "done" or "undone".
    pub(super) state: &'static str,
    /// A sentence.
    pub(super) what: String,
    /// Requests in flight on what it drains.
    pub(super) in_flight: Option<u64>,
    /// Whether it has come to its end.
    pub(super) is_over: bool,
}

impl Follower {
    /// Nothing was seen yet of `operation`.
    pub(super) fn of(operation: &Operation) -> Follower {
        let drains = matches!(operation.what.as_str(), "drain" | "maintenance" | "remove");
        let names = operation.target.split(',').filter_map(|it| it.strip_prefix("backend/"));
        let drained = names.filter(|_| drains).map(str::to_owned).collect();
        Follower { drained, idle_since_ms: None }
    }

    /// How far `operation` is in this picture.
    pub(super) fn look(&mut self, operation: &Operation, picture: &Snapshot) -> Progress {
        let in_flight = self.in_flight(picture);
        if let Undo::Done(by) = &operation.undo {
            let what = format!("taken back by operation {by}");
            return Progress { state: "undone", what, in_flight, is_over: true };
        }
        if operation.confirm_by_ms.is_some() {
            let what = format!("waits for a confirmation (gatewayctl op confirm {})", operation.id);
            return Progress { state: "unconfirmed", what, in_flight, is_over: false };
        }
        match in_flight {
            Some(0) if self.is_idle(picture.time_ms) => {
                let what = "nothing is in flight".to_owned();
                Progress { state: "done", what, in_flight, is_over: true }
            }
            Some(0) => {
                let what = "idle, making sure".to_owned();
                Progress { state: "running", what, in_flight, is_over: false }
            }
            Some(count) => {
                self.idle_since_ms = None;
                let what = format!("{count} in flight");
                Progress { state: "running", what, in_flight, is_over: false }
            }
            None => {
                let what = format!("{} since it was accepted", operation.after);
                Progress { state: "done", what, in_flight, is_over: true }
            }
        }
    }

    fn is_idle(&mut self, now_ms: i64) -> bool {
        now_ms - *self.idle_since_ms.get_or_insert(now_ms) >= IDLE_MS
    }

    /// What is in flight on those that it drains and that are out of service still.
    fn in_flight(&self, picture: &Snapshot) -> Option<u64> {
        let drains = |name: &str| self.drained.iter().any(|it| it == name);
        let out = picture.backends.iter().filter(|it| drains(it.name.as_str()));
        let out: Vec<u64> =
            out.filter(|it| it.standing != Standing::Active).map(|it| it.in_flight).collect();
        (!out.is_empty()).then(|| out.iter().sum())
    }
}
