//! App servers that die, fail and come back.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, until};

#[test]
fn a_killed_server_costs_no_more_than_the_requests_that_were_on_it() {
    let mut fleet = Fleet::start(3);
    let gateway =
        Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("balance = \"least-connections\"")));
    for server in &fleet.servers {
        server.turn("slow?ms=20");
    }
    let crowd = Crowd::gather(60, Protocol::Http, gateway.http, "/bytes/100");
    crowd.watch(500);
    fleet.servers[1].kill();
    gateway.wait_for_health("app-2", "unhealthy");
    let shown = gateway.ctl.backend("app-2");
    assert_eq!(shown["effective_weight"], 0, "{shown}");
    assert!(shown["health_reason"].is_string(), "{shown}");
    crowd.watch(500);
    let failed = crowd.ledger().failed.len();
    assert!(failed <= 40, "{failed} failed; a third of 60 clients were on it, twice at most");

    fleet.servers[1].start_again();
    gateway.wait_for_health("app-2", "healthy");
    until("it gets traffic again", || (fleet.servers[1].requests() > 50).then_some(()));
    crowd.watch(500);
    let ledger = crowd.disperse();
    println!("{} requests, {} failed: {:?}", ledger.sent, ledger.failed.len(), ledger.statuses);
    assert_eq!(ledger.failed.len(), failed, "none failed after it was noticed");
}

#[test]
fn three_failed_probes_make_a_server_unhealthy_and_two_passed_ones_healthy() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].turn("unhealthy?on=true");
    gateway.wait_for_health("app-1", "unhealthy");
    let reason = gateway.ctl.backend("app-1")["health_reason"].to_string();
    assert!(reason.contains("503"), "{reason}");
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..20 {
        assert_eq!(client.get("/headers").served_by(), "app-2");
    }
    fleet.servers[0].turn("unhealthy?on=false");
    gateway.wait_for_health("app-1", "healthy");
    let events = gateway.ctl.run("event tail --kind health --no-follow -o jsonl");
    for word in ["healthy -> unhealthy", "unhealthy -> healthy"] {
        assert!(events.contains(word), "no {word} in {events}");
    }
}

#[test]
fn a_refused_connection_is_tried_once_on_another_server() {
    let mut fleet = Fleet::start(2);
    // Probes so rare that only traffic can notice.
    let pool = fleet.pool("balance = \"round-robin\"").replace("\"200ms\"", "\"60s\"");
    let pool = pool.replace("healthy_after = 2", "healthy_after = 1");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    fleet.servers[0].kill();
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..20 {
        let reply = client.get("/headers");
        assert_eq!((reply.status.as_u16(), reply.served_by()), (200, "app-2"));
    }
}

#[test]
fn when_no_server_is_left_the_answer_says_so_and_names_none() {
    let mut fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let address = fleet.servers[0].address.to_string();
    fleet.servers[0].kill();
    gateway.wait_for_health("app-1", "unhealthy");
    let reply = gateway.client(Protocol::Http).get("/headers");
    assert!([502, 503].contains(&reply.status.as_u16()), "{}", reply.status);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let told = format!("{:?} {}", reply.headers, String::from_utf8_lossy(&reply.body));
    for secret in [&*address, "app-1", "gatewayd", env!("CARGO_PKG_VERSION")] {
        assert!(!told.contains(secret), "{secret} leaks in {told}");
    }
}
