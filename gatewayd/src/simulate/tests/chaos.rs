//! Whatever happens: faults of all kinds at any time, and every promise holds.

use super::*;

/// How many seeds are tried; the whole is `gatewayd simulate random-faults --seeds 1000`.
const SEEDS: u64 = 8;

#[test]
fn every_promise_holds_whatever_happens() {
    let scenario = library("random-faults");
    for seed in 1..=SEEDS {
        let report = report(&scenario, seed, Rival::Work);
        assert!(report.checks.held, "seed {seed}: {:?}\n{:?}", report.checks, report.faults);
    }
}
