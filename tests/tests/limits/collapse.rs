//! Collapse: everybody behind a proxy that nobody told of is one client, and that is told.

use gateway_tests::{EVERYTHING, Fleet, Gateway, Protocol, until};

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
    // Clients that name nobody else are no collapse, however alike they are.
    let trusting = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut direct = trusting.client(Protocol::Http);
    (0..200).for_each(|_| drop(direct.get("/healthz")));
    assert_eq!(trusting.ctl.items("event list --kind limit").len(), 0);
}
