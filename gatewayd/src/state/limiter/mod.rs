//! The limiter's store: who asked how often, in memory that is fixed at the start.
//!
//! ```text
//!  limiter_keys / 4 sets                       one set, one cache line of 64 bytes
//!  ┌────┬────┬────┬─ ─ ─┬────┐                 ┌─────────┬─────────┬─────────┬─────────┐
//!  │    │    │    │     │    │   upper bits ─▶ │ entry   │ entry   │ entry   │ entry   │
//!  └────┴────┴────┴─ ─ ─┴────┘   of the hash   └─────────┴─────────┴─────────┴─────────┘
//! ```
//! A key's keyed hash chooses the set and, by other bits, the entry: 28 of them, so that in a full
//! store of a million a stranger shares an entry with somebody once in 67 million requests.
//!
//! **Concurrency.** A worker takes the lock of the one set it needs, which is a bit in the same
//! cache line, counts, and lets go: an acquiring exchange and a releasing store, on a line that it
//! had to own anyway. What is decided within is plain sequential code, so requests of one key are
//! in one order, whichever cores they came by, and the promise of a limit is that of its measure.
//! Nothing else is written that two workers share. Nobody waits for anything but others counting
//! in the same four entries; a loop of compare-and-exchange would wait for as much, and could not
//! change 16 bytes at once.
//!
//! **A full set.** A newcomer takes a vacant entry, else an idle one, else that of whoever used the
//! smallest part of its limit: a spray of keys forgets itself. A key that used everything is
//! never forgotten. Where there are four of them, all newcomers of a limit share one allowance (the
//! overflow) for as long as that holds; they are counted.

mod entry;
mod legacy;
mod seat;
mod set;
mod survey;

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Rule;
use crate::policy::{Measure, Used, Verdict};

use super::{Cells, LimitCells};

pub use legacy::{Legacy, LegacyError};
pub use seat::Seat;
pub use survey::Survey;

use entry::{Entry, SEATS};
use seat::{Retired, Seats};
use set::{ENTRIES, Held, Set};

/// Counts by key, at most as many as it was made for.
#[derive(Debug)]
pub struct Limiter {
    sets: Box<[Set]>,
    seats: Seats,
    /// Held by whoever gives a seat away: how many there were. Requests never take it.
    issued: Mutex<u64>,
    workers: usize,
    seed: u64,
}

/// Where something in flight is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    key: u64,
    /// With all others for whom there was no place.
    shared: bool,
}

/// Where a key is counted.
enum Place {
    /// In its own entry.
    Own(usize),
    /// In an entry that it takes.
    Taken(usize),
    /// With all others who found none.
    Overflow,
}

impl Limiter {
    /// A store for `keys` keys, whole sets of them, counted by so many workers. `seed` is secret,
    /// so that nobody can choose keys that collide.
    #[must_use]
    pub fn new(keys: usize, workers: usize, seed: u64) -> Limiter {
        let sets = (0..keys.div_ceil(ENTRIES).max(1)).map(|_| Set::default()).collect();
        Limiter { sets, seats: Seats::new(), issued: Mutex::default(), workers, seed }
    }

    /// How many workers count here.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// What keys are hashed with: secret, and the same in a process that goes on counting.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Cells for what is counted of one limit: one for each worker, one for the sweep, and one for
    /// the writer.
    #[must_use]
    pub fn cells(&self) -> Cells<LimitCells> {
        Cells::new(self.workers + 2)
    }

    /// A seat for the limit whose own hash is `limit`. What its keys used on an earlier seat goes
    /// on counting.
    #[must_use]
    pub fn seat(
        &self,
        limit: u64,
        rule: Rule,
        cells: Arc<Cells<LimitCells>>,
        now_us: u64,
    ) -> Arc<Seat> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        *issued += 1;
        let number = self.seats.vacant().unwrap_or_else(|| self.vacate(now_us));
        let seat = Arc::new(Seat::new(number, *issued, limit, rule, cells));
        self.seats.give(&seat);
        seat
    }

    /// The key of `bytes` under the limit of `seat`.
    #[must_use]
    pub fn key(&self, seat: &Seat, bytes: &[u8]) -> u64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.seed ^ seat.limit)
    }

    /// The key of what has the key `part` and these further `bytes`.
    #[must_use]
    pub fn joined(&self, part: u64, bytes: &[u8]) -> u64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.seed ^ part)
    }

    /// Counts one request of `key` at `now_us` (since the start of the process), or refuses it.
    /// Only the worker with that number may say `worker`.
    #[must_use]
    pub fn admit(&self, worker: usize, key: u64, seat: &Seat, now_us: u64) -> Verdict {
        self.enter(worker, key, seat, now_us).0
    }

    /// The same, and where it was counted, for a limit of what is in flight: what was admitted is
    /// to be given back with [`Limiter::leave`].
    #[must_use]
    pub fn enter(&self, worker: usize, key: u64, seat: &Seat, now_us: u64) -> (Verdict, Slot) {
        let mut set = self.set(key).hold();
        let tag = Entry::tag(key);
        let (place, mut entry) = match self.place(&set, tag, seat, now_us) {
            Place::Own(place) => (place, self.translated(set.entry(place), seat, now_us)),
            Place::Taken(place) => {
                let cells = seat.cells.of(worker);
                cells.keys_entered.add(1);
                self.forget(worker, set.entry(place), now_us);
                (place, Entry { tag, seat: seat.number, used: seat.measure.unused(now_us) })
            }
            Place::Overflow => {
                drop(set);
                return (overflow(worker, seat, now_us), Slot { key, shared: true });
            }
        };
        let verdict = seat.measure.admit(&mut entry.used, now_us);
        set.put(place, entry);
        (verdict, Slot { key, shared: false })
    }

    /// What `key` used of the limit of `seat`; nothing is counted.
    #[must_use]
    pub fn used(&self, key: u64, seat: &Seat, now_us: u64) -> Used {
        let set = self.set(key).hold();
        let tag = Entry::tag(key);
        let own = set.entries().find(|entry| entry.tag == tag && self.is_of(entry, seat));
        own.map_or_else(
            || seat.measure.unused(now_us),
            |entry| self.translated(entry, seat, now_us).used,
        )
    }

    /// Gives back what was admitted under the limit of `seat`, if it still counts what is in flight.
    pub fn leave(&self, seat: &Seat, slot: Slot) {
        let set = if slot.shared { &seat.overflow } else { self.set(slot.key) };
        let mut set = set.hold();
        let tag = Entry::tag(slot.key);
        let own = |entry: &Entry| entry.tag == tag && self.is_of(entry, seat);
        let place = if slot.shared { Some(0) } else { set.entries().position(|entry| own(&entry)) };
        let Some(place) = place else { return };
        let mut entry = set.entry(place);
        if let Some(counted) = self.seats.of(entry.seat).as_ref() {
            counted.measure.give_back(&mut entry.used);
            set.put(place, entry);
        }
    }

    /// Lets go of keys that count nothing any more; one thread at a time, and no worker.
    pub fn sweep(&self, now_us: u64) {
        for set in self.sets.iter().filter(|set| set.seats().any(|seat| seat != 0)) {
            let mut set = set.hold();
            for place in 0..ENTRIES {
                let entry = set.entry(place);
                if !entry.is_vacant() && self.fill(entry, now_us) == 0 {
                    self.forget(self.workers, entry, now_us);
                    set.put(place, Entry::default());
                }
            }
        }
    }

    fn set(&self, key: u64) -> &Set {
        let place = (u128::from(key) * self.sets.len() as u128) >> u64::BITS;
        &self.sets[place as usize]
    }

    fn place(&self, set: &Held<'_>, tag: u32, seat: &Seat, now_us: u64) -> Place {
        let own = |entry: &Entry| entry.tag == tag && self.is_of(entry, seat);
        if let Some(place) = set.entries().position(|entry| own(&entry)) {
            return Place::Own(place);
        }
        let fills = set.entries().map(|entry| match entry.seat {
            0 => 0,
            number if number == seat.number => seat.measure.fill(entry.used, now_us),
            _ => self.fill(entry, now_us),
        });
        match fills.enumerate().min_by_key(|(_, fill)| *fill) {
            Some((place, fill)) if fill < Measure::FULL => Place::Taken(place),
            _ => Place::Overflow,
        }
    }

    /// Whether an entry is one of this limit's, on this seat or an earlier one.
    fn is_of(&self, entry: &Entry, seat: &Seat) -> bool {
        let earlier =
            || self.seats.of(entry.seat).as_ref().is_some_and(|it| it.limit == seat.limit);
        !entry.is_vacant() && (entry.seat == seat.number || earlier())
    }

    /// How full it is; one that is nobody's counts nothing.
    fn fill(&self, entry: Entry, now_us: u64) -> u32 {
        let seat = self.seats.of(entry.seat);
        seat.as_ref().map_or(0, |seat| seat.measure.fill(entry.used, now_us))
    }

    /// The entry as this seat counts.
    fn translated(&self, entry: Entry, seat: &Seat, now_us: u64) -> Entry {
        if entry.seat == seat.number {
            return entry;
        }
        let was = self.seats.of(entry.seat);
        let used = was.as_ref().map_or_else(
            || seat.measure.unused(now_us),
            |was| seat.measure.translate(entry.used, &was.measure, now_us),
        );
        Entry { seat: seat.number, used, ..entry }
    }

    /// Counts that an entry leaves the store.
    fn forget(&self, worker: usize, entry: Entry, now_us: u64) {
        let seat = self.seats.of(entry.seat);
        let Some(seat) = seat.as_ref() else { return };
        let cells = seat.cells.of(worker);
        cells.keys_left.add(1);
        if seat.measure.fill(entry.used, now_us) > 0 {
            cells.keys_evicted.add(1);
        }
    }

    /// Makes seats free by moving the entries of all that are out of use, and takes one of them.
    fn vacate(&self, now_us: u64) -> u16 {
        let mut retired = self.seats.retired();
        if retired.is_empty() {
            // More limits in use than seats: a configuration has fewer.
            retired.extend(self.seats.oldest().map(|seat| Retired { seat, successor: None }));
        }
        let vacant = retired.first().map_or(1, |it| it.seat.number);
        let mut by_number: Vec<Option<Retired>> = (0..SEATS).map(|_| None).collect();
        for it in retired {
            let number = usize::from(it.seat.number);
            by_number[number] = Some(it);
        }
        let retired = |number: u16| by_number[usize::from(number)].as_ref();
        for set in &self.sets {
            if !set.seats().any(|number| retired(number).is_some()) {
                continue;
            }
            let mut set = set.hold();
            for place in 0..ENTRIES {
                let entry = set.entry(place);
                let Some(Retired { successor, .. }) = retired(entry.seat) else { continue };
                let moved = successor.as_ref().map(|it| self.translated(entry, it, now_us));
                if moved.is_none() {
                    self.forget(self.workers + 1, entry, now_us);
                }
                set.put(place, moved.unwrap_or_default());
            }
        }
        by_number.iter().flatten().for_each(|it| self.seats.clear(it.seat.number));
        vacant
    }
}

/// Counts one request together with all others for whom there is no place.
fn overflow(worker: usize, seat: &Seat, now_us: u64) -> Verdict {
    seat.cells.of(worker).overflowed.add(1);
    let mut set = seat.overflow.hold();
    let mut entry = set.entry(0);
    if entry.is_vacant() {
        entry = Entry { tag: 0, seat: seat.number, used: seat.measure.unused(now_us) };
    }
    let verdict = seat.measure.admit(&mut entry.used, now_us);
    set.put(0, entry);
    verdict
}

#[cfg(test)]
mod tests;
