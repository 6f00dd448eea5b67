//! Balancing in whole runs: what a slow server, or one that fails, makes of the answers.

use super::*;

/// A pool of ten under little load, balanced so, with a fault for all of the run.
fn run_with(balance: &str, fault: &str) -> Outcome {
    let scenario = told(&format!(
        r#"
        load = {{ phases = [{{ for = "5m", rps = 200 }}] }}
        server = {{ cores = 4, work = "10ms", longest_wait = "10s" }}
        pool = {{ servers = 10, balance = "{balance}", ejection = {{ failures = 0 }} }}
        [[fault]]
        at = "0s"
        for = "5m"
        {fault}
        "#
    ));
    outcome(&scenario, None, Planted::default())
}

#[test]
fn with_one_slow_server_peak_ewma_is_ahead_of_least_connections_and_that_of_round_robin() {
    let p99_ms = |balance: &str| {
        run_with(balance, "kind = \"slow\"\nfactor = 20.0").tally.times.percentile_ns(99.0) as f64
            / 1e6
    };
    let [turns, least, peak] = ["round-robin", "least-connections", "peak-ewma"].map(p99_ms);
    assert!(peak * 2.0 < least && least < turns, "{peak} {least} {turns} ms");
    // As without it: 99 % of answers take less than 46 ms of work.
    assert!(peak < 60.0, "{peak} ms");
}

#[test]
fn a_server_that_fails_attracts_no_extra_traffic() {
    for balance in ["round-robin", "least-connections", "peak-ewma", "consistent-hash"] {
        let attempts = |fault: &str| -> Vec<u64> {
            run_with(balance, fault).servers.iter().map(|it| it.attempts).collect()
        };
        let failing = run_with(balance, "kind = \"gray\"");
        let place = (0..10).max_by_key(|place| failing.servers[*place].failures).unwrap();
        // As much as the same server gets of the same requests when nothing is wrong with it.
        let (failed, fair) = (failing.servers[place].attempts, attempts("kind = \"metrics-lost\""));
        assert_eq!(failing.servers[place].failures, failed, "{balance}");
        assert!(failed as f64 <= fair[place] as f64 * 1.05, "{balance}: {failed} {place} {fair:?}");
    }
}
