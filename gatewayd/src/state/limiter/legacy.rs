//! The legacy: what a store leaves to that of the next process, so that a spent client stays spent.
//!
//! Entries go over as they are. Where a limit is what it was they are counted on under its new seat;
//! where it changed they are read as after any change of it. What is in flight is not left: it ends
//! in the process where it began.

use std::sync::{Arc, PoisonError};

use serde::{Deserialize, Serialize};

use crate::model::Rule;
use crate::policy::Measure;

use super::Limiter;
use super::entry::{Entry, SEATS};
use super::seat::Seat;
use super::set::ENTRIES;

/// How entries are packed; another number cannot be read.
const FORMAT: u32 = 1;
const WORD_BYTES: usize = 8;
const SET_BYTES: usize = 2 * ENTRIES * WORD_BYTES;

/// What goes with the entries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Legacy {
    format: u32,
    sets: usize,
    seats: Vec<LeftSeat>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LeftSeat {
    number: u16,
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
        let lasting = |seat: &Arc<Seat>| !matches!(seat.measure, Measure::InFlight(_));
        let left =
            |seat: Arc<Seat>| LeftSeat { number: seat.number, limit: seat.limit, rule: seat.rule };
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
        (Legacy { format: FORMAT, sets: self.sets.len(), seats }, bytes)
    }

    /// Goes on from a legacy, before anybody counts here: this store has the seed of the one that
    /// left it, and its limits have their seats.
    ///
    /// # Errors
    /// When it cannot be read, or was of a store of another size; then nothing is taken.
    pub fn inherit(&self, legacy: &Legacy, bytes: &[u8]) -> Result<(), LegacyError> {
        if legacy.format != FORMAT {
            return Err(LegacyError::Format(legacy.format));
        }
        if legacy.sets != self.sets.len() {
            return Err(LegacyError::Keys(legacy.sets * ENTRIES));
        }
        if bytes.len() != legacy.sets * SET_BYTES {
            return Err(LegacyError::Damaged);
        }
        let mut seats = vec![None; SEATS];
        for left in &legacy.seats {
            let place = seats.get_mut(usize::from(left.number)).ok_or(LegacyError::Damaged)?;
            *place = self.seat_of(left);
        }
        for (set, bytes) in self.sets.iter().zip(bytes.chunks_exact(SET_BYTES)) {
            let mut held = set.hold();
            for (place, entry) in entries(bytes).enumerate().filter(|(_, it)| !it.is_vacant()) {
                if let Some(seat) = &seats[usize::from(entry.seat)] {
                    held.put(place, Entry { seat: seat.number, ..entry });
                    seat.cells.of(self.workers).keys_entered.add(1);
                }
            }
        }
        Ok(())
    }

    /// Under which seat the entries of one that was left are read: that of the limit, or where its
    /// rule is another now, one that is older. None when there is no such limit any more.
    fn seat_of(&self, left: &LeftSeat) -> Option<Arc<Seat>> {
        let _alone = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = self.seats.newest(left.limit)?;
        if newest.rule == left.rule {
            return Some(newest);
        }
        let (number, cells) = (self.seats.vacant()?, Arc::clone(&newest.cells));
        let seat = Arc::new(Seat::new(number, 0, left.limit, left.rule, cells));
        self.seats.give(&seat);
        Some(seat)
    }
}

fn entries(bytes: &[u8]) -> impl Iterator<Item = Entry> {
    bytes.chunks_exact(2 * WORD_BYTES).map(|entry| {
        let (first, second) = entry.split_at(WORD_BYTES);
        let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        Entry::from_words([word(first), word(second)])
    })
}
