//! Servers that tell nothing: the load is seen all the same.

use super::*;

/// The servers at the end of each minute when nobody tells its CPU from the 5th minute on, and the
/// load doubles in the 8th.
fn sizes(targets: &str) -> Vec<u32> {
    let scenario = told(&format!(
        r#"
        load = {{ phases = [{{ for = "8m", rps = 240 }}, {{ for = "6m", rps = 480 }}] }}
        server = {{ work = "28ms", boot = "10s" }}
        pool = {{ servers = 10, ejection = {{ failures = 0 }} }}
        autoscale = {{ min = 4, max = 40, {targets} }}
        fault = [{{ at = "5m", for = "9m", kind = "metrics-lost", servers = 10 }},
                 {{ at = "9m", for = "5m", kind = "metrics-lost", servers = 30 }}]
        "#
    ));
    let report = report(&scenario, 1, Rival::Work);
    assert!(report.checks.held, "{:?}", report.checks);
    report.series.iter().skip(59).step_by(60).map(|second| second.servers).collect()
}

#[test]
fn a_load_that_doubles_is_followed_although_no_server_reports() {
    for targets in ["target_cpu = 70", "target_rps = 25"] {
        let sizes = sizes(targets);
        assert_eq!(sizes[..8], [10; 8], "{targets}: {sizes:?}");
        assert!(sizes[8..].iter().all(|size| (19..=22).contains(size)), "{targets}: {sizes:?}");
    }
}
