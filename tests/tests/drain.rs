//! Changes under load: nobody notices.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, Setup, until};

const CROWD: usize = 200;

/// A fleet that takes 20 ms per request, a gateway before it, and 200 requests in flight.
fn under_load() -> (Fleet, Gateway, Crowd) {
    let fleet = Fleet::start(3);
    let pool = fleet.pool("balance = \"round-robin\"");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    for server in &fleet.servers {
        server.turn("slow?ms=20");
    }
    let crowd = Crowd::gather(CROWD, Protocol::Http, gateway.http, "/bytes/100");
    crowd.watch(1000);
    (fleet, gateway, crowd)
}

#[test]
fn draining_undraining_reweighting_and_adding_under_load_fail_nothing() {
    let (mut fleet, gateway, crowd) = under_load();
    let drained = &fleet.servers[0];

    gateway.ctl.run("backend drain app-1 -y -m patch --timeout 30s");
    let at_return = drained.requests();
    let shown = gateway.ctl.backend("app-1");
    assert_eq!(shown["standing"], "draining");
    assert_eq!(shown["standing_reason"], "patch");
    assert_eq!(shown["in_flight"], 0, "drain waits for requests in flight");
    crowd.watch(5000);
    assert_eq!(drained.requests(), at_return, "a drained server gets no new request");
    assert_eq!(drained.in_flight(), 0);

    gateway.ctl.run("backend undrain app-1 -y -m patched");
    let before: Vec<u64> = fleet.servers.iter().map(|server| server.requests()).collect();
    crowd.watch(6000);
    let more = fleet.servers.iter().zip(before).map(|(server, before)| server.requests() - before);
    let more: Vec<u64> = more.collect();
    let part = more[0] as f64 / more.iter().sum::<u64>() as f64;
    assert!((0.31..0.36).contains(&part), "its share after undrain: {part:.3} of {more:?}");

    gateway.ctl.run("backend weight app-1=300 app-2=0 -y -m shift");
    crowd.watch(200);
    let [one, two, three] = [0, 1, 2].map(|index: usize| fleet.servers[index].requests());
    crowd.watch(4000);
    assert_eq!(fleet.servers[1].requests(), two, "weight 0 takes no new request");
    let heavy = fleet.servers[0].requests() - one;
    let light = fleet.servers[2].requests() - three;
    let part = heavy as f64 / (heavy + light) as f64;
    assert!((0.70..0.82).contains(&part), "three quarters go to weight 300 of 400: {part:.3}");

    let (name, address) = {
        let added = fleet.join();
        (added.name.clone(), added.address)
    };
    gateway
        .ctl
        .run(&format!("backend add --pool app --name {name} --address {address} -y -m grow"));
    until("the added server gets requests", || (fleet.servers[3].requests() > 100).then_some(()));
    gateway.ctl.run("backend remove app-3 -y -m shrink");
    crowd.watch(4000);

    let ledger = crowd.disperse();
    println!("{} requests, {:?}, {} failed", ledger.sent, ledger.served, ledger.failed.len());
    ledger.assert_none_failed();
    assert!(ledger.sent >= 20_000, "{}", ledger.sent);
    let seen: u64 = fleet.servers.iter().map(|server| server.requests()).sum();
    assert_eq!(seen, ledger.sent, "each request reached one server once");
}

#[test]
fn requests_in_flight_on_a_drained_server_finish() {
    let fleet = Fleet::start(2);
    // One worker, so that one turn goes round: ten for each.
    let pool = fleet.pool("balance = \"round-robin\"");
    let gateway = Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &pool));
    for server in &fleet.servers {
        server.turn("slow?ms=6000");
    }
    let crowd = Crowd::gather(20, Protocol::Http2, gateway.https, "/bytes/10");
    until("ten are in flight on each", || {
        fleet.servers.iter().all(|server| server.in_flight() == 10).then_some(())
    });
    gateway.ctl.run("backend drain app-1 -y --no-wait -m patch");
    assert_eq!(fleet.servers[0].in_flight(), 10, "drain cuts nobody off");
    let drained = gateway.ctl.backend("app-1");
    assert_eq!(drained["in_flight"], 10, "{drained}");
    gateway.ctl.run("backend wait app-1 --for drained --timeout 30s");
    assert_eq!(fleet.servers[0].requests(), 10);
    let ledger = crowd.disperse();
    ledger.assert_none_failed();
    assert_eq!(ledger.by("app-1"), 10);
}
