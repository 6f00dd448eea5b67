//! The app server of the demo, asked without a gateway in between.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::TcpStream;
use std::process::Command;

use bytes::Bytes;
use gateway_tests::{Client, Crowd, Fleet, Protocol, gatewayd, until};
use http::Method;

#[test]
fn any_server_answers_the_code_that_another_made() {
    let fleet = Fleet::start(2);
    let [mut one, mut other] =
        [0, 1].map(|n| Client::new(Protocol::Http, fleet.servers[n].address));

    let created = one.shorten("https://example.org/a?b=c");
    assert_eq!(created.status, 201);
    assert_eq!(created.served_by(), "app-1");
    let short = created.header("location").to_owned();
    assert_eq!(created.json()["short"], short.as_str());
    assert_eq!(created.json()["url"], "https://example.org/a?b=c");

    let followed = other.get(&short);
    assert_eq!(followed.status, 302);
    assert_eq!(followed.header("location"), "https://example.org/a?b=c");
    assert_eq!(followed.served_by(), "app-2");
    assert_eq!(other.get("/nobody1").status, 404);
}

#[test]
fn a_form_is_as_good_as_json_and_nonsense_is_told_what_is_wrong() {
    let fleet = Fleet::start(1);
    let mut client = Client::new(Protocol::Http, fleet.servers[0].address);
    let form = "application/x-www-form-urlencoded";
    let made = client.post("/urls", form, "url=https%3A%2F%2Fexample.org%2F".into());
    assert_eq!(made.status, 201);
    assert_eq!(made.json()["url"], "https://example.org/");

    for (content_type, body, status) in [
        (form, "link=x".to_owned(), 400),
        ("application/json", r#"{"url": "ftp://example.org"}"#.to_owned(), 400),
        ("application/json", "x".repeat(20_000), 413),
        ("text/plain", "https://example.org".to_owned(), 415),
    ] {
        let refused = client.post("/urls", content_type, body);
        assert_eq!(refused.status, status);
        assert_eq!(refused.header("content-type"), "application/problem+json");
        assert_eq!(refused.json()["status"], status);
    }
    assert_eq!(client.get("/urls").header("allow"), "POST");
}

#[test]
fn one_that_is_killed_is_gone_and_a_cold_one_answers_later() {
    let fleet = Fleet::start(2);
    let mut client = Client::new(Protocol::Http, fleet.servers[0].address);
    fleet.servers[0].turn("cold?on=true");
    let began = std::time::Instant::now();
    assert_eq!(client.get("/headers").status, 200);
    assert!(began.elapsed() >= std::time::Duration::from_millis(50), "it is cold");
    fleet.servers[0].turn("cold?on=false");
    let mut killed = Client::new(Protocol::Http, fleet.servers[1].address);
    assert!(killed.ask(Method::POST, "/debug/kill", Bytes::new()).is_err());
    until("nobody listens there", || {
        TcpStream::connect(fleet.servers[1].address).is_err().then_some(())
    });
}

#[test]
fn knobs_make_it_slow_failing_and_unhealthy() {
    let fleet = Fleet::start(1);
    let server = &fleet.servers[0];
    let mut client = Client::new(Protocol::Http, server.address);
    server.turn("fail?on=true");
    assert_eq!(client.get("/headers").status, 503);
    assert_eq!(client.get("/healthz").status, 200);
    server.turn("fail?on=false");
    server.turn("unhealthy?on=true");
    assert_eq!(client.get("/headers").status, 200);
    assert_eq!(client.get("/healthz").status, 503);
    assert_eq!(server.requests(), 2);

    server.turn("slow?ms=60000");
    let crowd = Crowd::gather(3, Protocol::Http, server.address, "/headers");
    gateway_tests::until("three are in flight", || (server.in_flight() == 3).then_some(()));
    drop(fleet);
    assert!(crowd.disperse().failed.len() >= 3);
}

#[test]
fn its_load_is_told_in_each_answer() {
    let fleet = Fleet::start(1);
    let reply = Client::new(Protocol::Http, fleet.servers[0].address).get("/bytes/100000");
    assert_eq!(reply.body.len(), 100_000);
    let report = reply.header("endpoint-load-metrics");
    assert!(report.starts_with("TEXT cpu_utilization=0."), "{report}");
}

#[test]
fn the_same_seed_loads_the_same() {
    let reports = [7, 7].map(|seed| {
        let fleet = Fleet::start(1);
        let address = fleet.servers[0].address;
        let output = Command::new(gatewayd())
            .args(["demo", "load", "--rate=50", "--duration=1s", "--report=json"])
            .args([format!("--target=http://{address}"), format!("--seed={seed}")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        let last: serde_json::Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_eq!(last["sent"], fleet.servers[0].requests());
        assert_eq!(last["failed"], 0);
        assert!(last["sent"].as_u64().unwrap() > 20, "{last}");
        last
    });
    assert_eq!(reports[0], reports[1]);
}
