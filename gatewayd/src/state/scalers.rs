//! The scalers: how each pool is scaled now, and the decisions of this process.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::recordings::Recording;
use crate::clock::Clock;
use crate::model::{
    Decision, DecisionRecord, LoadSample, Name, Rejection, RulesEdit, ScalerView, ScalingRules,
    What, WhatIf,
};
use crate::policy::check_rules;
use crate::policy::scaling::{TooLong, replay};

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
    recordings: BTreeMap<Name, Recording>,
}

/// Why nothing can be told about other rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoReplay {
    /// The rules make no sense.
    #[error("{0}")]
    Rules(#[from] Rejection),
    /// There is not enough to replay.
    #[error("{0}")]
    TooLittle(String),
    /// There is too much.
    #[error("{0}")]
    TooLong(#[from] TooLong),
}

/// Less than this tells nothing.
const SHORTEST_REPLAY: Duration = Duration::from_secs(10);

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
        let shared = &mut *self.shared();
        shared.views.retain(|pool, _| stays(pool));
        shared.recordings.retain(|pool, _| stays(pool));
    }

    /// Keeps what the load of `pool` is, for an hour.
    pub fn sample(&self, pool: &Name, sample: LoadSample) {
        self.shared().recordings.entry(pool.clone()).or_default().add(sample);
    }

    /// A server of `pool` needed so long to come up.
    pub fn started(&self, pool: &Name, took: Duration) {
        self.shared().recordings.entry(pool.clone()).or_default().started(took);
    }

    /// What `rules` and what `edit` makes of them do with the load of `pool` in the last `window`,
    /// the other rules with `load` times as much. Takes up to seconds of a core.
    ///
    /// # Errors
    /// When the other rules make no sense, or there is too little or too much to replay.
    pub fn what_if(
        &self,
        pool: &Name,
        rules: &ScalingRules,
        edit: &RulesEdit,
        load: f64,
        window: Duration,
    ) -> Result<WhatIf, NoReplay> {
        let others = edit.of(rules);
        check_rules(&others)?;
        let recording = self.shared().recordings.get(pool).cloned().unwrap_or_default();
        let (samples, (start, start_seen)) = (recording.last(window), recording.start());
        let ends = samples.first().zip(samples.last());
        let replayed = Duration::from_millis(ends.map_or(0, |(one, last)| last.at_ms - one.at_ms));
        if replayed < SHORTEST_REPLAY {
            let (seen, least) = (replayed.as_secs(), SHORTEST_REPLAY.as_secs());
            let what = format!("{seen} s of load were recorded of {pool}, {least} are the least");
            return Err(NoReplay::TooLittle(what));
        }
        let by_cpu =
            |rules: &ScalingRules| rules.target_cpu.is_some() && rules.target_rps.is_none();
        if by_cpu(&others) && samples.iter().all(|it| it.cost_s.is_none()) {
            let what = format!("no server of {pool} told its CPU yet, so no request has a cost");
            return Err(NoReplay::TooLittle(what));
        }
        Ok(WhatIf {
            pool: pool.clone(),
            replayed,
            load,
            start,
            start_seen,
            now: replay(&samples, 1.0, start, rules)?,
            what_if: replay(&samples, load, start, &others)?,
        })
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
