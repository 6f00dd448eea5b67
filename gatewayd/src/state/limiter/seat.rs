//! A seat: a limit's number in the store, and what is known of it by that number.
//!
//! Entries name the seat they were counted under, so that one that is met by another limit, or
//! after a change of its own, can be read. A changed rule takes a new seat. When all are taken, the
//! entries of those out of use move to the seats that came after them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};

use crate::model::Rule;
use crate::policy::Measure;
use crate::state::{Cells, LimitCells};

use super::entry::SEATS;
use super::set::Set;

/// A limit as the store knows it.
#[derive(Debug)]
pub struct Seat {
    /// From 1.
    pub(super) number: u16,
    /// The how manieth of all seats it is.
    pub(super) issued: u64,
    /// The limit's own hash, the same on all its seats.
    pub(super) limit: u64,
    /// What it allows, as it was written.
    pub(super) rule: Rule,
    /// The same in the units it is counted in.
    pub(super) measure: Measure,
    /// What workers count of it.
    pub(super) cells: Arc<Cells<LimitCells>>,
    /// Counts all those together for whom there is no place.
    pub(super) overflow: Set,
}

/// A seat that no request is counted under any more.
#[derive(Debug)]
pub(super) struct Retired {
    pub(super) seat: Arc<Seat>,
    /// The one that its limit is counted under now; none when the limit is gone.
    pub(super) successor: Option<Arc<Seat>>,
}

/// All seats, by number.
#[derive(Debug)]
pub(super) struct Seats(Box<[ArcSwapOption<Seat>]>);

impl Seat {
    pub(super) fn new(
        number: u16,
        issued: u64,
        limit: u64,
        rule: Rule,
        cells: Arc<Cells<LimitCells>>,
    ) -> Seat {
        let (measure, overflow) = (Measure::of(rule), Set::default());
        Seat { number, issued, limit, rule, measure, cells, overflow }
    }

    /// What it allows, as it was written.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// What it allows, in the units it is counted in.
    #[must_use]
    pub fn measure(&self) -> &Measure {
        &self.measure
    }
}

impl Seats {
    pub(super) fn new() -> Seats {
        Seats((0..SEATS).map(|_| ArcSwapOption::empty()).collect())
    }

    /// The seat with this number, if somebody has it.
    pub(super) fn of(&self, number: u16) -> Guard<Option<Arc<Seat>>> {
        self.0[usize::from(number)].load()
    }

    /// A number that nobody has.
    pub(super) fn vacant(&self) -> Option<u16> {
        (1..SEATS as u16).find(|number| self.of(*number).is_none())
    }

    pub(super) fn give(&self, seat: &Arc<Seat>) {
        self.0[usize::from(seat.number)].store(Some(Arc::clone(seat)));
    }

    pub(super) fn clear(&self, number: u16) {
        self.0[usize::from(number)].store(None);
    }

    /// The seats that no request is counted under any more: no table has them, or their limit has
    /// a newer one.
    pub(super) fn retired(&self) -> Vec<Retired> {
        let mut all: Vec<Arc<Seat>> = self.all().collect();
        all.sort_unstable_by_key(|seat| seat.issued);
        let places = all.iter().enumerate();
        let newest: HashMap<u64, usize> = places.map(|(place, seat)| (seat.limit, place)).collect();
        // This list's own reference, and the one in the place.
        let unused = all.iter().enumerate().map(|(place, seat)| {
            Arc::strong_count(seat) == 2 || newest.get(&seat.limit).is_some_and(|it| *it > place)
        });
        let unused: Vec<bool> = unused.collect();
        let retired = all.iter().zip(&unused).filter(|(_, unused)| **unused);
        let successor = |seat: &Seat| newest.get(&seat.limit).filter(|place| !unused[**place]);
        retired
            .map(|(seat, _)| Retired {
                seat: Arc::clone(seat),
                successor: successor(seat).map(|place| Arc::clone(&all[*place])),
            })
            .collect()
    }

    /// The newest seat of a limit.
    pub(super) fn newest(&self, limit: u64) -> Option<Arc<Seat>> {
        self.all().filter(|seat| seat.limit == limit).max_by_key(|seat| seat.issued)
    }

    /// The seat that was given away first.
    pub(super) fn oldest(&self) -> Option<Arc<Seat>> {
        self.all().min_by_key(|seat| seat.issued)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Arc<Seat>> {
        self.0.iter().filter_map(ArcSwapOption::load_full)
    }
}
