//! Starting, signalling and ending the daemon.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, Signal, until};

fn revision(gateway: &Gateway) -> u64 {
    gateway.ctl.items("status")[0]["revision"].as_u64().unwrap()
}

#[test]
fn sigterm_finishes_what_is_in_flight_and_exits_with_zero() {
    let fleet = Fleet::start(1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].turn("slow?ms=1000");
    let asking = [Protocol::Http, Protocol::Http2].map(|protocol| {
        let mut client = gateway.client(protocol);
        thread::spawn(move || client.get("/bytes/1000"))
    });
    until("both are in flight", || (fleet.servers[0].in_flight() == 2).then_some(()));
    gateway.signal(Signal::SIGTERM);
    for one in asking {
        let reply = one.join().unwrap();
        assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 1000));
    }
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(std::net::TcpStream::connect(gateway.http).is_err());
}

#[test]
fn sighup_applies_the_file_as_one_change_and_drops_nobody() {
    let mut fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let crowd = Crowd::gather(10, Protocol::Http, gateway.http, "/bytes/10");
    crowd.watch(100);
    let before = revision(&gateway);
    fleet.join();
    gateway.write_file(&(EVERYTHING.to_owned() + &fleet.weighted_pool("", &[100, 50, 100])));
    gateway.signal(Signal::SIGHUP);
    until("the file is applied", || (revision(&gateway) > before).then_some(()));
    assert_eq!(revision(&gateway), before + 1);
    assert_eq!(gateway.ctl.backend("app-2")["weight"], 50);
    until("the new server gets requests", || (fleet.servers[2].requests() > 10).then_some(()));
    crowd.disperse().assert_none_failed();
}

#[test]
fn a_bad_file_changes_nothing_and_the_log_says_why() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let before = revision(&gateway);
    gateway.write_file(&(EVERYTHING.to_owned() + &fleet.pool("balanse = \"round-robin\"")));
    gateway.signal(Signal::SIGHUP);
    until("the log names the mistake", || gateway.log().contains("balanse").then_some(()));
    assert_eq!(revision(&gateway), before);
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
}

#[test]
fn the_metrics_listener_tells_and_changes_nothing() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..7 {
        client.get("/bytes/1");
    }
    assert_eq!(gateway.ask_metrics("/livez").status, 200);
    assert_eq!(gateway.ask_metrics("/readyz").status, 200);
    until("the seven requests are counted", || {
        let text = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
        let mut samples = text.lines().filter(|line| line.starts_with("gateway_requests_total"));
        samples.any(|line| line.ends_with(" 7")).then_some(())
    });
    let mut metrics = gateway_tests::Client::new(Protocol::Http, gateway.metrics);
    assert_eq!(metrics.post("/metrics", "text/plain", String::new()).status, 405);
    assert_eq!(metrics.get("/anything").status, 404);
}

#[test]
fn a_gateway_without_a_server_lives_and_is_not_ready() {
    let mut fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].kill();
    gateway.wait_for_health("app-1", "unhealthy");
    until("it says it is not ready", || {
        (gateway.ask_metrics("/readyz").status == 503).then_some(())
    });
    assert_eq!(gateway.ask_metrics("/livez").status, 200);
    assert_eq!(gateway.ctl.try_run("status").code, 3, "degraded");
}
