//! Trials: whom candidates would have refused of late.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;

use crate::model::{Name, Refuser};
use crate::policy;

use super::{Cells, LimitTable, Rejected, Table, WorkerCells};

/// How many of those that lose most are told.
const TOLD: usize = 10;

/// Whom each candidate would have refused in the last minutes.
#[derive(Debug, Default)]
pub(super) struct Trials(HashMap<Name, Losers>);

/// Clients and how often each would have been refused, by what tells them apart.
type Losers = HashMap<[u8; 16], (IpAddr, u64)>;

impl Trials {
    /// Looks at what workers remember, if there is a candidate at all.
    pub(super) fn of(table: &Table, cells: &Cells<WorkerCells>) -> Trials {
        let mut trials = Trials::default();
        if table.limits.iter().all(|limit| limit.candidate.is_none()) {
            return trials;
        }
        for tally in cells.iter().flat_map(|cell| cell.rejections.since(0)) {
            let who = &tally.who;
            let limit = table.limit(who.limit.as_str());
            if let Some(limit) = limit.filter(|_| who.refuser == Refuser::Candidate) {
                let clients = trials.0.entry(who.limit.clone()).or_default();
                clients.entry(identity(limit, who)).or_insert((who.client, 0)).1 += tally.count;
            }
        }
        trials
    }

    /// How many clients that of `limit` would have refused, and those it would have refused most
    /// with how often.
    pub(super) fn clients(&self, limit: &Name) -> (u64, Vec<(IpAddr, u64)>) {
        let Some(clients) = self.0.get(limit) else { return (0, Vec::new()) };
        let mut top: Vec<_> = clients.values().copied().collect();
        top.sort_by_key(|(client, count)| (Reverse(*count), *client));
        top.truncate(TOLD);
        (clients.len() as u64, top)
    }
}

/// What tells a client of `limit` from others: what it is counted by.
fn identity(limit: &LimitTable, who: &Rejected) -> [u8; 16] {
    if limit.key.has_client_ip() {
        return policy::limit_prefix(who.client, limit.v6_prefix);
    }
    u128::from(who.key).to_le_bytes()
}
