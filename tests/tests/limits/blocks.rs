//! Blocks: networks whose clients are refused, until when, and which are not to be.

use gateway_tests::{Client, EVERYTHING, Fleet, Gateway, Protocol, Signal, until};

use crate::{client, statuses, trusting};

/// The blocks as `block list` shows them.
fn blocks(gateway: &Gateway) -> Vec<serde_json::Value> {
    gateway.ctl.items("block list")
}

#[test]
fn a_blocked_network_is_refused_at_once_counted_and_lets_pass_again() {
    let fleet = Fleet::start(1);
    let gateway = trusting(EVERYTHING, &fleet);
    let (mut inside, mut outside) =
        (client(&gateway, "198.51.100.7"), client(&gateway, "198.51.100.16"));
    assert_eq!(statuses(&mut inside, 1), [200]);
    gateway.ctl.run("block add 198.51.100.0/28 --ttl 1h -y -m stuffing");
    assert_eq!(statuses(&mut inside, 3), [403; 3]);
    assert_eq!(statuses(&mut client(&gateway, "::ffff:198.51.100.7"), 1), [403]);
    assert_eq!(statuses(&mut outside, 1), [200]);
    let refused = inside.get("/healthz");
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let block = &blocks(&gateway)[0];
    assert_eq!((&block["network"], &block["hits_total"]), (&"198.51.100.0/28".into(), &5.into()));
    assert_eq!(block["reason"], "stuffing");
    assert!(block["expires"].is_string(), "{block}");
    gateway.ctl.run("block remove 198.51.100.0/28 -y");
    assert_eq!(statuses(&mut inside, 1), [200]);
    assert!(blocks(&gateway).is_empty());
}

#[test]
fn a_block_of_ipv4_may_be_written_as_ipv6() {
    let fleet = Fleet::start(1);
    let gateway = trusting(EVERYTHING, &fleet);
    for written in ["::ffff:198.51.100.7", "64:ff9b::c633:6400/120"] {
        gateway.ctl.run(&format!("block add {written} --ttl 1h -y"));
        assert_eq!(statuses(&mut client(&gateway, "198.51.100.7"), 1), [403], "{written}");
        gateway.ctl.run(&format!("block remove {written} -y"));
        assert_eq!(statuses(&mut client(&gateway, "198.51.100.7"), 1), [200], "{written}");
    }
    let wide = gateway.ctl.try_run("block add ::ffff:0:0/96 --ttl 1h -y");
    assert_eq!(wide.code, 7, "{}", wide.err);
}

#[test]
fn whoever_is_blocked_is_not_even_sent_to_tls() {
    let fleet = Fleet::start(1);
    let gateway = trusting(EVERYTHING, &fleet);
    let from = |address: &str| {
        Client::new(Protocol::Http, gateway.redirect).with("x-forwarded-for", address)
    };
    assert_eq!(statuses(&mut from("198.51.100.7"), 1), [308]);
    gateway.ctl.run("block add 198.51.100.7 --ttl 1h -y");
    assert_eq!(statuses(&mut from("198.51.100.7"), 2), [403; 2]);
    assert_eq!(statuses(&mut from("198.51.100.8"), 1), [308]);
    assert_eq!(blocks(&gateway)[0]["hits_total"], 2);
}

#[test]
fn a_block_outlives_a_crash_and_a_change_of_the_file() {
    let fleet = Fleet::start(1);
    let mut gateway = trusting(EVERYTHING, &fleet);
    gateway.ctl.run("block add 2001:db8:7::/64 --permanent -y -m abuse");
    gateway.kill();
    gateway.start_again();
    assert_eq!(statuses(&mut client(&gateway, "2001:db8:7::1"), 1), [403]);
    let route = "[[route]]\nname = \"new\"\nmatch = { path = \"/new\" }\npool = \"app\"\n\n";
    gateway.write_file(&(EVERYTHING.to_owned() + route + &fleet.pool("")));
    gateway.signal(Signal::SIGHUP);
    until("the file is applied", || {
        let applied = gateway.ctl.items("event list --kind config");
        applied.iter().any(|it| it["what"].as_str().unwrap().contains("2 routes")).then_some(())
    });
    assert_eq!(statuses(&mut client(&gateway, "2001:db8:7::1"), 1), [403]);
    assert_eq!(blocks(&gateway)[0]["expires"], serde_json::Value::Null);
}

#[test]
fn a_block_ends_by_itself_and_an_event_says_so() {
    let fleet = Fleet::start(1);
    let gateway = trusting(EVERYTHING, &fleet);
    gateway.ctl.run("block add 198.51.100.7 --ttl 1s -y");
    let mut blocked = client(&gateway, "198.51.100.7");
    until("it lets pass again", || (statuses(&mut blocked, 1) == [200]).then_some(()));
    assert!(blocks(&gateway).is_empty());
    let events = gateway.ctl.items("event list --kind change");
    let ended = events.iter().find(|event| event["who"] == "gateway").unwrap();
    assert_eq!(ended["target"], "block/198.51.100.7/32", "{ended}");
}

#[test]
fn what_would_hurt_more_than_it_is_meant_to_is_refused_unless_forced() {
    let fleet = Fleet::start(1);
    let gateway = trusting(EVERYTHING, &fleet);
    for (line, code, told) in [
        ("block add 198.0.0.0/15 --ttl 1h -y", 7, "wider than /16"),
        ("block add 2001::/31 --ttl 1h -y", 7, "wider than /32"),
        ("block add 127.0.0.0/8 --ttl 1h -y", 7, "/16"),
        ("block add 127.0.0.1 --ttl 1h -y", 7, "trusted proxies of 127.0.0.0/8"),
        ("block add 127.0.0.1 --ttl 1h", 2, "would have to ask"),
        ("block add 198.51.100.1/24 --ttl 1h -y", 2, "did you mean 198.51.100.0/24?"),
        ("block add everybody --ttl 1h -y", 2, "is not like 192.0.2.7"),
        ("block add 198.51.100.1 -y", 2, "--ttl"),
        ("block remove 198.51.100.1 -y", 2, "is not blocked"),
    ] {
        let said = gateway.ctl.try_run(line);
        assert_eq!(said.code, code, "{line}: {}", said.err);
        assert!(said.err.contains(told), "{line}: {}", said.err);
    }
    let mut own = gateway.ctl.command();
    own.env("SSH_CONNECTION", "203.0.113.9 50000 192.0.2.1 22");
    let refused = own.args(["block", "add", "203.0.113.0/24", "--ttl", "1h", "-y"]).output();
    let refused = refused.unwrap();
    assert_eq!(refused.status.code(), Some(7));
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("your own address 203.0.113.9"), "{told}");
    assert!(blocks(&gateway).is_empty());
    gateway.ctl.run("block add 198.0.0.0/15 --ttl 1h -y --force -m attack");
    assert_eq!(blocks(&gateway).len(), 1);
}
