//! The events of this process: the last thousand kept, new ones told to whoever listens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use crate::clock::Clock;
use crate::model::{Event, EventKind, Severity, safe_text};

/// How many are kept.
const KEPT: usize = 1000;
/// How many a slow listener may lag behind before it loses the oldest (and is told how many).
const LAG: usize = 1024;

/// The events of this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Events {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    past: Mutex<Past>,
    live: broadcast::Sender<Event>,
}

#[derive(Debug, Default)]
struct Past {
    kept: VecDeque<Event>,
    last_id: u64,
}

impl Events {
    /// No events yet.
    #[must_use]
    pub fn new(clock: Clock) -> Events {
        let (live, _) = broadcast::channel(LAG);
        Events { shared: Arc::new(Shared { clock, past: Mutex::default(), live }) }
    }

    /// Records that something happened, and logs it.
    pub fn record(&self, kind: EventKind, severity: Severity, who: &str, target: &str, what: &str) {
        self.record_op(kind, severity, who, target, what, "");
    }

    /// Records what an operation did, or led to.
    pub fn record_op(
        &self,
        kind: EventKind,
        severity: Severity,
        who: &str,
        target: &str,
        what: &str,
        op: &str,
    ) {
        log(kind, severity, [who, target, what, op]);
        let mut past = self.past();
        past.last_id += 1;
        let event = Event {
            id: past.last_id,
            time_ms: self.shared.clock.wall_ms(),
            kind,
            severity,
            who: who.to_owned(),
            target: target.to_owned(),
            what: what.to_owned(),
            op: op.to_owned(),
        };
        if past.kept.len() == KEPT {
            past.kept.pop_front();
        }
        past.kept.push_back(event.clone());
        // Sent under the lock, so that a listener misses none between past and live. Nobody
        // listening is fine.
        let _ = self.shared.live.send(event);
    }

    /// The last `backlog` events that `wanted` accepts, newest last, and every later one.
    #[must_use]
    pub fn listen(
        &self,
        backlog: usize,
        wanted: impl Fn(&Event) -> bool,
    ) -> (Vec<Event>, broadcast::Receiver<Event>) {
        let past = self.past();
        let newest_first = past.kept.iter().rev().filter(|event| wanted(event)).take(backlog);
        let mut told: Vec<Event> = newest_first.cloned().collect();
        told.reverse();
        (told, self.shared.live.subscribe())
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.shared.past.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a line of the log, over several lines where what happened takes some. Whoever reads it may
/// do so on a terminal.
fn log(kind: EventKind, severity: Severity, texts: [&str; 4]) {
    let kind = kind.word();
    let [who, target, what, op] = texts.map(safe_lines);
    let (who, target, op) = (&*who, &*target, &*op);
    match severity {
        Severity::Info => tracing::info!(kind, who, target, op, "{what}"),
        Severity::Warn => tracing::warn!(kind, who, target, op, "{what}"),
        Severity::Error => tracing::error!(kind, who, target, op, "{what}"),
    }
}

fn safe_lines(text: &str) -> String {
    text.split('\n').map(safe_text).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_bounded_and_nothing_falls_between_past_and_live() {
        let events = Events::new(Clock::start());
        let tell = |what: &str| events.record(EventKind::Change, Severity::Info, "ana", "x", what);
        (0..KEPT + 5).for_each(|number| tell(&number.to_string()));
        let (past, mut live) = events.listen(3, |event| event.kind == EventKind::Change);
        let ids: Vec<u64> = past.iter().map(|event| event.id).collect();
        assert_eq!(ids, [1003, 1004, 1005]);
        assert_eq!(events.listen(usize::MAX, |_| true).0.len(), KEPT);
        assert_eq!(events.listen(9, |event| event.kind == EventKind::Tls).0, []);
        tell("new");
        assert_eq!(live.try_recv().unwrap().id, 1006);
    }
}
