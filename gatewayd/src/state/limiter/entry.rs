//! An entry: what one key used of one limit, in 16 bytes.
//!
//! ```text
//!  word 0:  lock 1 │ tag 28 │ seat 10 │ upper 25 bits of what was used
//!  word 1:  lower 64 bits of what was used
//! ```
//! The lock is the set's, and only its first entry has it. Seat 0 is nobody's: the entry is vacant.

use crate::policy::Used;

/// How many seats an entry can name, with that of nobody.
pub(super) const SEATS: usize = 1 << SEAT_BITS;
/// The bit of the first word that is not the entry's.
pub(super) const LOCK: u64 = 1 << 63;

const TAG_BITS: u32 = 28;
const SEAT_BITS: u32 = 10;
const UPPER_BITS: u32 = 25;

/// What one key used of one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// The part of the key's hash that does not choose the set.
    pub(super) tag: u32,
    /// Whose it is; 0 is nobody.
    pub(super) seat: u16,
    pub(super) used: Used,
}

impl Entry {
    /// The tag of a key.
    pub(super) fn tag(key: u64) -> u32 {
        key as u32 & ((1 << TAG_BITS) - 1)
    }

    /// The seat that the first word names.
    pub(super) fn seat_in(word: u64) -> u16 {
        (word >> UPPER_BITS) as u16 & (SEATS as u16 - 1)
    }

    pub(super) fn from_words(words: [u64; 2]) -> Entry {
        let upper = words[0] & ((1 << UPPER_BITS) - 1);
        Entry {
            tag: Entry::tag(words[0] >> (UPPER_BITS + SEAT_BITS)),
            seat: Entry::seat_in(words[0]),
            used: (Used::from(upper) << u64::BITS) | Used::from(words[1]),
        }
    }

    pub(super) fn words(self) -> [u64; 2] {
        let tag_and_seat = (u64::from(self.tag) << SEAT_BITS) | u64::from(self.seat);
        let upper = (self.used >> u64::BITS) as u64;
        [(tag_and_seat << UPPER_BITS) | upper, self.used as u64]
    }

    pub(super) fn is_vacant(self) -> bool {
        self.seat == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_entry_comes_back_from_its_words_and_leaves_the_lock_alone(
            key: u64, seat in 0..SEATS as u16, used in 0..1_u128 << 89,
        ) {
            let entry = Entry { tag: Entry::tag(key), seat, used };
            let [first, second] = entry.words();
            prop_assert_eq!(first & LOCK, 0);
            prop_assert_eq!(Entry::seat_in(first), seat);
            prop_assert_eq!(Entry::from_words([first | LOCK, second]), entry);
        }
    }
}
