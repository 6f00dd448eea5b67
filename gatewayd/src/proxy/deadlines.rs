//! Deadlines: one look at all of a worker's, four times a second, instead of a timer for each.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use slab::Slab;

use super::worker::Worker;

/// How often they are looked at: a deadline is met at most this much late.
pub(super) const TICK: Duration = Duration::from_millis(250);
const NEVER: u64 = u64::MAX;
/// Its task is closed, whatever else it waits for.
const CUT: u64 = 0;

/// All deadlines of one worker.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    entries: RefCell<Slab<Entry>>,
}

#[derive(Debug)]
struct Entry {
    at_ms: Cell<u64>,
    /// Since when nothing is under way: it may come sooner when room is needed.
    idle_since_ms: Cell<Option<u64>>,
    waker: RefCell<Waker>,
}

/// The deadline of one connection or request; not armed at first.
pub(super) struct Deadline {
    worker: Rc<Worker>,
    key: usize,
}

/// Something did not happen in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expired;

impl Deadlines {
    /// Wakes everybody whose deadline is over.
    pub(super) fn look(&self, now_ms: u64) {
        for (_, entry) in self.entries.borrow().iter() {
            if entry.at_ms.get() <= now_ms {
                entry.waker.borrow().wake_by_ref();
            }
        }
    }

    /// Lets the deadlines of so many that are idle come now, of those first that idle longest.
    /// Gives how many.
    pub(super) fn hurry_idle(&self, count: usize, now_ms: u64) -> usize {
        let entries = self.entries.borrow();
        let idle = entries.iter().filter(|(_, entry)| entry.idle_since_ms.get().is_some());
        let mut idle: Vec<&Entry> = idle.map(|(_, entry)| entry).collect();
        if count < idle.len() {
            idle.select_nth_unstable_by_key(count, |entry| entry.idle_since_ms.get());
            idle.truncate(count);
        }
        for entry in &idle {
            entry.idle_since_ms.set(None);
            entry.at_ms.set(now_ms);
            entry.waker.borrow().wake_by_ref();
        }
        idle.len()
    }

    /// Closes the task of the deadline with this `key`, until it is disarmed.
    pub(super) fn cut(&self, key: usize) {
        if let Some(entry) = self.entries.borrow().get(key) {
            entry.at_ms.set(CUT);
            entry.waker.borrow().wake_by_ref();
        }
    }

    /// Wakes everybody, to look at what else has changed.
    pub(super) fn wake_all(&self) {
        for (_, entry) in self.entries.borrow().iter() {
            entry.waker.borrow().wake_by_ref();
        }
    }
}

impl Deadline {
    pub(super) fn new(worker: &Rc<Worker>) -> Deadline {
        let entry = Entry {
            at_ms: Cell::new(NEVER),
            idle_since_ms: Cell::new(None),
            waker: RefCell::new(Waker::noop().clone()),
        };
        let key = worker.deadlines.entries.borrow_mut().insert(entry);
        Deadline { worker: Rc::clone(worker), key }
    }

    /// It is over this long from now.
    pub(super) fn arm(&self, after: Duration) {
        self.set(after, None);
    }

    /// It is over this long from now, or sooner if room is needed: nothing is under way.
    pub(super) fn arm_idle(&self, after: Duration) {
        self.set(after, Some(self.worker.now_ms()));
    }

    /// It is never over; a cut is taken back.
    pub(super) fn disarm(&self) {
        self.with(|entry| {
            entry.at_ms.set(NEVER);
            entry.idle_since_ms.set(None);
        });
    }

    /// Names it among those of its worker.
    pub(super) fn key(&self) -> usize {
        self.key
    }

    /// Whether it is over because its task is closed.
    pub(super) fn was_cut(&self) -> bool {
        self.with(|entry| entry.at_ms.get() == CUT)
    }

    /// Whether it came sooner than it was armed for, because room was needed.
    pub(super) fn was_hurried(&self) -> bool {
        self.with(|entry| entry.at_ms.get() != NEVER && entry.idle_since_ms.get().is_none())
    }

    /// Whether it is over. Otherwise the task of `cx` is woken when it is.
    pub(super) fn is_over(&self, cx: &Context<'_>) -> bool {
        self.with(|entry| {
            if !entry.waker.borrow().will_wake(cx.waker()) {
                entry.waker.replace(cx.waker().clone());
            }
            entry.at_ms.get() <= self.worker.now_ms()
        })
    }

    /// What `happens`, if it does so before the deadline.
    pub(super) async fn meet<T>(&self, happens: impl Future<Output = T>) -> Result<T, Expired> {
        let mut happens = pin!(happens);
        poll_fn(|cx| match happens.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Ok(value)),
            Poll::Pending if self.is_over(cx) => Poll::Ready(Err(Expired)),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    fn set(&self, after: Duration, idle_since_ms: Option<u64>) {
        let at_ms = self.worker.now_ms() + after.as_millis() as u64;
        self.with(|entry| {
            if entry.at_ms.get() != CUT {
                entry.at_ms.set(at_ms);
            }
            entry.idle_since_ms.set(idle_since_ms);
        });
    }

    fn with<T>(&self, look: impl FnOnce(&Entry) -> T) -> T {
        look(&self.worker.deadlines.entries.borrow()[self.key])
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.worker.deadlines.entries.borrow_mut().remove(self.key);
    }
}
