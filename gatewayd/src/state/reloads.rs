//! Reloads: how often each file was read again in vain, and when it was found good last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;

/// How reading files again went, since the start; cheap to clone.
#[derive(Clone, Debug)]
pub struct Reloads {
    clock: Clock,
    files: Arc<Mutex<BTreeMap<String, Reloaded>>>,
}

/// How reading one of them went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// How often it was refused.
    pub refused_total: u64,
    /// When it was good last: milliseconds since the Unix epoch.
    pub good_ms: i64,
}

impl Reloads {
    /// None yet, by this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Reloads {
        Reloads { clock, files: Arc::default() }
    }

    /// Notes that `what` was read and is good.
    pub fn good(&self, what: &str) {
        self.files().entry(what.to_owned()).or_default().good_ms = self.clock.wall_ms();
    }

    /// Notes that `what` was refused, and what there was stays.
    pub fn refused(&self, what: &str) {
        self.files().entry(what.to_owned()).or_default().refused_total += 1;
    }

    /// All of them, by their names.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Reloaded)> {
        self.files().iter().map(|(what, it)| (what.clone(), *it)).collect()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Reloaded>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
