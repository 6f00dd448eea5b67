//! Consistent hash: the same key to the same member for as long as it can be.
//!
//! The key's slot is owned by its first choice. If that one takes nothing now, or is crowded, the
//! key is hashed again, for its second choice, and so on. So a member that fails and comes back
//! moves its own keys and no others.

use std::cell::LazyCell;
use std::sync::Arc;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::slots::Slots;
use super::{Member, Part};
use crate::model::{Name, Weight};

/// How often a key is hashed before the members are gone through in order.
const CHOICES: u64 = 64;
/// A member with fewer requests under way is never crowded: while there is little to do, staying
/// put is worth more than an even load.
const LITTLE: u64 = 10;
/// The seed that tells which keys come first while a member starts; choices have smaller ones.
const PART_SEED: u64 = u64::MAX;

/// The hash of a key: XXH3-64 of its bytes, the same on every gateway.
#[must_use]
pub fn hash_key(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// Picks by a hash of the request.
#[derive(Clone, Debug)]
pub(super) struct ConsistentHash {
    slots: Arc<Slots>,
    /// In the order of the slots' members.
    seats: Box<[Seat]>,
    /// The sum of what all take now.
    weight: u64,
}

#[derive(Clone, Copy, Debug)]
struct Seat {
    index: u32,
    part: Part,
    weight: u32,
}

impl ConsistentHash {
    pub(super) fn new(members: &[Member<'_>], previous: Option<&ConsistentHash>) -> ConsistentHash {
        let mut sorted: Vec<_> = (0..).zip(members).collect();
        sorted.sort_unstable_by_key(|(_, member)| member.name);
        let seat = |(index, member): &(u32, &Member<'_>)| Seat {
            index: *index,
            part: member.part,
            weight: member.part.hundredths_of(member.weight),
        };
        let seats: Box<[Seat]> = sorted.iter().map(seat).collect();
        let members = sorted.iter().map(|(_, member)| (member.name.clone(), member.weight));
        let members: Box<[(Name, Weight)]> = members.collect();
        let known = previous.filter(|previous| *previous.slots.members() == *members);
        ConsistentHash {
            slots: known.map_or_else(|| Arc::new(Slots::new(members)), |it| it.slots.clone()),
            weight: seats.iter().map(|seat| u64::from(seat.weight)).sum(),
            seats,
        }
    }

    /// The slots, to tell whether they are shared.
    #[cfg(test)]
    pub(super) fn slots(&self) -> &Arc<Slots> {
        &self.slots
    }

    pub(super) fn pick(
        &self,
        key: u64,
        load: impl Fn(u32) -> u32,
        is_out: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        if self.weight == 0 {
            return None;
        }
        let takes = |seat: &&Seat| seat.weight > 0 && !is_out(seat.index);
        let total = LazyCell::new(|| self.total(&load));
        let has_room = |seat: &&Seat| {
            let own = u64::from(load(seat.index));
            own < LITTLE || !self.is_crowded(seat, own, *total)
        };
        let place_in_line = rehash(key, PART_SEED) % 100;
        let first = |seat: &&Seat| place_in_line < u64::from(seat.part.percent());
        self.choices(key)
            .filter(takes)
            .filter(first)
            .find(has_room)
            .or_else(|| self.in_order(key).filter(takes).find(has_room))
            .or_else(|| self.in_order(key).find(takes))
            .map(|seat| seat.index)
    }

    /// The owners of the slots that `key` is hashed to.
    fn choices(&self, key: u64) -> impl Iterator<Item = &Seat> {
        let hashes = (0..CHOICES).map(move |nth| if nth == 0 { key } else { rehash(key, nth) });
        hashes.map(|hash| &self.seats[self.slots.owner(hash)])
    }

    /// All members, beginning somewhere.
    fn in_order(&self, key: u64) -> impl Iterator<Item = &Seat> {
        let start = (key % self.seats.len() as u64) as usize;
        self.seats[start..].iter().chain(&self.seats[..start])
    }

    /// The load of all members that take requests.
    fn total(&self, load: impl Fn(u32) -> u32) -> u64 {
        let taking = self.seats.iter().filter(|seat| seat.weight > 0);
        taking.map(|seat| u64::from(load(seat.index))).sum()
    }

    /// Whether one more would give a member over 125 % of its share of all requests (Mirrokni,
    /// Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2018).
    fn is_crowded(&self, seat: &Seat, own: u64, total: u64) -> bool {
        let bound = 5 * u128::from(total + 1) * u128::from(seat.weight);
        4 * u128::from(own) * u128::from(self.weight) >= bound
    }
}

/// The `nth` hash of a key: XXH3-64 of its first one (eight bytes, little endian), seeded with n.
fn rehash(key: u64, nth: u64) -> u64 {
    xxh3_64_with_seed(&key.to_le_bytes(), nth)
}
