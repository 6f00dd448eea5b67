//! Slots: which member owns each of the equal parts that the space of keys is cut into.
//!
//! By weighted rendezvous hashing: every member draws a number for every slot and the highest
//! one owns it (Thaler and Ravishankar, 1998; weights by Schindelhauer and Schomaker, 2005). The
//! draw of one does not depend on the others, so a member that joins takes slots from all and one
//! that leaves gives its own away, and no other slot moves. Nor does it depend on when or where it
//! is drawn, so every gateway with the same members has the same slots without asking another.
//!
//! The draw of member `m` for slot `s` is XXH3-64 of `s` (two bytes, little endian) with XXH3-64
//! of the name of `m` as seed; as a fraction `u` of 2^64 it counts as `ln(u) / weight`.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::model::{Name, Weight};

/// The owners of all 65536 slots.
#[derive(Debug)]
pub(super) struct Slots {
    members: Box<[(Name, Weight)]>,
    /// Places among the members.
    owners: Box<[u16]>,
}

struct Contender {
    place: u16,
    seed: u64,
    weight: u16,
}

impl Slots {
    /// Deals the slots to `members`, of which those of weight 0 get none.
    pub(super) fn new(members: Box<[(Name, Weight)]>) -> Slots {
        let contender = |(place, (name, weight)): (u16, &(Name, Weight))| Contender {
            place,
            seed: xxh3_64(name.as_str().as_bytes()),
            weight: weight.get(),
        };
        let mut contenders: Vec<_> = (0..=u16::MAX).zip(&members).map(contender).collect();
        contenders.retain(|it| it.weight > 0);
        let owners = if contenders.is_empty() { 0..=0 } else { 0..=u16::MAX };
        let owners = owners.map(|slot| owner(&contenders, slot)).collect();
        Slots { members, owners }
    }

    /// Who these slots were dealt to.
    pub(super) fn members(&self) -> &[(Name, Weight)] {
        &self.members
    }

    /// The place of the member that owns the slot of `hash`.
    pub(super) fn owner(&self, hash: u64) -> usize {
        // The upper 16 bits.
        usize::from(self.owners[(hash >> 48) as usize])
    }
}

/// The place of the contender that draws highest for `slot`; 0 if there is none.
fn owner(contenders: &[Contender], slot: u16) -> u16 {
    let mut best: Option<(u64, &Contender)> = None;
    for contender in contenders {
        let draw = xxh3_64_with_seed(&slot.to_le_bytes(), contender.seed);
        if best.is_none_or(|(other, best)| beats((draw, contender.weight), (other, best.weight))) {
            best = Some((draw, contender));
        }
    }
    best.map_or(0, |(_, contender)| contender.place)
}

/// Whether a draw with its weight counts more than another.
fn beats((draw, weight): (u64, u16), (other, other_weight): (u64, u16)) -> bool {
    // Most comparisons need no logarithm.
    if draw <= other && weight <= other_weight {
        return false;
    }
    if draw >= other && weight >= other_weight {
        return true;
    }
    let counts = |draw: u64, weight: u16| {
        let fraction = (draw as f64 + 0.5) / 2_f64.powi(64);
        fraction.ln() / f64::from(weight)
    };
    counts(draw, weight) > counts(other, other_weight)
}
