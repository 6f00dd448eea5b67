//! The scalers: how each pool is scaled now, and the decisions of this process.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::model::{Decision, DecisionRecord, Name, ScalerView, What};

/// How many moves are kept, and as many decisions that moved nothing.
const KEPT: usize = 1000;

/// The scalers of this process; cheap to clone.
#[derive(Clone, Debug)]
pub struct Scalers {
    clock: Clock,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    views: BTreeMap<Name, ScalerView>,
    moves: VecDeque<DecisionRecord>,
    rests: VecDeque<DecisionRecord>,
    /// The latest of each pool.
    newest: BTreeMap<Name, u64>,
    last_id: u64,
}

impl Scalers {
    /// No scalers yet.
    #[must_use]
    pub fn new(clock: Clock) -> Scalers {
        Scalers { clock, shared: Arc::default() }
    }

    /// Milliseconds since the Unix epoch, now.
    #[must_use]
    pub fn wall_ms(&self) -> i64 {
        self.clock.wall_ms()
    }

    /// Shows `view` from now on.
    pub fn show(&self, view: ScalerView) {
        self.shared().views.insert(view.pool.clone(), view);
    }

    /// Shows only the pools that `stays` accepts.
    pub fn retain(&self, stays: impl Fn(&Name) -> bool) {
        self.shared().views.retain(|pool, _| stays(pool));
    }

    /// Keeps a decision about `pool` and what became of it.
    pub fn record(&self, wall_ms: i64, pool: &Name, decision: Decision, outcome: String) {
        let shared = &mut *self.shared();
        let moves = matches!(decision.what, What::Out | What::In);
        let kept = if moves { &mut shared.moves } else { &mut shared.rests };
        let newest = shared.newest.get(pool).copied();
        let last = kept.iter_mut().rev().find(|it| Some(it.id) == newest && !moves);
        if let Some(last) = last
            && repeats(&last.decision, &decision)
            && last.outcome == outcome
        {
            (last.time_ms, last.decision) = (wall_ms, Arc::new(decision));
            return;
        }
        shared.last_id += 1;
        shared.newest.insert(pool.clone(), shared.last_id);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(DecisionRecord {
            id: shared.last_id,
            since_ms: wall_ms,
            time_ms: wall_ms,
            pool: pool.clone(),
            decision: Arc::new(decision),
            outcome,
        });
    }

    /// The scalers, by pool.
    #[must_use]
    pub fn views(&self) -> Vec<ScalerView> {
        self.shared().views.values().cloned().collect()
    }

    /// The decisions that `wanted` accepts, newest first.
    #[must_use]
    pub fn decisions(&self, wanted: impl Fn(&DecisionRecord) -> bool) -> Vec<DecisionRecord> {
        let shared = self.shared();
        let all = shared.moves.iter().chain(&shared.rests);
        let mut found: Vec<DecisionRecord> = all.filter(|it| wanted(it)).cloned().collect();
        found.sort_by_key(|record| std::cmp::Reverse(record.id));
        found
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `next` says what `last` said, by the same stages.
fn repeats(last: &Decision, next: &Decision) -> bool {
    let told = |decision: &Decision| {
        let stages = decision.stages.iter().filter(|stage| !stage.reason.is_empty());
        stages.map(|stage| stage.name).collect::<Vec<_>>()
    };
    (last.what, last.to, told(last)) == (next.what, next.to, told(next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Inputs, ScalingRules};
    use crate::policy::scaling::decide;

    #[test]
    fn moves_are_all_kept_and_repeated_holds_once() {
        let scalers = Scalers::new(Clock::start());
        let pool: Name = "app".parse().unwrap();
        let record = |wall_ms, min| {
            let inputs = Inputs { added: vec![0, 0], ..Inputs::default() };
            let decision = decide(inputs, &ScalingRules::within(min, 9));
            scalers.record(wall_ms, &pool, decision, "done".to_owned());
        };
        (0..5).for_each(|time| record(time, 0));
        (5..7).for_each(|time| record(time, 2));
        (7..9).for_each(|time| record(time, 0));
        let told: Vec<_> = scalers
            .decisions(|_| true)
            .iter()
            .map(|it| (it.id, it.since_ms, it.time_ms, it.decision.what))
            .collect();
        let expected = [
            (4, 7, 8, What::Hold),
            (3, 6, 6, What::Out),
            (2, 5, 5, What::Out),
            (1, 0, 4, What::Hold),
        ];
        assert_eq!(told, expected);
    }
}
