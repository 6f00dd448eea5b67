//! Trials: limits set for a while, candidates beside them, and what they would have done.

use gateway_tests::{Fleet, until};

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
    gateway.ctl.run("limit set all --max 9/hour --ttl 3s -y -m two");
    gateway.kill();
    gateway.start_again();
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
fn shadow_and_enforce_are_verbs() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(FIVE), &fleet);
    gateway.ctl.run("limit shadow all -y");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 9), 9);
    assert_eq!(listed(&gateway)["would_reject_total"], 4);
    gateway.ctl.run("limit enforce all -y");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 1), 0);
}
