//! The operations of late: who did what, whether it can be undone, and which keys they came with.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{Desired, Key, Operation, Undo};

/// How many are kept, in memory and in the journal.
pub(super) const KEPT: usize = 10_000;
/// How many entities the kept ones touched, together: one operation may touch a thousand.
const ENTITIES: usize = 20_000;
/// For how long a key is known.
const KEY_HOLDS_MS: i64 = 24 * 60 * 60 * 1000;
/// How many answers are known by keys of operations that changed nothing, and are kept nowhere else.
const UNCHANGED: usize = 1000;

/// The operations of late; cheap to clone.
#[derive(Clone, Debug)]
pub struct Operations {
    shared: Arc<Mutex<Kept>>,
    window: Duration,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Kept {
    /// Newest last.
    all: VecDeque<Arc<Operation>>,
    entities: usize,
    /// Those that changed nothing and came with a key; newest last.
    unchanged: VecDeque<Arc<Operation>>,
    /// What came with a key, by actor and key.
    keys: HashMap<(String, String), Arc<Operation>>,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    /// Nothing: it is new.
    No,
    /// The same change came with it: this was the answer.
    Same(Arc<Operation>),
    /// Another change came with it.
    Other(Arc<Operation>),
}

impl Operations {
    /// Those of the past, oldest first. Each can be undone for as long as `window`.
    #[must_use]
    pub fn new(past: Vec<Operation>, window: Duration, clock: Clock) -> Operations {
        let mut kept = Kept::default();
        past.into_iter().for_each(|operation| kept.push(Arc::new(operation)));
        Operations { shared: Arc::new(Mutex::new(kept)), window, clock }
    }

    /// Now, milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.wall_ms()
    }

    /// For how long each can be undone.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// The operation called `id`.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Arc<Operation>> {
        self.kept().all.iter().rev().find(|it| it.id == id).cloned()
    }

    /// The `most` newest that `wanted` accepts, newest first, as they stand at `now_ms`
    /// (milliseconds since the Unix epoch).
    #[must_use]
    pub fn list(
        &self,
        desired: &Desired,
        now_ms: i64,
        most: usize,
        wanted: impl Fn(&Operation) -> bool,
    ) -> Vec<Operation> {
        let (chosen, undone) = {
            let kept = self.kept();
            let chosen = kept.all.iter().rev().filter(|it| wanted(it)).take(most);
            (chosen.cloned().collect::<Vec<_>>(), kept.undone())
        };
        let stands = |it: &Arc<Operation>| self.stands(it, undone.get(&it.id), desired, now_ms);
        chosen.iter().map(stands).collect()
    }

    /// An operation as it stands at `now_ms`, given by which other one it was taken back.
    fn stands(
        &self,
        it: &Operation,
        undone: Option<&String>,
        desired: &Desired,
        now_ms: i64,
    ) -> Operation {
        let revert = desired.revert(&it.id);
        let own_end = it.expires_ms.filter(|_| revert.is_none() && undone.is_none());
        Operation {
            undo: self.undo(it, undone, now_ms),
            // What is over is over, and what was taken back does not end again.
            expires_ms: revert.and_then(|it| it.expires_ms).or(own_end.filter(|it| *it > now_ms)),
            confirm_by_ms: revert.and_then(|it| it.confirm_by_ms),
            ..it.clone()
        }
    }

    fn undo(&self, it: &Operation, undone: Option<&String>, now_ms: i64) -> Undo {
        let until_ms = it.time_ms.saturating_add(self.window.as_millis() as i64);
        match undone {
            _ if it.touched.is_empty() => Undo::None,
            Some(by) => Undo::Done(by.clone()),
            None if now_ms < until_ms => Undo::Available(until_ms),
            None => Undo::Gone,
        }
    }

    /// Whether an operation can be undone at `now_ms`.
    pub(super) fn undoable(&self, it: &Operation, now_ms: i64) -> Undo {
        let undone = self.kept().undone();
        self.undo(it, undone.get(&it.id), now_ms)
    }

    /// The newest that touched `target` since revision `since`.
    pub(super) fn latest_of(&self, target: &str, since: u64) -> Option<Arc<Operation>> {
        let kept = self.kept();
        let mut newer = kept.all.iter().rev().take_while(|it| it.revision > since);
        newer.find(|it| it.touched.iter().any(|touched| touched.target == target)).cloned()
    }

    /// Those since revision `since`, newest first.
    #[must_use]
    pub fn newer_than(&self, since: u64) -> Vec<Arc<Operation>> {
        let kept = self.kept();
        kept.all.iter().rev().take_while(|it| it.revision > since).cloned().collect()
    }

    /// What happened since revision `since`, newest first, in a few words each.
    pub(super) fn since(&self, since: u64, most: usize) -> Vec<String> {
        let kept = self.kept();
        let newer = kept.all.iter().rev().take_while(|it| it.revision > since).take(most);
        newer.map(|it| format!("{} {} by {}", it.what, it.target, it.actor)).collect()
    }

    /// Adds what was accepted, without what the journal does not keep either.
    pub(super) fn push(&self, operation: &Operation) {
        self.kept().push(Arc::new(lasting(operation)));
    }

    /// Remembers the answer to a change with a key that changed nothing.
    pub(super) fn answered(&self, operation: &Operation) {
        let mut kept = self.kept();
        if kept.unchanged.len() == UNCHANGED
            && let Some(oldest) = kept.unchanged.pop_front()
        {
            kept.forget_key(&oldest);
        }
        let operation = Arc::new(lasting(operation));
        kept.know_key(&operation);
        kept.unchanged.push_back(operation);
    }

    /// What is known of the `key` of `actor` at `now_ms`.
    pub(super) fn known(&self, actor: &str, key: &Key, now_ms: i64) -> Known {
        let known = self.kept().keys.get(&(actor.to_owned(), key.word.clone())).cloned();
        match known.filter(|it| now_ms.saturating_sub(it.time_ms) < KEY_HOLDS_MS) {
            None => Known::No,
            Some(it) if it.key.as_ref().is_some_and(|own| own.change == key.change) => {
                Known::Same(it)
            }
            Some(it) => Known::Other(it),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation without what is foretold of its effect.
fn lasting(operation: &Operation) -> Operation {
    let (shares, headrooms, conflicts) = (Vec::new(), Vec::new(), Vec::new());
    Operation { shares, headrooms, conflicts, ..operation.clone() }
}

impl Kept {
    fn push(&mut self, operation: Arc<Operation>) {
        self.entities += operation.touched.len();
        self.know_key(&operation);
        self.all.push_back(operation);
        while self.all.len() > KEPT || (self.entities > ENTITIES && self.all.len() > 1) {
            let Some(oldest) = self.all.pop_front() else { break };
            self.entities -= oldest.touched.len();
            self.forget_key(&oldest);
        }
    }

    fn know_key(&mut self, operation: &Arc<Operation>) {
        if let Some(key) = &operation.key {
            let key = (operation.actor.clone(), key.word.clone());
            self.keys.insert(key, Arc::clone(operation));
        }
    }

    /// A key that came again after a day is that of the newer one.
    fn forget_key(&mut self, operation: &Arc<Operation>) {
        if let Some(key) = &operation.key {
            let key = (operation.actor.clone(), key.word.clone());
            if self.keys.get(&key).is_some_and(|known| Arc::ptr_eq(known, operation)) {
                self.keys.remove(&key);
            }
        }
    }

    /// Which operations were taken back, and by which: one that was taken back itself does not count.
    fn undone(&self) -> HashMap<String, String> {
        let mut undone: HashMap<String, String> = HashMap::new();
        for it in self.all.iter().rev() {
            if let Some(first) = &it.undoes
                && !undone.contains_key(&it.id)
            {
                undone.entry(first.clone()).or_insert_with(|| it.id.clone());
            }
        }
        undone
    }
}

#[cfg(test)]
mod tests;
