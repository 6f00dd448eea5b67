//! Under way: the requests that one worker has on backends, so that what is left of a drain can be
//! told, and closed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slab::Slab;

use crate::model::{OldRequest, UnderWay};
use crate::state::Leaving;

use super::deadlines::Deadline;
use super::worker::Worker;

/// So much of a path is remembered, in bytes.
const PATH_BYTES: usize = 64;
/// No deadline.
const NONE: usize = usize::MAX;

/// All requests of one worker that are on backends.
#[derive(Debug, Default)]
pub(super) struct Requests(RefCell<Slab<Entry>>);

#[derive(Debug)]
struct Entry {
    /// The slot of the backend.
    slot: u64,
    since_ms: u64,
    path: PathStart,
    stage: Cell<Stage>,
    /// The key of the deadline by which its task is closed.
    deadline: Cell<usize>,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its answer has not begun.
    Request,
    /// Its answer has begun.
    Stream,
    /// The protocol was switched.
    WebSocket,
}

/// A request that is on a backend until this is dropped.
pub(super) struct Going {
    worker: Rc<Worker>,
    key: usize,
}

/// The beginning of a path, kept where the request is.
#[derive(Clone, Copy, Debug)]
pub(super) struct PathStart {
    bytes: [u8; PATH_BYTES],
    len: u8,
}

impl Requests {
    /// Tells what is under way on backends out of service, and cuts what is due at `now_ms`.
    pub(super) fn look(&self, leaving: &[Leaving], worker: &Worker, now_ms: u64) {
        let mut seen = vec![UnderWay::default(); leaving.len()];
        for (key, entry) in self.0.borrow().iter() {
            let Some(index) = leaving.iter().position(|it| it.live.slot == entry.slot) else {
                continue;
            };
            let one = entry.as_under_way(&seen[index]);
            seen[index].merge(&one);
            let closing = leaving[index].closing;
            if closing.is_some_and(|it| it.is_due(entry.is_stream(), entry.lot(key), now_ms)) {
                worker.deadlines.cut(entry.deadline.get());
            }
        }
        for (leaving, seen) in leaving.iter().zip(seen) {
            leaving.live.under_way.of(worker.index).tell(seen);
        }
    }
}

impl Entry {
    fn is_stream(&self) -> bool {
        self.stage.get() != Stage::Request
    }

    /// A number for it alone, the same at each look.
    fn lot(&self, key: usize) -> u32 {
        let mixed = (key as u64 ^ self.since_ms << 20 ^ self.slot << 44)
            .wrapping_add(0x9e37_79b9_7f4a_7c15)
            .wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 32) as u32
    }

    /// This one alone; its path only where it is older than what was `seen`.
    fn as_under_way(&self, seen: &UnderWay) -> UnderWay {
        let stage = self.stage.get();
        let is_oldest = seen.oldest.as_ref().is_none_or(|it| self.since_ms < it.since_ms);
        UnderWay {
            streams: (stage == Stage::Stream).into(),
            websockets: (stage == Stage::WebSocket).into(),
            oldest: is_oldest
                .then(|| OldRequest { since_ms: self.since_ms, path: self.path.to_string() }),
        }
    }
}

impl Going {
    /// A request for `path` that came at `since_ms` and is now on the backend in `slot`.
    pub(super) fn begin(worker: &Rc<Worker>, slot: u64, since_ms: u64, path: PathStart) -> Going {
        let (stage, deadline) = (Cell::new(Stage::Request), Cell::new(NONE));
        let entry = Entry { slot, since_ms, path, stage, deadline };
        let key = worker.requests.0.borrow_mut().insert(entry);
        Going { worker: Rc::clone(worker), key }
    }

    /// Its task is closed by `deadline`, which lives as long as this.
    pub(super) fn is_closed_by(&self, deadline: &Deadline) {
        self.with(|entry| entry.deadline.set(deadline.key()));
    }

    /// It closes by itself from now on.
    pub(super) fn let_go(&self) {
        self.with(|entry| entry.deadline.set(NONE));
    }

    pub(super) fn is_now(&self, stage: Stage) {
        self.with(|entry| entry.stage.set(stage));
    }

    fn with<T>(&self, look: impl FnOnce(&Entry) -> T) -> T {
        look(&self.worker.requests.0.borrow()[self.key])
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.worker.requests.0.borrow_mut().remove(self.key);
    }
}

impl PathStart {
    pub(super) fn of(path: &str) -> PathStart {
        let path = &path.as_bytes()[..path.floor_char_boundary(PATH_BYTES)];
        let mut bytes = [0; PATH_BYTES];
        bytes[..path.len()].copy_from_slice(path);
        PathStart { bytes, len: path.len() as u8 }
    }
}

impl std::fmt::Display for PathStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        String::from_utf8_lossy(&self.bytes[..usize::from(self.len)]).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(since_ms: u64, stage: Stage) -> Entry {
        let (stage, deadline) = (Cell::new(stage), Cell::new(NONE));
        Entry { slot: 3, since_ms, path: PathStart::of("/a"), stage, deadline }
    }

    #[test]
    fn lots_are_spread_evenly_over_what_came_one_after_the_other_and_at_once() {
        for apart_ms in [0, 1] {
            let mut tenths = [0; 10];
            for key in 0..10_000 {
                let lot = entry(7 + key as u64 * apart_ms, Stage::WebSocket).lot(key);
                tenths[((u64::from(lot) * 10) >> 32) as usize] += 1;
            }
            assert!(tenths.iter().all(|count| (850..1150).contains(count)), "{tenths:?}");
        }
    }

    #[test]
    fn the_oldest_is_told_with_its_path_and_kinds_are_counted() {
        let mut seen = UnderWay::default();
        for it in [entry(9, Stage::Stream), entry(4, Stage::WebSocket), entry(6, Stage::Request)] {
            seen.merge(&it.as_under_way(&seen));
        }
        let oldest = Some(OldRequest { since_ms: 4, path: "/a".to_owned() });
        assert_eq!(seen, UnderWay { streams: 1, websockets: 1, oldest });
    }

    #[test]
    fn a_long_path_is_cut_between_characters() {
        let long = format!("/{}", "\u{e9}".repeat(100));
        assert_eq!(PathStart::of(&long).to_string(), long[..63]);
    }
}
