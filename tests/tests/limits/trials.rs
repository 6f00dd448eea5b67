//! Trials: limits set for a while, candidates beside them, and what they would have done.

use std::io::Write;
use std::net::TcpStream;

use gateway_tests::{Fleet, Gateway, Recorder, until};

use crate::{client, limited, listed, passed, trusting};

const FIVE: &str = "key = \"client-ip\"\nmax = \"5/hour\"";

#[test]
fn a_limit_that_was_set_for_a_while_goes_back_by_itself() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    gateway.ctl.run("limit set all --max 8/hour --ttl 2s -y -m incident");
    let limit = listed(&gateway);
    assert_eq!((&limit["max"], &limit["then"]), (&"8/hour".into(), &"5/hour enforce".into()));
    assert!(limit["expires"].is_string(), "{limit}");
    let mut noisy = client(&gateway, "198.51.100.1");
    assert_eq!(passed(&mut noisy, 9), 8);
    until("it is as it was", || (listed(&gateway)["max"] == "5/hour").then_some(()));
    assert!(listed(&gateway)["expires"].is_null());
    assert_eq!(passed(&mut noisy, 3), 0, "what was used counts on");
    let events = gateway.ctl.items("event list");
    assert!(events.iter().any(|it| it["kind"] == "limit" && it["target"] == "limit/all"));
    assert!(events.iter().any(|it| it["who"] == "gateway" && it["target"] == "limit/all"));
}

#[test]
fn a_limit_set_again_for_a_while_goes_back_to_what_it_was_first_even_after_a_crash() {
    let fleet = Fleet::start(1);
    let mut gateway = trusting(&limited(FIVE), &fleet);
    gateway.ctl.run("limit set all --max 8/hour --ttl 1h -y -m one");
    gateway.kill();
    gateway.start_again();
    let limit = listed(&gateway);
    assert_eq!((&limit["max"], &limit["then"]), (&"8/hour".into(), &"5/hour enforce".into()));
    gateway.ctl.run("limit set all --max 9/hour --ttl 1s -y -m two");
    until("it is as the file says", || (listed(&gateway)["max"] == "5/hour").then_some(()));
}

#[test]
fn a_candidate_counts_what_it_would_refuse_refuses_nobody_and_can_be_promoted() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"100/hour\""), &fleet);
    gateway.ctl.run("limit set all --candidate 3/hour -y");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 10), 10);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.2"), 4), 4);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.3"), 2), 2);
    let limit = listed(&gateway);
    assert_eq!(limit["candidate"], "3/hour", "{limit}");
    assert_eq!(limit["candidate_would_reject_total"], 8, "{limit}");
    assert_eq!(limit["candidate_clients"], 2, "{limit}");
    assert_eq!(limit["rejected_total"], 0, "{limit}");
    gateway.ctl.run("limit promote all --force -y -m tried");
    let limit = listed(&gateway);
    assert_eq!((&limit["max"], &limit["candidate"]), (&"3/hour".into(), &serde_json::Value::Null));
    assert_eq!(passed(&mut client(&gateway, "198.51.100.2"), 1), 0, "what it used counts");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.3"), 2), 1);
    let said = gateway.ctl.try_run("limit promote all -y");
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("has no candidate"), "{}", said.err);
}

#[test]
fn what_was_set_for_good_does_not_end_with_what_was_set_for_a_while() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    gateway.ctl.run("limit set all --max 8/hour --ttl 2s -y -m incident");
    gateway.ctl.run("limit set all --mode shadow -y");
    gateway.ctl.run("block add 198.51.100.7 --permanent -y -m abuse");
    gateway.ctl.run("block add 198.51.100.7 --ttl 1s -y -m again");
    assert_eq!(gateway.ctl.items("block list")[0]["then"], "blocked by root");
    until("the rule is as it was", || (listed(&gateway)["max"] == "5/hour").then_some(()));
    assert_eq!(listed(&gateway)["mode"], "shadow");
    let block = until("the block is as it was", || {
        let block = gateway.ctl.items("block list")[0].clone();
        block["expires"].is_null().then_some(block)
    });
    assert_eq!(block["reason"], "abuse", "{block}");
    gateway.ctl.run("limit set all --max 9/hour --ttl 1s -y");
    gateway.ctl.run("limit set all --max 9/hour -y");
    let limit = listed(&gateway);
    assert_eq!((&limit["max"], &limit["expires"]), (&"9/hour".into(), &serde_json::Value::Null));
    let said = gateway.ctl.try_run("limit set all --candidate 3/hour --ttl 1h -y");
    assert_eq!(said.code, 2, "{}", said.err);
}

#[test]
fn a_candidate_may_be_of_what_is_under_way() {
    let backend = Recorder::start(|call| {
        call.request();
        call.wait_until_left();
    });
    let rest = limited("key = \"client-ip\"\nconcurrent = 20") + &Recorder::pool(&[&backend], "");
    let gateway = Gateway::start(&rest);
    let said = gateway.ctl.try_args(&["limit", "set", "all", "--candidate", "2 at once", "-y"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let ask = |number: usize| {
        let mut stream = TcpStream::connect(gateway.http).unwrap();
        stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n").unwrap();
        until("it is with the backend", || (backend.requests().len() == number).then_some(()));
        stream
    };
    let would = || listed(&gateway)["candidate_would_reject_total"].as_u64().unwrap();
    let first = [ask(1), ask(2)];
    assert_eq!(would(), 0);
    let third = ask(3);
    assert_eq!(would(), 1, "nobody was refused, but it would have been");
    drop(first);
    drop(third);
    // Whoever left has given its place back: two more fit again.
    let mut number = 3;
    until("the candidate has two free places", || {
        let before = would();
        let _two = [ask(number + 1), ask(number + 2)];
        number += 2;
        (would() == before).then_some(())
    });
}

#[test]
fn a_candidate_counts_for_wide_prefixes_and_multipliers_what_enforcing_would() {
    let fleet = Fleet::start(1);
    let keys = |max: &str| {
        format!(
            "key = \"client-ip\"\nmax = \"{max}\"\nv6_wide = {{ prefix = 48, times = 2 }}\n\
             multipliers = [{{ network = \"198.51.100.0/24\", times = 2 }}]"
        )
    };
    let (trying, enforcing) = (
        trusting(&limited(&keys("100/hour")), &fleet),
        trusting(&limited(&keys("3/hour")), &fleet),
    );
    trying.ctl.run("limit set all --candidate 3/hour -y");
    for gateway in [&trying, &enforcing] {
        for address in
            ["198.51.100.1", "192.0.2.1", "2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:3::1"]
        {
            passed(&mut client(gateway, address), 8);
        }
    }
    let (would, does) = (listed(&trying), listed(&enforcing));
    assert_eq!(does["rejected_total"], 2 + 5 + 5 + 5 + 8, "{does}");
    assert_eq!(would["candidate_would_reject_total"], does["rejected_total"], "{would}");
    let tried = &trying.ctl.items("limit simulate all --max 3/hour")[0];
    assert_eq!(tried["would_reject"], 2 + 5 + 5 + 5 + 5, "each /64 by itself: {tried}");
    let top = &would["candidate_top"][0];
    assert_eq!(
        (&top["client"], &top["rejected"]),
        (&"2001:db8:1:3::1".into(), &8.into()),
        "{would}"
    );
    let rows = trying.ctl.items("limit rejections --would");
    assert!(rows.iter().all(|row| row["by"] == "candidate"), "{rows:?}");
    assert_eq!(rows.len(), 6, "five clients, and a network: {rows:?}");
    assert!(trying.ctl.items("limit rejections").is_empty(), "nobody was refused");
}

#[test]
fn shadow_and_enforce_are_verbs() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    gateway.ctl.run("limit shadow all -y");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 9), 9);
    assert_eq!(listed(&gateway)["would_reject_total"], 4);
    let said = gateway.ctl.try_run("limit enforce all -y");
    assert_eq!(said.code, 7, "it refuses the only client there is: {}", said.err);
    gateway.ctl.run("limit enforce all -y --force -m enough");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 1), 0);
}
