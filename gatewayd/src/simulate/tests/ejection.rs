//! Servers that answers or probes speak against: who is out, for how long, and what that saves.

use super::*;

/// Ten servers for ten minutes, of which a fault befalls some from the first minute to the sixth.
fn run_with(pool: &str, fault: &str) -> Report {
    let scenario = told(&format!(
        r#"
        load = {{ phases = [{{ for = "10m", rps = 400 }}] }}
        server = {{ work = "14ms" }}
        pool = {{ servers = 10, slow_start = "0s", {pool} }}
        [[fault]]
        at = "1m"
        for = "5m"
        {fault}
        "#
    ));
    let report = report(&scenario, 1, Rival::Work);
    assert!(report.checks.held, "{:?}", report.checks);
    report
}

#[test]
fn a_server_whose_answers_fail_is_out_for_longer_each_time_and_comes_back() {
    for balance in ["round-robin", "least-connections", "peak-ewma", "consistent-hash"] {
        let gray =
            |keys: &str| run_with(&format!("balance = \"{balance}\", {keys}"), "kind = \"gray\"");
        let (ejected, left) = (gray(""), gray("ejection = { failures = 0 }"));
        // 10, 20 and so on to 70 s are nearly five minutes; the eighth time outlasts them.
        assert_eq!((ejected.health.ejections, left.health.ejections), (8, 0), "{balance}");
        let lost = (ejected.requests.lost, left.requests.lost);
        // Five each time, and what was under way on it.
        assert!((40..45).contains(&lost.0) && lost.1 > lost.0 * 10, "{balance}: {lost:?}");
        let last = ejected.series.last().unwrap();
        assert_eq!((last.serving, last.lost), (10, 0), "{balance}");
    }
}

#[test]
fn no_more_are_ejected_than_can_be_spared() {
    let report = run_with("balance = \"round-robin\"", "kind = \"gray\"\nservers = 6");
    assert!(report.health.spared > 0, "{:?}", report.health);
    assert!(report.series.iter().all(|second| second.serving >= 7), "three of ten at most");
}

#[test]
fn when_most_fail_their_probes_all_serve_and_nothing_is_lost() {
    let fault = "kind = \"probes-fail\"\nservers = 7";
    let (panic, none) = (run_with("", fault), run_with("panic_threshold = 0", fault));
    assert!((280..=300).contains(&panic.health.panic_seconds), "{:?}", panic.health);
    assert_eq!(none.health.panic_seconds, 0);
    assert!(panic.requests.lost_percent < 0.5, "{:?}", panic.requests);
    assert!(none.requests.lost_percent > 10.0, "{:?}", none.requests);
}
