//! Collapse: everybody behind a proxy that nobody told of is one client, and that is told.

use gateway_tests::{EVERYTHING, Fleet, Gateway, Protocol, Setup, until};

#[test]
fn most_traffic_from_one_unbelieved_proxy_is_told_with_the_line_that_mends_it() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut proxy = gateway.client(Protocol::Http).with("x-forwarded-for", "198.51.100.1");
    let told = until("it needs attention", || {
        for number in 0..200 {
            assert_eq!(proxy.get(&format!("/healthz?{number}")).status, 200);
        }
        let problems = gateway.ctl.items("status")[0]["problems"].clone();
        let what = problems.as_array().unwrap().iter().map(|it| it.to_string());
        what.into_iter().find(|it| it.contains("trusted_proxies"))
    });
    assert!(told.contains("come from 127.0.0.1"), "{told}");
    assert!(told.contains(r#"trusted_proxies = [\"127.0.0.1\"]"#), "{told}");
    let events = gateway.ctl.items("event list --kind limit");
    assert!(events[0]["what"].as_str().unwrap().contains("is not believed"), "{events:?}");
}

#[test]
fn clients_that_name_nobody_else_are_no_collapse_however_alike_they_are() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut direct = gateway.client(Protocol::Http);
    (0..200).for_each(|_| drop(direct.get("/healthz")));
    let status = || gateway.ctl.items("status")[0].clone();
    // Rates are told of seconds that were looked at.
    let status = until("they were looked at", || {
        let status = status();
        (status["rps"].as_f64() > Some(0.0)).then_some(status)
    });
    assert!(!status["problems"].to_string().contains("trusted_proxies"), "{status}");
    assert_eq!(gateway.ctl.items("event list --kind limit").len(), 0);
}

#[test]
fn the_line_that_mends_it_keeps_those_who_are_trusted() {
    let fleet = Fleet::start(1);
    let setup = Setup::default().trusting("10.0.0.0/8");
    let gateway = setup.start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut proxy = gateway.client(Protocol::Http).with("x-forwarded-for", "198.51.100.1");
    until("the whole line is told", || {
        (0..200).for_each(|_| drop(proxy.get("/healthz")));
        let problems = gateway.ctl.items("status")[0]["problems"].to_string();
        let line = r#"trusted_proxies = [\"10.0.0.0/8\", \"127.0.0.1\"]"#;
        problems.contains(line).then_some(())
    });
}
