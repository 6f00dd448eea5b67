//! What the scenarios are there to show.

use super::*;

#[test]
fn a_doubling_of_the_load_hurts_least_by_work() {
    let [plus_one, hpa, aws, work] = &*DOUBLING_STEP;
    for other in [aws, hpa, plus_one] {
        let (ours, theirs) = (work.requests.lost_percent, other.requests.lost_percent);
        assert!(ours * 2.0 < theirs, "{}: {ours} {theirs}", other.policy);
        let (ours, theirs) = (work.overloaded_seconds, other.overloaded_seconds);
        assert!(ours < theirs, "{}: {ours} {theirs}", other.policy);
    }
    assert!(work.overloaded_seconds <= 20, "{}", work.overloaded_seconds);
    assert!((24..=26).contains(&work.servers.peak), "{:?}", work.servers);
    assert!(hpa.servers.peak > work.servers.peak + 3, "{:?}", hpa.servers);
    assert!(work.checks.held, "{:?}", work.checks);
}

#[test]
fn an_outage_and_its_retry_storm_take_nobody_away() {
    let scenario = library("outage-and-retry-storm");
    let report = &*OUTAGE;
    assert_eq!(report.scaling.ins, 0, "{:?}", report.decisions);
    assert!(report.series.iter().all(|second| second.servers >= scenario.pool.servers));
    let held_back = report.decisions.iter().any(|it| it.why.contains("load fell by"));
    assert!(held_back, "without the interlock it would shrink: {:?}", report.decisions);
    assert!(report.requests.tried_again > 10_000, "{:?}", report.requests);
    assert!(report.checks.held, "{:?}", report.checks);
}

#[test]
fn others_shrink_when_the_clients_are_gone() {
    let scenario = library("outage-and-retry-storm");
    let report = report(&scenario, 1, Rival::PlusOne);
    assert!(report.scaling.unsafe_ins > 0, "{:?}", report.decisions);
}
