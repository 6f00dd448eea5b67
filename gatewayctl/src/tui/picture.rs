//! A picture: everything known of the gateway at one time.

use std::collections::VecDeque;

use super::{history::History, lore::Lore};
use crate::model::{Backend, Event, Limit, Snapshot};

/// Events kept; older ones are in `gatewayctl event tail`.
const EVENTS: usize = 200;

/// Everything known of the gateway.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Picture {
    /// The newest snapshot; none before the first.
    pub(crate) snapshot: Option<Snapshot>,
    /// What the figures were before.
    pub(crate) history: History,
    /// What happened, newest first.
    pub(crate) events: VecDeque<Event>,
    /// What was asked for beside.
    pub(crate) lore: Lore,
}

impl Picture {
    /// Takes a newer snapshot; `true` when another process of the gateway made it.
    pub(crate) fn take(&mut self, snapshot: Snapshot) -> bool {
        let restarted =
            self.snapshot.as_ref().is_some_and(|before| before.instance != snapshot.instance);
        self.history.note(&snapshot);
        self.snapshot = Some(snapshot);
        restarted
    }

    /// Takes an event; the gateway sends its past again after each connect.
    pub(crate) fn learn(&mut self, event: Event) {
        if self.events.front().is_some_and(|newest| newest.id >= event.id) {
            return;
        }
        self.events.push_front(event);
        self.events.truncate(EVENTS);
    }

    /// Forgets the events: the gateway is about to send its past.
    pub(crate) fn forget_events(&mut self) {
        self.events.clear();
    }

    /// The time of the newest snapshot, milliseconds since the Unix epoch.
    pub(crate) fn time_ms(&self) -> i64 {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.time_ms)
    }

    /// The backends; none before the first snapshot.
    pub(crate) fn backends(&self) -> &[Backend] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.backends)
    }

    /// The limits; none before the first snapshot.
    pub(crate) fn limits(&self) -> &[Limit] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_sent_twice_is_kept_once() {
        let mut picture = Picture::default();
        for id in [1, 2, 1, 2, 3] {
            picture.learn(Event { id, ..Event::default() });
        }
        let ids: Vec<u64> = picture.events.iter().map(|event| event.id).collect();
        assert_eq!(ids, [3, 2, 1]);
    }

    #[test]
    fn another_instance_is_a_restart_and_the_first_is_not() {
        let mut picture = Picture::default();
        let of = |instance: &str| Snapshot { instance: instance.into(), ..Snapshot::default() };
        assert!(!picture.take(of("a")));
        assert!(!picture.take(of("a")));
        assert!(picture.take(of("b")));
    }
}
