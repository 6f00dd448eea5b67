//! A limit, ready to be asked: what it counts by, where, and what is told of it.

use std::sync::Arc;

use crate::model::{Limit, LimitKey, LimitMode, Name, Rule};
use crate::policy::{self, Measure};

use super::{Cells, LimitCells, Limiter, Seat};

/// A limit and what is counted of it.
#[derive(Clone, Debug)]
pub struct LimitTable {
    /// Its name.
    pub name: Name,
    /// What it counts by.
    pub key: LimitKey,
    /// How much is allowed.
    pub rule: Rule,
    /// What it does.
    pub mode: LimitMode,
    /// What clients are told of it: `"name";q=100;w=60`.
    pub policy: String,
    /// How much of that is its name.
    item_bytes: usize,
    /// What workers count of it.
    pub cells: Arc<Cells<LimitCells>>,
    /// Its place in the limiter's store.
    pub seat: Arc<Seat>,
}

impl LimitTable {
    /// Its name as clients are told it, quoted.
    #[must_use]
    pub fn item(&self) -> &str {
        &self.policy[..self.item_bytes]
    }

    /// Compiles `limit` at `now_ms`, going on from what was counted `before`.
    pub(super) fn compile(
        limit: &Limit,
        before: Option<&LimitTable>,
        limiter: &Limiter,
        now_ms: u64,
    ) -> LimitTable {
        // Another key counts something else; everything else keeps its counts.
        let kept = before.filter(|before| before.key == limit.key);
        let cells = kept.map_or_else(|| Arc::new(limiter.cells()), |kept| Arc::clone(&kept.cells));
        let unchanged = kept.filter(|before| before.rule == limit.rule);
        let take_seat = || {
            let hash = policy::hash_key(limit.name.as_str().as_bytes());
            limiter.seat(hash, Measure::of(limit.rule), Arc::clone(&cells), now_ms * 1000)
        };
        let seat = unchanged.map_or_else(take_seat, |before| Arc::clone(&before.seat));
        LimitTable {
            name: limit.name.clone(),
            key: limit.key.clone(),
            rule: limit.rule,
            mode: limit.mode,
            item_bytes: limit.name.as_str().len() + 2,
            policy: policy::quota_policy(&limit.name, limit.rule),
            cells,
            seat,
        }
    }
}
