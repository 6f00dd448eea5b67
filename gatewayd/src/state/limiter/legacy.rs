//! The legacy: what a store leaves to that of the next process, so that a spent client stays spent.
//!
//! Entries that are somebody's go over as they are, each with its place. Where a limit is what it
//! was they are counted on under its new seat; where it changed they are read as after any change
//! of it. What is in flight is not left: it ends in the process where it began.

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
/// Its place and its two words.
const ENTRY_BYTES: usize = 3 * WORD_BYTES;

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
        let mut bytes = Vec::new();
        for (set, number) in self.sets.iter().zip(0_u64..) {
            if set.seats().any(|seat| stays[usize::from(seat)]) {
                for (entry, place) in set.hold().entries().zip(number * ENTRIES as u64..) {
                    if stays[usize::from(entry.seat)] {
                        let [first, second] = entry.words();
                        let words = [place, first, second].map(u64::to_le_bytes);
                        bytes.extend_from_slice(words.as_flattened());
                    }
                }
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
        let most = (self.sets.len() * ENTRIES) as u64;
        let whole = bytes.len().is_multiple_of(ENTRY_BYTES);
        if !whole || entries(bytes).any(|(place, _)| place >= most) {
            return Err(LegacyError::Damaged);
        }
        let mut seats = vec![None; SEATS];
        for left in &legacy.seats {
            let place = seats.get_mut(usize::from(left.number)).ok_or(LegacyError::Damaged)?;
            *place = self.seat_of(left);
        }
        for (place, entry) in entries(bytes) {
            if let Some(seat) = &seats[usize::from(entry.seat)] {
                let place = place as usize;
                let mut set = self.sets[place / ENTRIES].hold();
                set.put(place % ENTRIES, Entry { seat: seat.number, ..entry });
                seat.cells.of(self.workers).keys_entered.add(1);
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

/// The entries and their places.
fn entries(bytes: &[u8]) -> impl Iterator<Item = (u64, Entry)> {
    let (words, _) = bytes.as_chunks::<WORD_BYTES>();
    let (entries, _) = words.as_chunks::<3>();
    entries.iter().map(|entry| {
        let [place, first, second] = entry.map(u64::from_le_bytes);
        (place, Entry::from_words([first, second]))
    })
}
