//! Goldens: the same scenario and seed give the same bytes.

use std::time::Duration;

use super::*;
use crate::simulate::report::{compare, svg, table};

#[track_caller]
fn golden(name: &str, scenario: &Scenario) {
    insta::assert_snapshot!(name, table(scenario, 1, &report(scenario, 1, Rival::Work)));
}

#[test]
fn doubling_step_compared() {
    let scenario = library("doubling-step");
    let reports = &*DOUBLING_STEP;
    insta::assert_snapshot!("doubling-step-compared", compare(&scenario, 1, reports));
    insta::assert_snapshot!("doubling-step", table(&scenario, 1, &reports[3]));
    let drawn = svg(&scenario, 1, reports);
    assert!(drawn.starts_with("<svg ") && drawn.ends_with("</svg>\n"));
    assert_eq!(drawn.matches("<polyline").count(), 2 * (1 + reports.len()));
}

#[test]
fn outage_and_retry_storm() {
    let scenario = library("outage-and-retry-storm");
    insta::assert_snapshot!("outage-and-retry-storm", table(&scenario, 1, &OUTAGE));
}

#[test]
fn slow_boot() {
    golden("slow-boot", &library("slow-boot"));
}

#[test]
fn metrics_lost() {
    golden("metrics-lost", &library("metrics-lost"));
}

#[test]
fn scale_in_under_load() {
    golden("scale-in-under-load", &library("scale-in-under-load"));
}

#[test]
fn never_recovers() {
    golden("never-recovers", &library("never-recovers"));
}

#[test]
fn bad_server() {
    golden("bad-server", &library("bad-server"));
}

#[test]
fn the_first_second_of_a_million_a_second() {
    golden("million", &library("million").until(Duration::from_secs(1)));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let scenario = library("random-faults").until(Duration::from_secs(600));
    let told = |seed| serde_json::to_string(&report(&scenario, seed, Rival::Work)).unwrap();
    let first = told(7);
    assert_eq!(first, told(7));
    assert_ne!(first, told(8));
}

#[test]
fn all_policies_are_given_the_same_requests() {
    let scenario = library("doubling-step").until(Duration::from_secs(60));
    let sent = [Rival::Work, Rival::Hpa].map(|rival| report(&scenario, 3, rival).requests.sent);
    assert_eq!(sent[0], sent[1]);
}
