//! Limits: what one address may ask, what the rejected one hears, and who is not concerned.

use std::thread;
use std::time::Duration;

use gateway_tests::{Fleet, Gateway, Protocol, shortener};

use crate::trusting;

#[test]
fn the_101st_creation_of_an_address_is_rejected_and_nothing_else_is() {
    let fleet = Fleet::start(3);
    let gateway = trusting(&shortener("100/minute", "1000/minute"), &fleet);
    let mut noisy = gateway.client(Protocol::Https).with("x-forwarded-for", "198.51.100.7");
    let mut short = String::new();
    for number in 0..100 {
        let created = noisy.shorten(&format!("https://example.org/{number}"));
        assert_eq!(created.status, 201, "creation {number}");
        short = created.header("location").to_owned();
    }

    let rejected = noisy.shorten("https://example.org/one-too-many");
    assert_eq!(rejected.status, 429);
    assert_eq!(rejected.header("content-type"), "application/problem+json");
    assert_eq!(rejected.json()["status"], 429);
    let wait: u64 = rejected.header("retry-after").parse().unwrap();
    // A spent minute is counted until its last sixth has passed: 72 s, and a tenth of jitter.
    assert!((1..=80).contains(&wait), "{wait}");

    assert_eq!(noisy.get(&short).status, 302, "redirects of the same address pass");
    let mut other = gateway.client(Protocol::Http2).with("x-forwarded-for", "198.51.100.8");
    assert_eq!(other.shorten("https://example.org/other").status, 201, "another address passes");

    let seen: u64 = fleet.servers.iter().map(|server| server.requests()).sum();
    assert_eq!(seen, 102, "the rejected request reached no server");
    let limits = gateway.ctl.items("limit list");
    let create = limits.iter().find(|limit| limit["name"] == "create-per-ip").unwrap();
    assert_eq!(create["passed_total"], 101, "{create}");
    assert_eq!(create["rejected_total"], 1, "{create}");
}

#[test]
fn one_allowance_counts_over_all_protocols_connections_and_workers() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&shortener("20/minute", "1000/minute"), &fleet);
    let mut created = 0;
    for round in 0..10 {
        for protocol in [Protocol::Http, Protocol::Https, Protocol::Http2] {
            let mut client = gateway.client(protocol).with("x-forwarded-for", "198.51.100.9");
            let reply = client.shorten(&format!("https://example.org/{round}/{protocol:?}"));
            created += u32::from(reply.status == 201);
        }
    }
    assert_eq!(created, 20);
}

#[test]
fn retry_after_is_true() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&shortener("5/3s", "1000/minute"), &fleet);
    let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", "198.51.100.10");
    let mut rejected = None;
    for number in 0..6 {
        let reply = client.shorten(&format!("https://example.org/{number}"));
        assert_eq!(reply.status == 429, number == 5, "creation {number}: {}", reply.status);
        rejected = Some(reply);
    }
    let wait: u64 = rejected.unwrap().header("retry-after").parse().unwrap();
    assert!((1..=4).contains(&wait), "{wait}");
    // The wait itself is the promise.
    thread::sleep(Duration::from_secs(wait));
    assert_eq!(client.shorten("https://example.org/again").status, 201);
}

#[test]
fn a_forged_header_from_an_untrusted_peer_changes_nothing() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(shortener("10/minute", "1000/minute") + &fleet.pool("")));
    let mut statuses = Vec::new();
    for number in 0..11 {
        let forged = format!("198.51.100.{number}");
        let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", &forged);
        statuses.push(client.shorten("https://example.org/").status.as_u16());
    }
    assert_eq!(statuses[..10], [201; 10]);
    assert_eq!(statuses[10], 429);
}

#[test]
fn a_limit_set_by_an_operator_holds_at_once_and_keeps_its_counts() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&shortener("5/minute", "1000/minute"), &fleet);
    let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", "198.51.100.11");
    let mut create = || client.shorten("https://example.org/").status.as_u16();
    assert_eq!([0; 6].map(|_| create()), [201, 201, 201, 201, 201, 429]);
    gateway.ctl.run("limit set create-per-ip --max 8/minute -y -m more");
    assert_eq!([0; 4].map(|_| create()), [201, 201, 201, 429]);
}
