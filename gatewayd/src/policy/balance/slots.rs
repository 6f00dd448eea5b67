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
    weight: f64,
}

impl Slots {
    /// Deals the slots to `members`, of which those of weight 0 get none.
    pub(super) fn new(members: Box<[(Name, Weight)]>) -> Slots {
        let contender = |(place, (name, weight)): (u16, &(Name, Weight))| Contender {
            place,
            seed: xxh3_64(name.as_str().as_bytes()),
            weight: f64::from(weight.get()),
        };
        let mut contenders: Vec<_> = (0..=u16::MAX).zip(&members).map(contender).collect();
        contenders.retain(|it| it.weight > 0.0);
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

/// The place of the contender that draws highest for `slot`, of equals the first; 0 if there is
/// none.
fn owner(contenders: &[Contender], slot: u16) -> u16 {
    let mut owner = 0;
    let mut highest = f64::NEG_INFINITY;
    for contender in contenders {
        let draw = xxh3_64_with_seed(&slot.to_le_bytes(), contender.seed);
        let fraction = (draw as f64 + 0.5) / 2_f64.powi(64);
        // ln(u) <= u - 1 spares nearly all who lose the logarithm.
        if (fraction - 1.0) / contender.weight > highest {
            let counts = fraction.ln() / contender.weight;
            if counts > highest {
                (owner, highest) = (contender.place, counts);
            }
        }
    }
    owner
}
