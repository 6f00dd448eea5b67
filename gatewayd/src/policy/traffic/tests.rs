use http::Method;
use proptest::prelude::*;

use super::*;
use crate::model::{Comparison, Refusal, Tried};

use Comparison::{AtLeast, AtMost, Contains, Equal, Less, More, Unequal};

/// A request that failed on one backend and was answered by another.
fn served() -> Served {
    let tried = |backend: &str| Tried {
        backend: backend.parse().unwrap(),
        reused: false,
        ended: None,
        took_us: 0,
    };
    Served {
        id: 7,
        client: "192.0.2.18".parse().unwrap(),
        method: Some(Method::POST),
        host: "shop.example".into(),
        path: "/v1/Cart/checkout".into(),
        protocol: "HTTP/2.0",
        status: Some(502),
        refused: Some(Refusal::UpstreamBroken),
        pool: Some("api".parse().unwrap()),
        total_us: 9_040,
        ttfb_us: Some(8_400),
        in_bytes: 1_200,
        attempts: vec![tried("api-7"), tried("api-1")],
        agent: "App/4.2".into(),
        ..Served::unknown()
    }
}

fn test(field: &str, comparison: Comparison, wanted: &[&str]) -> TrafficFilter {
    let wanted = wanted.iter().map(|text| ((*text).to_owned(), text.parse().ok()));
    TrafficFilter::Test(TrafficTest::new(field, comparison, wanted.collect()).unwrap())
}

#[test]
fn a_test_holds_for_what_it_says_and_nothing_else() {
    for (field, comparison, wanted, holds) in [
        ("client", Equal, &["192.0.2.18"][..], true),
        ("client", Equal, &["192.0.2.0/24"], true),
        ("client", Equal, &["192.0.3.0/24", "10.0.0.1"], false),
        ("client", Unequal, &["192.0.2.0/24"], false),
        ("client", Equal, &["192.0.*.18"], true),
        ("client", Contains, &["0.2.1"], true),
        ("client", Contains, &["192.0.2.18"], true),
        ("client", Equal, &["-"], false),
        ("method", Equal, &["GET", "POST"], true),
        ("path", Equal, &["/v1/*/checkout"], true),
        ("path", Equal, &["/v1/cart/checkout"], false),
        ("path", Contains, &["cart/CHECK"], true),
        ("path", Contains, &["cart//"], false),
        ("backend", Equal, &["api-1"], true),
        ("backend", Equal, &["api-7"], false),
        ("route", Equal, &["-"], true),
        ("rule", Unequal, &["per-ip"], true),
        ("rule", Contains, &["-"], false),
        ("refused", Equal, &["upstream_broken"], true),
        ("tls", Equal, &["1.3"], false),
        ("agent", Contains, &["app/"], true),
        ("status", AtLeast, &["500"], true),
        ("status", Less, &["502"], false),
        ("status", Equal, &["404", "502"], true),
        ("status", Unequal, &["404", "502"], false),
        ("total_ms", More, &["9"], true),
        ("total_ms", AtMost, &["9"], false),
        ("queue_ms", Less, &["1000"], false),
        ("queue_ms", Equal, &["-"], true),
        ("ttfb_ms", Unequal, &["-"], true),
        ("in_bytes", Equal, &["1200"], true),
        ("tries", More, &["1"], true),
    ] {
        let filter = test(field, comparison, wanted);
        assert_eq!(admits(&filter, &served()), holds, "{field} {comparison:?} {wanted:?}");
    }
}

#[test]
fn every_field_is_compared_with_its_own() {
    let mut full = served();
    full.host = "host".into();
    full.path = "path".into();
    full.agent = "agent".into();
    full.request_id = "request_id".into();
    full.trace_id = "trace_id".into();
    for (name, field) in
        [(&mut full.route, "route"), (&mut full.pool, "pool"), (&mut full.rule, "rule")]
    {
        *name = Some(field.parse().unwrap());
    }
    full.attempts[1].backend = "backend".parse().unwrap();
    for (word, field) in TextField::ALL {
        let own = match *word {
            "method" => "POST",
            "refused" => "upstream_broken",
            "protocol" => "HTTP/2.0",
            "tls" => continue,
            other => other,
        };
        assert_eq!(text(*field, &full), Some(own));
    }
}

#[test]
fn conditions_are_joined_as_they_say() {
    let (right, wrong) = (|| test("pool", Equal, &["api"]), || test("pool", Equal, &["web"]));
    let not = |filter| TrafficFilter::Not(Box::new(filter));
    for (filter, holds) in [
        (TrafficFilter::Any(vec![wrong(), right()]), true),
        (TrafficFilter::Any(vec![wrong(), wrong()]), false),
        (TrafficFilter::All(vec![right(), right()]), true),
        (TrafficFilter::All(vec![right(), wrong()]), false),
        (not(wrong()), true),
        (not(TrafficFilter::Any(vec![right(), wrong()])), false),
    ] {
        assert_eq!(admits(&filter, &served()), holds, "{filter:?}");
    }
}

#[test]
fn a_long_path_is_compared_as_far_as_it_is_told() {
    let long = Served { path: format!("/{}secret", "x".repeat(600)), ..served() };
    assert!(!admits(&test("path", Contains, &["secret"]), &long));
}

proptest! {
    #[test]
    fn exactly_one_of_so_many_is_shown(sample in 1_u32..200, seed: u64, first in 0_u64..50) {
        let window = |nth: u64| nth * u64::from(sample)..(nth + 1) * u64::from(sample);
        let shown = window(first).filter(|nth| is_shown(*nth, sample, seed)).count();
        prop_assert_eq!(shown, 1);
    }

    #[test]
    fn a_text_contains_what_a_plain_search_finds(text in "[aAbB]{0,8}", wanted in "[ab]{0,3}") {
        prop_assert_eq!(contains(&text, &wanted), text.to_ascii_lowercase().contains(&wanted));
    }
}

#[test]
fn which_of_them_is_shown_changes() {
    let places = (0..2000_u64).filter(|nth| is_shown(*nth, 20, 1)).map(|nth| nth % 20);
    let places: std::collections::BTreeSet<u64> = places.collect();
    assert!(places.len() > 15, "{places:?}");
}
