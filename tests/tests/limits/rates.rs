//! Rates: so many on average, so many at once, and how a limit becomes another.

use gateway_tests::Fleet;

use crate::{client, limited, listed, passed, statuses, trusting};

const RATE: &str = "key = \"client-ip\"\nrate = \"1/minute\"\nburst = 5";

#[test]
fn a_burst_passes_at_once_and_then_the_rate_decides() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(RATE), &fleet);
    let mut noisy = client(&gateway, "198.51.100.1");
    assert_eq!(statuses(&mut noisy, 6), [200, 200, 200, 200, 200, 429]);
    let wait: u64 = noisy.get("/healthz").header("retry-after").parse().unwrap();
    assert!((50..=66).contains(&wait), "a minute, and a tenth at most: {wait}");
    assert_eq!(passed(&mut client(&gateway, "198.51.100.2"), 5), 5, "nobody else is concerned");
    let limit = listed(&gateway);
    assert_eq!((&limit["rate"], &limit["burst"]), (&"1/minute".into(), &5.into()), "{limit}");
    assert!(limit["max"].is_null(), "{limit}");
}

#[test]
fn what_was_used_counts_on_whatever_a_limit_becomes() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited(RATE), &fleet);
    let mut noisy = client(&gateway, "198.51.100.1");
    assert_eq!(passed(&mut noisy, 9), 5);
    gateway.ctl.run("limit set all --burst 7 -y -m more");
    assert_eq!(passed(&mut noisy, 9), 2);
    gateway.ctl.run("limit set all --max 10/hour -y -m strict");
    assert_eq!(passed(&mut noisy, 9), 3, "10 in the hour, less 7");
    gateway.ctl.run("limit set all --rate 1/hour --burst 12 -y -m loose");
    assert_eq!(passed(&mut noisy, 9), 2);
    assert_eq!(listed(&gateway)["configured"], "1/minute burst 5");
}

#[test]
fn an_operators_rate_outlives_the_gateway_and_a_file_that_did_not_change() {
    let fleet = Fleet::start(1);
    let mut gateway = trusting(&limited(RATE), &fleet);
    gateway.ctl.run("limit set all --rate 1/minute --burst 3 -y -m less");
    gateway.kill();
    gateway.start_again();
    assert_eq!(listed(&gateway)["burst"], 3);
    assert_eq!(passed(&mut client(&gateway, "198.51.100.1"), 9), 3);
}

#[test]
fn what_makes_no_rule_is_refused_with_the_way_out() {
    let fleet = Fleet::start(1);
    let gateway = trusting(&limited("key = \"client-ip\"\nmax = \"5/minute\""), &fleet);
    for (line, code, told) in [
        ("limit set all --max 5/minute --burst 3 -y", 2, "cannot be used with"),
        ("limit set all --burst 3 -y", 2, "say a rate too"),
        ("limit set all --rate 1/hour --burst 25 -y", 2, "no more than the rate fills in again"),
        ("limit set all --rate often -y", 2, "is not an allowance"),
        ("limit set all -y", 2, "required"),
    ] {
        let said = gateway.ctl.try_run(line);
        assert_eq!(said.code, code, "{line}: {}", said.err);
        assert!(said.err.contains(told), "{line}: {}", said.err);
    }
    assert_eq!(listed(&gateway)["max"], "5/minute");
}
