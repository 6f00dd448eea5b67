//! What Prometheus scrapes, read as Prometheus reads it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use gateway_tests::{Fleet, Gateway, Protocol, shortener, until};

/// One scrape: kinds by family, values by sample with its labels.
#[derive(Debug, Default)]
struct Scrape {
    kinds: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl Scrape {
    /// Reads the text format 0.0.4, strictly.
    fn of(gateway: &Gateway) -> Scrape {
        let reply = gateway.ask_metrics("/metrics");
        assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        let text = String::from_utf8(reply.body.to_vec()).unwrap();
        assert!(text.ends_with('\n'));
        let (mut scrape, mut helped, mut family) = (Scrape::default(), BTreeSet::new(), "");
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap();
                assert!(helped.insert(name), "{name} has its help twice");
                assert!(help.ends_with('.'), "{line}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert!(helped.contains(name), "{name} has no help before its type");
                let twice = scrape.kinds.insert(name.to_owned(), kind.to_owned());
                assert!(twice.is_none(), "{name} has its type twice");
                family = name;
            } else {
                let (sample, value) = line.rsplit_once(' ').unwrap();
                let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
                let parts = ["_bucket", "_sum", "_count"];
                let stem = parts.iter().find_map(|part| name.strip_suffix(part));
                let kind = &scrape.kinds[family];
                let belongs = name == family || (kind == "histogram" && stem == Some(family));
                assert!(belongs, "{name} stands under {family}");
                if kind == "counter" {
                    assert!(name.ends_with("_total"), "{name} is a counter");
                }
                read_labels(labels);
                let twice = scrape.samples.insert(sample.to_owned(), value.parse().unwrap());
                assert!(twice.is_none(), "{sample} stands twice");
            }
        }
        scrape
    }

    #[track_caller]
    fn value(&self, sample: &str) -> f64 {
        *self.samples.get(sample).unwrap_or_else(|| panic!("no {sample} in {self:#?}"))
    }
}

/// `name="value",…}`
fn read_labels(text: &str) {
    let inside = text.strip_suffix('}').unwrap();
    for label in inside.split(',').filter(|label| !label.is_empty()) {
        let (name, value) = label.split_once('=').unwrap();
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{label}");
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap();
        assert!(!value.contains(['"', '\\', '\n']), "{label}");
    }
}

#[test]
fn a_scrape_is_well_formed_and_counts_what_happened() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(shortener("3/minute", "1000/minute") + &fleet.pool("")));
    let first = Scrape::of(&gateway);
    let mut client = gateway.client(Protocol::Https);
    for _ in 0..5 {
        client.shorten("https://example.org/");
    }
    client.get("/a/b/c");
    fleet.servers.iter().for_each(|server| server.turn("fail?on=true"));
    assert_eq!(client.get("/nobody").status, 503);
    let second = until("all seven are counted", || {
        let scrape = Scrape::of(&gateway);
        (scrape.value("gateway_requests_total") == 7.0).then_some(scrape)
    });
    for (sample, value) in [
        ("gateway_rejected_total{reason=\"limit\"}", 2.0),
        ("gateway_rejected_total{reason=\"no_route\"}", 1.0),
        ("gateway_errors_total", 1.0),
        ("gateway_responses_total{class=\"2xx\"}", 3.0),
        ("gateway_responses_total{class=\"4xx\"}", 3.0),
        ("gateway_responses_total{class=\"5xx\"}", 1.0),
        ("gateway_limit_passed_total{limit=\"create-per-ip\"}", 3.0),
        ("gateway_limit_rejected_total{limit=\"create-per-ip\"}", 2.0),
        ("gateway_limit_keys{limit=\"create-per-ip\"}", 1.0),
        ("gateway_request_duration_seconds_count", 7.0),
        ("gateway_request_duration_seconds_bucket{le=\"+Inf\"}", 7.0),
        ("gateway_retries_total", 0.0),
        ("gateway_handshake_failures_total", 0.0),
        ("gateway_ready", 1.0),
        ("gateway_revision", 1.0),
        ("gateway_connections", 1.0),
    ] {
        assert_eq!(second.value(sample), value, "{sample}");
    }
    let attempts: f64 = ["app-1", "app-2"]
        .map(|name| {
            second.value(&format!(
                "gateway_backend_attempts_total{{pool=\"app\",backend=\"{name}\"}}"
            ))
        })
        .iter()
        .sum();
    assert_eq!(attempts, 4.0);
    let listener = "gateway_certificate_expires_seconds{listener=\"https\"}";
    assert!(second.value(listener) > 1.7e9);

    assert_eq!(first.kinds, second.kinds, "families come and go");
    for (sample, before) in &first.samples {
        let family = sample.split('{').next().unwrap();
        let grows = first.kinds.get(family).is_none_or(|kind| kind == "counter");
        assert!(!grows || second.value(sample) >= *before, "{sample} went back");
    }
    let mut last = 0.0;
    for (sample, count) in buckets(&second) {
        assert!(count >= last, "{sample} counts less than the one before");
        last = count;
    }
}

/// The buckets of the request histogram by their bounds.
fn buckets(scrape: &Scrape) -> Vec<(String, f64)> {
    let prefix = "gateway_request_duration_seconds_bucket{le=\"";
    let mut found: Vec<(f64, String, f64)> = scrape
        .samples
        .iter()
        .filter_map(|(sample, count)| {
            let bound = sample.strip_prefix(prefix)?.strip_suffix("\"}")?;
            Some((bound.parse().unwrap_or(f64::INFINITY), sample.clone(), *count))
        })
        .collect();
    found.sort_by(|one, other| one.0.total_cmp(&other.0));
    assert!(found.len() > 5, "{found:?}");
    found.into_iter().map(|(_, sample, count)| (sample, count)).collect()
}

#[test]
fn what_does_not_speak_tls_to_the_tls_port_is_counted() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(shortener("3/minute", "1000/minute") + &fleet.pool("")));
    assert!(
        gateway_tests::Client::new(Protocol::Http, gateway.https)
            .ask(http::Method::GET, "/", bytes::Bytes::new())
            .is_err()
    );
    until("it is counted", || {
        (Scrape::of(&gateway).value("gateway_handshake_failures_total") == 1.0).then_some(())
    });
}
