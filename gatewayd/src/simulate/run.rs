//! Runs: one scenario under several policies or with several seeds, on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::engine::{Engine, Outcome, Planted};
use super::policies::Rival;
use super::progress::Progress;
use super::report::Report;
use super::scenario::Scenario;

/// One run under `rival`; without rules in the scenario the size is fixed.
pub(super) fn run(scenario: &Scenario, seed: u64, rival: Rival, told: impl FnMut(u64)) -> Report {
    let outcome = outcome(scenario, seed, rival, told);
    let policy = if scenario.rules.is_some() { rival.name() } else { "fixed" };
    Report::new(policy, scenario, &outcome)
}

fn outcome(scenario: &Scenario, seed: u64, rival: Rival, told: impl FnMut(u64)) -> Outcome {
    let policy = scenario.rules.as_ref().map(|rules| rival.policy(rules));
    let mut engine = Engine::new(scenario, seed, policy, Planted::default());
    if rival != Rival::Work {
        engine.tolerate_unsafe_steps();
    }
    engine.run(told)
}

/// The runs of `jobs`, as many at once as there are cores, in their order.
///
/// Of each only what `kept` makes of it is kept, so that many runs take no more room than they must.
pub(super) fn all<T: Send>(
    scenario: &Scenario,
    jobs: &[(u64, Rival)],
    progress: &Progress,
    kept: impl Fn(Report) -> T + Sync,
) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some((seed, rival)) = jobs.get(place) else { return done };
            done.push((place, kept(run(scenario, *seed, *rival, |_| progress.step()))));
        }
    };
    let mut reports = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.flat_map(|done| done.expect("a run does not panic")).collect::<Vec<_>>()
    });
    reports.sort_by_key(|(place, _)| *place);
    progress.end();
    reports.into_iter().map(|(_, kept)| kept).collect()
}
