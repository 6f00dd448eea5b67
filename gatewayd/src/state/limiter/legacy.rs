//! The legacy: what a store leaves to that of the next process, so that a spent client stays spent.
//!
//! Entries go over as they are, with the seats that they name. The next process gives its limits
//! seats of its own, and reads those entries as after any change of a limit. What is in flight is
//! not left: it ends in the process where it began.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::model::Rule;
use crate::policy::Measure;
use crate::state::{Cells, LimitCells};

use super::entry::{Entry, SEATS};
use super::seat::{Seat, Seats};
use super::set::{ENTRIES, Set};
use super::{Issued, Limiter};

/// How entries are packed; another number cannot be read.
const FORMAT: u32 = 1;
const WORD_BYTES: usize = 8;
const SET_BYTES: usize = 2 * ENTRIES * WORD_BYTES;

/// What goes with the entries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Legacy {
    format: u32,
    seed: u64,
    sets: usize,
    issued: u64,
    seats: Vec<LeftSeat>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeftSeat {
    number: u16,
    issued: u64,
    limit: u64,
    rule: Rule,
}

/// Why a legacy cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegacyError {
    /// Another version packed it.
    #[error("its counts are in format {0}, this gatewayd reads format {FORMAT}")]
    Format(u32),
    /// A store of another size places its keys elsewhere.
    #[error("it had room for {0} keys: data_plane.limiter_keys is another now")]
    Keys(usize),
    /// It is not what it says.
    #[error("its counts are damaged")]
    Damaged,
}

impl Limiter {
    /// What another process needs to go on counting, and the entries as bytes.
    #[must_use]
    pub fn bequeath(&self) -> (Legacy, Vec<u8>) {
        let issued = self.issued.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let lasting = |seat: &Arc<Seat>| !matches!(seat.measure, Measure::InFlight(_));
        let left = |seat: Arc<Seat>| LeftSeat {
            number: seat.number,
            issued: seat.issued,
            limit: seat.limit,
            rule: seat.rule,
        };
        let seats: Vec<LeftSeat> = self.seats.all().filter(lasting).map(left).collect();
        let mut stays = [false; SEATS];
        seats.iter().for_each(|seat| stays[usize::from(seat.number)] = true);
        let mut bytes = Vec::with_capacity(self.sets.len() * SET_BYTES);
        for set in &self.sets {
            for entry in set.hold().entries() {
                let entry = if stays[usize::from(entry.seat)] { entry } else { Entry::default() };
                entry.words().iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
            }
        }
        let (sets, issued) = (self.sets.len(), issued.count);
        (Legacy { format: FORMAT, seed: self.seed, sets, issued, seats }, bytes)
    }

    /// The store for `keys` keys, counted by so many workers, that goes on from a legacy.
    ///
    /// # Errors
    /// When it cannot be read, or was of a store of another size.
    pub fn inherit(
        keys: usize,
        workers: usize,
        legacy: &Legacy,
        bytes: &[u8],
    ) -> Result<Limiter, LegacyError> {
        if legacy.format != FORMAT {
            return Err(LegacyError::Format(legacy.format));
        }
        if legacy.sets != super::sets_for(keys) {
            return Err(LegacyError::Keys(legacy.sets * ENTRIES));
        }
        if bytes.len() != legacy.sets * SET_BYTES {
            return Err(LegacyError::Damaged);
        }
        let seats = Seats::new();
        let mut limits = BTreeMap::new();
        for left in &legacy.seats {
            if left.number == 0 || usize::from(left.number) >= SEATS {
                return Err(LegacyError::Damaged);
            }
            let cells = Arc::new(Cells::new(workers + 1));
            let seat = Seat::new(left.number, left.issued, left.limit, left.rule, cells);
            seats.give(&Arc::new(seat));
            limits.insert(left.number, left.limit);
        }
        let mut inherited: BTreeMap<u64, u64> = BTreeMap::new();
        let mut sets = Vec::with_capacity(legacy.sets);
        for bytes in bytes.chunks_exact(SET_BYTES) {
            let set = Set::default();
            let mut held = set.hold();
            for (place, entry) in entries(bytes).enumerate() {
                if let Some(limit) = limits.get(&entry.seat) {
                    *inherited.entry(*limit).or_default() += 1;
                    held.put(place, entry);
                }
            }
            drop(held);
            sets.push(set);
        }
        let issued = Mutex::new(Issued { count: legacy.issued, inherited });
        Ok(Limiter { sets: sets.into(), seats, issued, workers, seed: legacy.seed })
    }

    /// Counts in `cells` the keys that a limit has from an earlier process, and from now on what
    /// becomes of them.
    pub(super) fn account_for(&self, limit: u64, keys: u64, cells: &Arc<Cells<LimitCells>>) {
        cells.of(self.workers).keys_entered.add(keys);
        for left in self.seats.all().filter(|seat| seat.limit == limit) {
            let cells = Arc::clone(cells);
            let seat = Seat::new(left.number, left.issued, limit, left.rule, cells);
            self.seats.give(&Arc::new(seat));
        }
    }
}

fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry> {
    bytes.chunks_exact(2 * WORD_BYTES).map(|entry| {
        let (first, second) = entry.split_at(WORD_BYTES);
        let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        Entry::from_words([word(first), word(second)])
    })
}
