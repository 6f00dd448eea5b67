use std::time::Duration;

use super::*;
use crate::model::{Mark, Standing, Weight, example};

fn backend(name: &str, weight: i64) -> Backend {
    Backend { weight: Weight::nearest(weight), ..example::backend(name) }
}

fn gateway(backends: &[(&str, i64)], max: &str) -> Gateway {
    let pool = example::pool(backends.iter().map(|(name, weight)| backend(name, *weight)));
    let limit = example::limit(max);
    Gateway { pools: vec![pool], limits: vec![limit], ..Gateway::default() }
}

fn weights(gateway: &Gateway) -> Vec<(&str, u16)> {
    gateway.backends().map(|(_, it)| (it.name.as_str(), it.weight.get())).collect()
}

#[test]
fn without_a_past_the_file_is_all_there_is() {
    let file = gateway(&[("a", 1)], "1/minute");
    let merged = merge(&Gateway::default(), &file, &Gateway::default());
    assert_eq!(merged, Merged { gateway: file, notices: vec![] });
}

#[test]
fn a_ramp_goes_on_unless_the_file_has_another_weight() {
    let file = gateway(&[("a", 1)], "1/minute");
    let mut current = gateway(&[("a", 5)], "1/minute");
    current.pools[0].backends[0].ramp = Some(crate::model::Ramp {
        from: Weight::nearest(1),
        since_ms: 0,
        lasts: Duration::from_secs(9),
        abort_if: None,
        p99_before_us: None,
    });
    let ramps = |file: &Gateway, newer: &Gateway| {
        merge(file, newer, &current).gateway.pools[0].backends[0].ramp.is_some()
    };
    assert!(ramps(&file, &file));
    assert!(!ramps(&file, &gateway(&[("a", 7)], "1/minute")));
}

#[test]
fn what_operators_said_outlives_a_file_that_did_not_change() {
    let file = gateway(&[("a", 1), ("b", 2), ("gone", 3)], "1/minute");
    let mut current = gateway(&[("a", 10), ("b", 2), ("added", 4)], "5/minute");
    current.pools[0].backends[1].standing = Standing::Draining;
    let merged = merge(&file, &file, &current);
    assert_eq!(weights(&merged.gateway), [("a", 10), ("b", 2), ("added", 4)]);
    assert_eq!(merged.gateway.backend("b").unwrap().1.standing, Standing::Draining);
    assert_eq!(merged.gateway.limit("create").unwrap().rule.to_string(), "5/minute");
    assert_eq!(merged.notices.len(), 4, "{:?}", merged.notices);
}

#[test]
fn what_the_file_changes_is_newer_than_what_operators_said() {
    let base = gateway(&[("a", 1), ("b", 2), ("gone", 3), ("drained", 1)], "1/minute");
    let mut current = gateway(&[("a", 10), ("b", 20), ("drained", 1)], "5/minute");
    current.pools[0].backends[2].mark =
        Some(Mark { owner: "ana".into(), reason: String::new(), since_ms: 0, drain: None });
    let file = gateway(&[("a", 5), ("b", 2), ("gone", 4)], "2/minute");
    let merged = merge(&base, &file, &current);
    assert_eq!(weights(&merged.gateway), [("a", 5), ("b", 20), ("gone", 4)]);
    assert_eq!(merged.gateway.limit("create").unwrap().rule.to_string(), "2/minute");
    assert!(merged.notices.iter().any(|it| it.contains("drained") && it.contains("ana")));
}

#[test]
fn a_name_that_an_operator_and_the_file_both_added_is_the_files() {
    let base = gateway(&[], "1/minute");
    let mut current = gateway(&[("a", 10)], "1/minute");
    current.pools[0].backends[0].standing = Standing::Draining;
    let file = gateway(&[("a", 5)], "1/minute");
    let merged = merge(&base, &file, &current);
    assert_eq!(weights(&merged.gateway), [("a", 5)]);
    assert_eq!(merged.gateway.backend("a").unwrap().1.standing, Standing::Draining);
}

#[test]
fn what_operators_said_of_scaling_stands_until_the_file_says_something_new() {
    use crate::model::{Autoscale, Driver, Order, ScalingMode, ScalingRules};
    let scaled = |max, order: Option<Order>| {
        let mut gateway = gateway(&[("app-1", 100)], "1/minute");
        gateway.pools[0].autoscale = Some(Autoscale {
            driver: Driver::Advise,
            mode: ScalingMode::Act,
            rules: ScalingRules::within(1, max),
            order,
        });
        gateway
    };
    let mark = Mark { owner: "ana".into(), reason: String::new(), since_ms: 1, drain: None };
    let order = Some(Order { desired: Some(3), mark, until_ms: None });
    let (base, current) = (scaled(10, None), scaled(12, order.clone()));
    let scaler = |merged: Merged| merged.gateway.pools[0].autoscale.clone().unwrap();
    let same = merge(&base, &base, &current);
    assert!(same.notices.iter().any(|it| it.contains("scaler/app keeps")), "{:?}", same.notices);
    assert_eq!(scaler(same), current.pools[0].autoscale.clone().unwrap());
    let newer = scaler(merge(&base, &scaled(15, None), &current));
    assert_eq!((newer.rules.max, newer.order), (15, order));
}
