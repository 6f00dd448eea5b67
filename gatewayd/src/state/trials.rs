//! Trials: whom candidates would have refused of late.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;

use crate::model::{Name, Refuser};

use super::{Cells, Table, WorkerCells};

/// How many of those that lose most are told.
const TOLD: usize = 10;

/// Whom each candidate would have refused in the last minutes.
#[derive(Debug, Default)]
pub(super) struct Trials(HashMap<Name, HashMap<u64, (IpAddr, u64)>>);

impl Trials {
    /// Looks at what workers remember, if there is a candidate at all.
    pub(super) fn of(table: &Table, cells: &Cells<WorkerCells>) -> Trials {
        let mut trials = Trials::default();
        if table.limits.iter().all(|limit| limit.candidate.is_none()) {
            return trials;
        }
        for tally in cells.iter().flat_map(|cell| cell.rejections.since(0)) {
            if tally.who.refuser == Refuser::Candidate {
                let keys = trials.0.entry(tally.who.limit.clone()).or_default();
                keys.entry(tally.who.key).or_insert((tally.who.client, 0)).1 += tally.count;
            }
        }
        trials
    }

    /// How many clients that of `limit` would have refused, and those it would have refused most
    /// with how often.
    pub(super) fn clients(&self, limit: &Name) -> (u64, Vec<(IpAddr, u64)>) {
        let Some(keys) = self.0.get(limit) else { return (0, Vec::new()) };
        let mut top: Vec<_> = keys.values().copied().collect();
        top.sort_by_key(|(client, count)| (Reverse(*count), *client));
        top.truncate(TOLD);
        (keys.len() as u64, top)
    }
}
