//! A guard's meter: what pools, or all of the gateway, answered since a change.

use std::collections::BTreeSet;
use std::time::Duration;

use super::backend_picture::attempts;
use super::meter::{Meter, Tally};
use super::picture::total;
use super::{Cells, Table, WorkerCells};
use crate::model::Name;
use crate::policy::Answered;

/// Counts of the last looks.
#[derive(Debug, Default)]
pub struct GuardMeter(Meter);

impl GuardMeter {
    /// Looks at `pools`, or at all of the gateway when none are named, at `now_us` (since the start of
    /// the process): what was answered since the first look, or the last ten of them.
    pub fn look(
        &mut self,
        pools: &BTreeSet<Name>,
        (table, cells): (&Table, &Cells<WorkerCells>),
        now_us: u64,
    ) -> Answered {
        let tally = if pools.is_empty() { total(cells) } else { sum(pools, table) };
        self.0.tick(now_us, tally);
        let reading = self.0.read();
        Answered {
            count: reading.counted,
            error_ratio: reading.error_ratio,
            p99: reading.p99_ms.map(|ms| Duration::from_secs_f64(ms / 1000.0)),
        }
    }
}

fn sum(pools: &BTreeSet<Name>, table: &Table) -> Tally {
    let mut sum = Tally::default();
    let own = table.pools.iter().filter(|pool| pools.contains(&pool.name));
    own.flat_map(|pool| &pool.backends).for_each(|live| sum.merge(&attempts(live)));
    sum
}
