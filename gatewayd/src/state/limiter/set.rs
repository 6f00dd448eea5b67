//! A set: the entries of one cache line, and the lock that is a bit of it.

use std::hint;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::entry::{Entry, LOCK};

/// How many entries are in a set.
pub(super) const ENTRIES: usize = 4;

/// How often the lock is looked at before the core is offered to whoever has it.
const SPINS: u32 = 64;

/// Four entries in one cache line.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(super) struct Set([AtomicU64; 2 * ENTRIES]);

/// A set that nobody else reads or writes until this is dropped.
pub(super) struct Held<'a>(&'a [AtomicU64; 2 * ENTRIES]);

impl Set {
    /// Waits for the set: as long as others take to count one request each.
    pub(super) fn hold(&self) -> Held<'_> {
        let mut spins = 0;
        loop {
            let word = self.0[0].load(Ordering::Relaxed);
            let free = word & LOCK == 0;
            if free && self.take(word) {
                return Held(&self.0);
            }
            spins += 1;
            if spins < SPINS {
                hint::spin_loop();
            } else {
                // The holder may have been put off this core in the middle.
                thread::yield_now();
            }
        }
    }

    fn take(&self, word: u64) -> bool {
        let (success, failure) = (Ordering::Acquire, Ordering::Relaxed);
        self.0[0].compare_exchange_weak(word, word | LOCK, success, failure).is_ok()
    }

    /// The seats named here at this moment, 0 included.
    pub(super) fn seats(&self) -> impl Iterator<Item = u16> {
        self.0.iter().step_by(2).map(|word| Entry::seat_in(word.load(Ordering::Relaxed)))
    }
}

impl Held<'_> {
    pub(super) fn entry(&self, place: usize) -> Entry {
        let word = |index: usize| self.0[index].load(Ordering::Relaxed);
        Entry::from_words([word(2 * place), word(2 * place + 1)])
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        (0..ENTRIES).map(|place| self.entry(place))
    }

    pub(super) fn put(&mut self, place: usize, entry: Entry) {
        let [mut first, second] = entry.words();
        if place == 0 {
            first |= LOCK;
        }
        self.0[2 * place].store(first, Ordering::Relaxed);
        self.0[2 * place + 1].store(second, Ordering::Relaxed);
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let word = self.0[0].load(Ordering::Relaxed);
        self.0[0].store(word & !LOCK, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_one_cache_line() {
        assert_eq!((size_of::<Set>(), align_of::<Set>()), (64, 64));
    }

    #[test]
    fn whoever_holds_a_set_is_alone_with_it() {
        let set = Set::default();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for round in 0..20_000 {
                        let mut held = set.hold();
                        let place = round % ENTRIES;
                        let entry = held.entry(place);
                        held.put(place, Entry { used: entry.used + 1, ..entry });
                    }
                });
            }
        });
        let used: Vec<u128> = set.hold().entries().map(|entry| entry.used).collect();
        assert_eq!(used, [20_000; ENTRIES]);
    }
}
