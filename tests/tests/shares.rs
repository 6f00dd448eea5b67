//! Who gets how much: balancing seen from a client.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::process::Command;
use std::thread;

use gateway_tests::{Client, EVERYTHING, Fleet, Gateway, Protocol, Setup, until};

const ALL: [Protocol; 3] = [Protocol::Http, Protocol::Https, Protocol::Http2];

/// How many of `count` requests each server answers.
fn shares(client: &mut Client, count: u32) -> Vec<u32> {
    let mut served = BTreeMap::<String, u32>::new();
    for _ in 0..count {
        let reply = client.get("/bytes/10");
        assert_eq!(reply.status, 200);
        *served.entry(reply.served_by().to_owned()).or_default() += 1;
    }
    served.into_values().collect()
}

#[test]
fn three_hundred_requests_in_round_robin_land_a_hundred_on_each_of_three() {
    let fleet = Fleet::start(3);
    let gateway =
        Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("balance = \"round-robin\"")));
    for protocol in ALL {
        assert_eq!(shares(&mut gateway.client(protocol), 300), [100, 100, 100], "{protocol:?}");
    }
}

#[test]
fn weights_one_two_three_land_fifty_hundred_hundred_fifty() {
    let fleet = Fleet::start(3);
    let pool = fleet.weighted_pool("balance = \"round-robin\"", &[100, 200, 300]);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    for protocol in ALL {
        assert_eq!(shares(&mut gateway.client(protocol), 300), [50, 100, 150], "{protocol:?}");
    }
}

#[test]
fn a_weight_of_zero_takes_nothing() {
    let fleet = Fleet::start(2);
    let pool = fleet.weighted_pool("balance = \"round-robin\"", &[0, 100]);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &pool));
    assert_eq!(shares(&mut gateway.client(Protocol::Http), 50), [50]);
    assert_eq!(fleet.servers[0].requests(), 0);
}

#[test]
fn curl_speaks_http2_and_http1_to_the_same_port() {
    let fleet = Fleet::start(3);
    let gateway =
        Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("balance = \"round-robin\"")));
    for (flag, version) in [("--http2", "2 200"), ("--http1.1", "1.1 200")] {
        let url = format!("https://localhost:{}/bytes/[1-30]", gateway.https.port());
        let format = "%{http_version} %{http_code}\n";
        let output = Command::new("curl")
            .args(["--silent", "--insecure", "--output", "/dev/null", "--write-out", format])
            .args([flag, &url])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said.lines().filter(|line| *line == version).count(), 30, "{flag}: {said}");
    }
    let seen: Vec<u64> = fleet.servers.iter().map(|server| server.requests()).collect();
    assert_eq!(seen, [20, 20, 20]);
}

#[test]
fn least_connections_prefers_the_idle_server_while_another_is_slow() {
    let fleet = Fleet::start(2);
    let slow = &fleet.servers[0];
    let gateway =
        Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("balance = \"least-connections\"")));
    slow.turn("slow?ms=5000");
    thread::scope(|scope| {
        // One after the other, until one is on the slow server and waits there.
        while slow.in_flight() == 0 {
            let asking = scope.spawn(|| {
                assert_eq!(gateway.client(Protocol::Http).get("/headers").status, 200);
            });
            until("it is answered, or waits", || {
                (asking.is_finished() || slow.in_flight() > 0).then_some(())
            });
        }
        let before = slow.requests();
        let mut client = gateway.client(Protocol::Http);
        for _ in 0..50 {
            assert_eq!(client.get("/headers").served_by(), "app-2");
        }
        assert_eq!(slow.requests(), before);
    });
}

#[test]
fn consistent_hashing_keeps_each_client_on_its_server_when_another_goes() {
    let fleet = Fleet::start(4);
    let gateway = Setup::default().trusting("127.0.0.0/8").start(
        &(EVERYTHING.to_owned()
            + &fleet.pool("balance = \"consistent-hash\"\nhash_key = \"client-ip\"")),
    );
    let place = |client: u32| {
        let address = format!("198.51.100.{client}");
        let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", &address);
        client.get("/headers").served_by().to_owned()
    };
    let before: Vec<String> = (0..120).map(place).collect();
    let again: Vec<String> = (0..120).map(place).collect();
    assert_eq!(before, again);
    for server in &fleet.servers {
        assert!(before.contains(&server.name), "{} has no client", server.name);
    }

    gateway.ctl.run("backend remove app-3 -y -m smaller");
    let after: Vec<String> = (0..120).map(place).collect();
    let moved = before.iter().zip(&after).filter(|(from, to)| *from != "app-3" && from != to);
    assert_eq!(moved.count(), 0, "clients of other servers moved");
    assert!(!after.contains(&"app-3".to_owned()));
}
