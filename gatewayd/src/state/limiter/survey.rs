//! A survey: how much of a limit its keys used by now. And how that is forgotten.

use std::sync::Arc;

use crate::policy::Verdict;

use super::entry::Entry;
use super::{ENTRIES, Limiter, Seat};

/// What a survey of the keys of a limit found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Keys that used something.
    pub keys: u64,
    /// Of those, keys that used more than was asked about.
    pub above: u64,
}

impl Limiter {
    /// How many keys of `seat` used something, and how many of them more than `most`. Those that
    /// could not ask once more now are left out where it is of `innocent` ones alone. No worker may
    /// ask: it takes as long as the store is large.
    #[must_use]
    pub fn survey(&self, seat: &Seat, most: u32, innocent: bool, now_us: u64) -> Survey {
        let mut survey = Survey::default();
        for set in self.sets.iter().filter(|set| set.seats().any(|number| number != 0)) {
            let set = set.hold();
            for entry in set.entries().filter(|entry| self.is_of(entry, seat)) {
                let mut used = self.translated(entry, seat, now_us).used;
                let count = seat.measure.count(used, now_us);
                let spent =
                    matches!(seat.measure.admit(&mut used, now_us), Verdict::Rejected { .. });
                if count > 0 && !(innocent && spent) {
                    survey.keys += 1;
                    survey.above += u64::from(count > most);
                }
            }
        }
        survey
    }

    /// Forgets what `key` used under the limit of `seat`. Only the writer may.
    pub fn forget_key(&self, key: u64, seat: &Seat) {
        let mut set = self.set(key).hold();
        let tag = Entry::tag(key);
        let place = set.entries().position(|it| it.tag == tag && self.is_of(&it, seat));
        if let Some(place) = place {
            seat.cells.of(self.workers + 1).keys_left.add(1);
            set.put(place, Entry::default());
        }
    }

    /// Forgets what all keys used under the limits of `seats`. Only the writer may.
    pub fn forget_all(&self, seats: &[Arc<Seat>]) {
        for set in self.sets.iter().filter(|set| set.seats().any(|number| number != 0)) {
            let mut set = set.hold();
            for place in 0..ENTRIES {
                let entry = set.entry(place);
                if let Some(seat) = seats.iter().find(|seat| self.is_of(&entry, seat)) {
                    seat.cells.of(self.workers + 1).keys_left.add(1);
                    set.put(place, Entry::default());
                }
            }
        }
        seats.iter().for_each(|seat| seat.overflow.hold().put(0, Entry::default()));
    }
}
