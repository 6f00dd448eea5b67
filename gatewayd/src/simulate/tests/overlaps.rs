//! Faults of one kind that overlap: what one did lasts until the last of them is over.

use super::*;

/// The seconds from which to which requests are lost while two faults of `kind` are on, from the
/// 10th to the 30th and from the 20th to the 90th second.
fn lost(kind: &str) -> (usize, usize) {
    let scenario = told(&format!(
        r#"
        load = {{ phases = [{{ for = "3m", rps = 50 }}], arrivals = "even" }}
        server = {{ work = "1ms", boot = "1s", boot_jitter = 0 }}
        pool = {{ servers = 3, answer_timeout = "1s", slow_start = "0s" }}
        fault = [{{ at = "10s", for = "20s", {kind} }}, {{ at = "20s", for = "70s", {kind} }}]
        "#
    ));
    let report = report(&scenario, 1, Rival::Work);
    let lost: Vec<usize> =
        (0..report.series.len()).filter(|it| report.series[*it].lost > 40).collect();
    let (first, last) = (*lost.first().unwrap(), *lost.last().unwrap());
    assert!((30..85).all(|second| lost.contains(&second)), "{kind}: {lost:?}");
    (first, last)
}

#[test]
fn a_fault_lasts_while_another_of_its_kind_is_on() {
    for kind in [
        r#"kind = "errors", servers = 3"#,
        r#"kind = "crash", servers = 3"#,
        r#"kind = "clients-cut""#,
    ] {
        let (first, last) = lost(kind);
        assert!((10..14).contains(&first) && (88..100).contains(&last), "{kind}: {first} {last}");
    }
}

#[test]
fn the_worst_of_what_slows_a_server_counts_until_it_is_over() {
    let scenario = told(
        r#"
        load = { phases = [{ for = "2m", rps = 50 }], arrivals = "even" }
        server = { work = "1ms", spread = "constant" }
        pool = { servers = 1 }
        fault = [{ at = "10s", for = "80s", kind = "slow", factor = 10 },
                 { at = "20s", for = "20s", kind = "slow", factor = 5 }]
        "#,
    );
    let report = report(&scenario, 1, Rival::Work);
    let cpu = |second: usize| report.series[second].cpu_percent.round();
    assert_eq!([5, 15, 30, 60, 100].map(cpu), [5.0, 50.0, 50.0, 50.0, 5.0]);
}

#[test]
fn reports_stay_lost_until_the_last_of_their_faults_is_over() {
    let scenario = told(
        r#"
        load = { phases = [{ for = "3m", rps = 50 }] }
        server = { work = "1ms" }
        pool = { servers = 3 }
        autoscale = { min = 3, max = 9 }
        fault = [{ at = "10s", for = "30s", kind = "metrics-lost", servers = 3 },
                 { at = "20s", for = "120s", kind = "metrics-lost", servers = 3 }]
        "#,
    );
    let silent = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = std::sync::Arc::clone(&silent);
    let policy = super::planted::by(move |now_ms, seen| {
        let last = seen.servers.iter().filter_map(|it| it.cpu).map(|it| it.number).max();
        told.lock().unwrap().push((now_ms, last));
        super::planted::stay(seen)
    });
    outcome(&scenario, policy, Planted::default());
    let told = silent.lock().unwrap();
    let numbers: Vec<u64> = told.iter().map(|(_, last)| last.unwrap_or_default()).collect();
    assert_eq!(numbers[25], numbers[130], "none reports meanwhile");
    assert!(numbers[150] > numbers[130], "afterwards they do");
}
