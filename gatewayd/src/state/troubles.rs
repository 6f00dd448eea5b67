//! The troubles: which of what is kept on disk cannot be written now. Those who write tell; the
//! picture shows it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::model::{Store, Trouble};

/// The troubles of one process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Troubles(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    place: String,
    clock: Clock,
    /// Whether there is any: as a rule nobody has to take the lock.
    any: AtomicBool,
    known: Mutex<BTreeMap<Store, Trouble>>,
}

impl Troubles {
    /// None, of what is kept in `directory`.
    #[must_use]
    pub fn new(directory: &Path, clock: Clock) -> Troubles {
        let place = directory.display().to_string();
        let (any, known) = (AtomicBool::new(false), Mutex::default());
        Troubles(Arc::new(Shared { place, clock, any, known }))
    }

    /// The store could not be written.
    pub fn failed(&self, store: Store, error: &str) {
        let mut known = self.known();
        let trouble = known.entry(store).or_insert_with(|| Trouble {
            store,
            place: self.0.place.clone(),
            error: String::new(),
            since_ms: self.0.clock.wall_ms(),
            failures: 0,
        });
        trouble.failures += 1;
        error.clone_into(&mut trouble.error);
        self.0.any.store(true, Ordering::Release);
    }

    /// The store was written. Gives the trouble that this is the end of.
    pub fn written(&self, store: Store) -> Option<Trouble> {
        if !self.0.any.load(Ordering::Acquire) {
            return None;
        }
        let mut known = self.known();
        let ended = known.remove(&store);
        self.0.any.store(!known.is_empty(), Ordering::Release);
        ended
    }

    /// The trouble with this store, while there is one.
    #[must_use]
    pub fn with(&self, store: Store) -> Option<Trouble> {
        self.known().get(&store).cloned()
    }

    /// All there are.
    #[must_use]
    pub fn all(&self) -> Vec<Trouble> {
        if !self.0.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        self.known().values().cloned().collect()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Store, Trouble>> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_lasts_from_the_first_failure_to_the_next_success() {
        let troubles = Troubles::new(Path::new("/state"), Clock::start());
        assert_eq!((troubles.all(), troubles.written(Store::Journal)), (Vec::new(), None));
        troubles.failed(Store::Journal, "no space");
        let first = troubles.with(Store::Journal).unwrap();
        troubles.failed(Store::Journal, "still none");
        troubles.failed(Store::Audit, "no space");
        assert_eq!(troubles.written(Store::Audit).unwrap().failures, 1);
        let told = troubles.all();
        let again = Trouble { error: "still none".to_owned(), failures: 2, ..first };
        assert_eq!(told, [again]);
        assert!(troubles.written(Store::Journal).is_some());
        assert_eq!((troubles.all(), troubles.with(Store::Journal)), (Vec::new(), None));
    }
}
