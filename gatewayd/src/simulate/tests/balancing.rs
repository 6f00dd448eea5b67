//! Balancing in whole runs: what a slow server, or one that fails, makes of the answers.

use super::*;

/// A pool of ten under little load, balanced so, with a fault for all of the run.
fn run_with(balance: &str, fault: &str) -> Outcome {
    let scenario = told(&format!(
        r#"
        load = {{ phases = [{{ for = "5m", rps = 200 }}] }}
        server = {{ cores = 4, work = "10ms", longest_wait = "10s" }}
        pool = {{ servers = 10, balance = "{balance}" }}
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
        let outcome = run_with(balance, "kind = \"errors\"");
        let attempts: Vec<u64> = outcome.servers.iter().map(|it| it.attempts).collect();
        let failing = outcome.servers.iter().max_by_key(|it| it.failures).unwrap().attempts;
        let fair = attempts.iter().sum::<u64>() as f64 / attempts.len() as f64;
        let most = if balance == "consistent-hash" { 1.2 } else { 1.05 };
        assert!(failing as f64 <= fair * most, "{balance}: {failing} {attempts:?}");
    }
}
