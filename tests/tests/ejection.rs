//! Ejection and panic: servers whose probes pass while their answers fail, and pools that are mostly ill.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gateway_tests::{
    Call, Client, EVERYTHING, Fleet, Gateway, Protocol, Recorder, Setup, pool_of, until,
};

/// Servers that pass their probes, and answer 503 at once while they are told to.
struct Flaky {
    servers: Vec<(Recorder, Arc<AtomicBool>)>,
}

impl Flaky {
    fn start(count: usize) -> Flaky {
        let one = |_| {
            let fails = Arc::new(AtomicBool::new(false));
            let told = Arc::clone(&fails);
            let server = Recorder::start(move |call: &mut Call| {
                while let Some(request) = call.request() {
                    match told.load(Ordering::Relaxed) {
                        true => call.say("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
                        false => call.answer(&request),
                    }
                }
            });
            (server, fails)
        };
        Flaky { servers: (0..count).map(one).collect() }
    }

    fn fail(&self, server: usize, fails: bool) {
        self.servers[server].1.store(fails, Ordering::Relaxed);
    }

    /// Requests that each was asked so far.
    fn asked(&self) -> Vec<usize> {
        self.servers.iter().map(|(server, _)| server.requests().len()).collect()
    }

    /// A gateway with one worker, so that the order of requests is that of the client.
    fn behind(&self, keys: &str) -> Gateway {
        let addresses: Vec<SocketAddr> = self.servers.iter().map(|(it, _)| it.address).collect();
        Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &pool_of(&addresses, keys)))
    }
}

/// Asks until the server at `place` has been asked `more` times more.
fn ask_until_asked(client: &mut Client, flaky: &Flaky, place: usize, more: usize) {
    let goal = flaky.asked()[place] + more;
    for number in 0..4000 {
        if flaky.asked()[place] >= goal {
            return;
        }
        client.get(&format!("/{number}"));
    }
    panic!("the server was not asked {more} times more: {:?}", flaky.asked());
}

fn events(gateway: &Gateway) -> String {
    gateway.ctl.run("event tail --kind health --no-follow -o jsonl")
}

fn metric(gateway: &Gateway, line: &str) -> bool {
    let text = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
    text.lines().any(|it| it == line)
}

#[test]
fn a_server_that_fails_fast_attracts_no_extra_traffic_is_ejected_and_comes_back() {
    // The others ask it less from its first failure on: `balancing.rs` holds them to that.
    for balance in ["round-robin", "consistent-hash\"\nhash_key = \"path"] {
        let flaky = Flaky::start(3);
        let keys = format!("balance = \"{balance}\"\nejection = {{ time = \"8s\" }}");
        let gateway = flaky.behind(&keys);
        let mut client = gateway.client(Protocol::Http);
        flaky.fail(0, true);
        let mut failed = 0;
        for number in 0..300 {
            let fails = client.get(&format!("/{number}")).status == 503;
            failed += u32::from(fails);
            if fails && failed == 5 {
                gateway.wait_for_health("app-1", "ejected");
            }
        }
        assert_eq!(failed, 5, "{balance}: {:?}", flaky.asked());
        assert_eq!(flaky.asked()[0], 5, "{balance}");
        let shown = gateway.ctl.backend("app-1");
        let reason = shown["health_reason"].as_str().unwrap();
        assert_eq!(reason, "5 failed in a row, the last with 503; out for 8s", "{balance}");
        assert_eq!(shown["state"], "ejected", "{shown}");
        assert_eq!(shown["effective_weight"], 0, "{shown}");
        assert_ne!(shown["health_until"], serde_json::Value::Null, "{shown}");
        flaky.fail(0, false);
        gateway.wait_for_health("app-1", "healthy");
        ask_until_asked(&mut client, &flaky, 0, 3);
        let told = events(&gateway);
        for words in ["healthy -> ejected: 5 failed in a row", "ejected -> healthy: its time"] {
            assert!(told.contains(words), "{balance}: no {words} in {told}");
        }
        assert!(metric(&gateway, "gateway_pool_ejections_total{pool=\"app\"} 1"));
    }
}

#[test]
fn a_server_that_fails_again_is_out_for_twice_as_long() {
    let flaky = Flaky::start(2);
    let gateway = flaky.behind("ejection = { failures = 2, time = \"500ms\" }");
    let mut client = gateway.client(Protocol::Http);
    flaky.fail(0, true);
    let told = "2 failed in a row, the last with 503; out for 1s, the 2. time";
    until("it is out for the second time", || {
        client.get("/");
        events(&gateway).contains(told).then_some(())
    });
}

#[test]
fn failures_with_a_success_between_them_eject_nobody() {
    let flaky = Flaky::start(2);
    let gateway = flaky.behind("ejection = { failures = 3 }");
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..5 {
        flaky.fail(0, true);
        ask_until_asked(&mut client, &flaky, 0, 2);
        flaky.fail(0, false);
        ask_until_asked(&mut client, &flaky, 0, 1);
    }
    flaky.fail(0, true);
    until("three in a row do", || {
        client.get("/");
        (gateway.ctl.backend("app-1")["health"] == "ejected").then_some(())
    });
    assert!(metric(&gateway, "gateway_pool_ejections_total{pool=\"app\"} 1"));
}

#[test]
fn where_half_is_ejected_the_rest_stays_and_so_does_the_last() {
    let flaky = Flaky::start(2);
    let gateway = flaky.behind("ejection = { time = \"1h\", longest = \"1h\" }");
    let mut client = gateway.client(Protocol::Http);
    (0..2).for_each(|server| flaky.fail(server, true));
    until("one is ejected, and the other spared again and again", || {
        client.get("/");
        metric(&gateway, "gateway_pool_ejections_spared_total{pool=\"app\"} 5").then_some(())
    });
    assert!(metric(&gateway, "gateway_pool_ejections_total{pool=\"app\"} 1"));
    let pool = &gateway.ctl.items("pool list")[0];
    assert_eq!((&pool["ready"], &pool["panic"]), (&1.into(), &false.into()), "{pool}");
}

#[test]
fn the_only_server_is_never_ejected() {
    let flaky = Flaky::start(1);
    let gateway = flaky.behind("");
    let mut client = gateway.client(Protocol::Http);
    flaky.fail(0, true);
    for _ in 0..20 {
        assert_eq!(client.get("/").status, 503);
    }
    assert_eq!(flaky.asked(), [20], "each of them reached it");
    flaky.fail(0, false);
    assert_eq!(client.get("/").status, 200);
    // Of failures that come at once, five in a row may be judged together with the next five.
    let spared = |times| format!("gateway_pool_ejections_spared_total{{pool=\"app\"}} {times}");
    until("it was spared", || (1..=4).any(|times| metric(&gateway, &spared(times))).then_some(()));
    assert!(metric(&gateway, "gateway_pool_ejections_total{pool=\"app\"} 0"));
}

#[test]
fn an_ejection_survives_changes_that_do_not_concern_it() {
    let flaky = Flaky::start(3);
    let gateway = flaky.behind("ejection = { time = \"1h\", longest = \"1h\" }");
    let mut client = gateway.client(Protocol::Http);
    flaky.fail(0, true);
    ask_until_asked(&mut client, &flaky, 0, 5);
    gateway.wait_for_health("app-1", "ejected");
    gateway.ctl.run("backend weight app-2=50 -y -m smaller");
    for _ in 0..20 {
        assert_eq!(client.get("/").status, 200);
    }
    assert_eq!(gateway.ctl.backend("app-1")["health"], "ejected");
    // Who was repaired in maintenance is checked anew.
    gateway.ctl.run("backend maintenance app-1 -y -m repair");
    flaky.fail(0, false);
    gateway.ctl.run("undrain app-1 -y -m repaired");
    gateway.wait_for_health("app-1", "healthy");
}

#[test]
fn a_killed_server_is_left_alone_before_its_probes_notice() {
    let mut fleet = Fleet::start(3);
    // Probes so rare that only traffic can notice.
    let pool = fleet.pool("balance = \"least-connections\"").replace("\"200ms\"", "\"60s\"");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    fleet.servers[0].kill();
    let mut client = gateway.client(Protocol::Http);
    until("it is ejected", || {
        assert_eq!(client.get("/headers").status, 200, "another one is tried");
        (gateway.ctl.backend("app-1")["health"] == "ejected").then_some(())
    });
    let reason = gateway.ctl.backend("app-1")["health_reason"].to_string();
    assert!(reason.contains("the last with no whole answer"), "{reason}");
}

#[test]
fn when_fewer_than_half_are_healthy_all_are_used_and_everybody_is_told() {
    let fleet = Fleet::start(3);
    let gateway =
        Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("balance = \"round-robin\"")));
    fleet.servers[0].turn("unhealthy?on=true");
    gateway.wait_for_health("app-1", "unhealthy");
    let pool = || gateway.ctl.items("pool list")[0].clone();
    assert_eq!(pool()["panic"], false, "two of three are enough");
    fleet.servers[1].turn("unhealthy?on=true");
    gateway.wait_for_health("app-2", "unhealthy");
    until("the pool is in panic", || (pool()["panic"] == true).then_some(()));
    let before: Vec<u64> = fleet.servers.iter().map(|server| server.requests()).collect();
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..30 {
        assert_eq!(client.get("/headers").status, 200);
    }
    for (server, before) in fleet.servers.iter().zip(before) {
        assert_eq!(server.requests() - before, 10, "{}", server.name);
    }
    assert_eq!(pool()["ready"], 1, "those that are healthy");
    assert!(metric(&gateway, "gateway_pool_panic{pool=\"app\"} 1"));
    assert!(metric(&gateway, "gateway_pool_panics_total{pool=\"app\"} 1"));
    fleet.servers[1].turn("unhealthy?on=false");
    gateway.wait_for_health("app-2", "healthy");
    until("it is over", || (pool()["panic"] == false).then_some(()));
    for _ in 0..20 {
        assert_ne!(client.get("/headers").served_by(), "app-1");
    }
    let told = events(&gateway);
    for words in ["panic: 1 of 3 backends are healthy", "panic is over: 2 of 3 backends"] {
        assert!(told.contains(words), "no {words} in {told}");
    }
}

#[test]
fn a_drained_server_is_not_called_in_by_a_panic() {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.ctl.run("drain app-3 -y -m patch");
    for number in 0..2 {
        fleet.servers[number].turn("unhealthy?on=true");
        gateway.wait_for_health(&format!("app-{}", number + 1), "unhealthy");
    }
    let pool = || gateway.ctl.items("pool list")[0].clone();
    until("the pool is in panic", || (pool()["panic"] == true).then_some(()));
    let before = fleet.servers[2].requests();
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..20 {
        assert_ne!(client.get("/headers").served_by(), "app-3");
    }
    assert_eq!(fleet.servers[2].requests(), before);
}
