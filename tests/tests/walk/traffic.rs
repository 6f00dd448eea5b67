//! Traffic: which requests are told, and the ways from one of them.

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol};

use crate::dashboard::Dashboard;

/// A gateway that is asked all the time, and a dashboard on its traffic.
fn opened() -> (Fleet, Gateway, Crowd, Dashboard) {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let crowd = Crowd::gather(1, Protocol::Http, gateway.http, "/nobody?token=secret");
    let dashboard = Dashboard::open(&gateway.ctl, "traffic");
    dashboard.wait_for("/nobody?***");
    (fleet, gateway, crowd, dashboard)
}

#[test]
fn the_list_stands_still_and_follows_again() {
    let (_fleet, _gateway, _crowd, dashboard) = opened();
    dashboard.wait_for("FOLLOWING");
    dashboard.act("traffic.oldest");
    dashboard.wait_until("it counts what it does not show", |screen| {
        screen.contains("PAUSED +") && !screen.contains("PAUSED +0 ")
    });
    dashboard.act("traffic.follow");
    dashboard.wait_for("FOLLOWING");
}

#[test]
fn the_gateway_filters_and_samples() {
    let (_fleet, gateway, _crowd, dashboard) = opened();
    dashboard.act("traffic.filter");
    dashboard.write("status=200\r");
    dashboard.wait_for("no request fits yet: status=200");
    let told = gateway.ctl.run("traffic tail --filter path=/nobody --limit 1 -o jsonl");
    let told: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    let status = told["status"].as_u64().unwrap();
    dashboard.leave("status=200");
    dashboard.act("traffic.filter");
    dashboard.write(&format!("status={status}\r"));
    dashboard.wait_until("those that fit are told", |screen| {
        screen.contains(&format!("filter: status={status}")) && screen.contains("/nobody?***")
    });
    dashboard.act("traffic.sample");
    dashboard.wait_for("sample  1:10 (server)");
}

#[test]
fn requests_are_grouped_wrapped_and_pinned() {
    let (_fleet, _gateway, _crowd, dashboard) = opened();
    for by in ["path", "client", "status", "backend"] {
        dashboard.act("traffic.group");
        dashboard.wait_for(&format!("By {by} "));
    }
    dashboard.act("traffic.wrap");
    dashboard.wait_until("whole paths", |screen| !screen.contains("UP MS"));
    dashboard.act("traffic.wrap");
    dashboard.wait_for("UP MS");
    dashboard.act("traffic.pin");
    dashboard.wait_for("PINNED");
    dashboard.act("traffic.pin");
    dashboard.wait_for("Enter to pin");
}

#[test]
fn a_request_leads_to_its_backend_and_its_client() {
    let (_fleet, _gateway, _crowd, dashboard) = opened();
    dashboard.act("traffic.backend");
    dashboard.wait_for("[2 Backends]");
    dashboard.act("screen.traffic");
    dashboard.wait_for("/nobody?***");
    dashboard.act("traffic.client");
    dashboard.wait_for("[3 Limits]");
}
