//! Limits: rules that are tried, changed and taken back, and clients that are shut out.

use gateway_tests::{Fleet, Gateway, Protocol, Setup, shortener};
use serde_json::Value;

use crate::dashboard::Dashboard;

/// A client of whom limits know.
const CLIENT: &str = "203.0.113.7";

/// A gateway that refused a client, and a dashboard on its limits.
fn opened() -> (Fleet, Gateway, Dashboard) {
    let fleet = Fleet::start(1);
    let setup = Setup::default().trusting("127.0.0.0/8");
    let gateway = setup.start(&(shortener("2/hour", "1000/minute") + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", CLIENT);
    (0..5).for_each(|_| drop(client.shorten("https://example.org/")));
    let dashboard = Dashboard::open(&gateway.ctl, "limits");
    dashboard.wait_for(CLIENT);
    dashboard.wait_for("▶create-per-ip");
    (fleet, gateway, dashboard)
}

#[track_caller]
fn until_it_is(dashboard: &Dashboard, gateway: &Gateway, key: &str, value: impl Into<Value>) {
    let value = value.into();
    dashboard.until(&format!("{key} is {value}"), || {
        let limit = gateway.ctl.items("limit show create-per-ip").remove(0);
        (limit[key] == value).then_some(())
    });
}

#[test]
fn a_limit_is_edited_and_again_as_the_file_says() {
    let (_fleet, gateway, dashboard) = opened();
    dashboard.act("limit.edit");
    dashboard.wait_for("Edit limit create-per-ip");
    dashboard.overwrite("8/hour\r\r\r20m\r\rdrill\r");
    dashboard.say_yes("change");
    until_it_is(&dashboard, &gateway, "max", "8/hour");
    let limit = gateway.ctl.items("limit show create-per-ip").remove(0);
    assert!(!limit["expires"].is_null(), "it goes back by itself: {limit}");
    dashboard.wait_for("create-per-ip*");
    dashboard.act("limit.file");
    dashboard.say_yes("change");
    until_it_is(&dashboard, &gateway, "max", "2/hour");
}

#[test]
fn a_limit_is_only_counted_and_refuses_again() {
    let (_fleet, gateway, dashboard) = opened();
    // Nobody is hurt when this one refuses again.
    dashboard.act("list.down");
    dashboard.wait_for("▶redirect-per-ip");
    for (key, mode, verb) in [("\x1b[C", "shadow", "shadow"), ("\x1b[D", "enforce", "change")] {
        dashboard.act("limit.edit");
        dashboard.wait_for("Edit limit redirect-per-ip");
        dashboard.write(&format!("\t{key}\r\r\r\r\r"));
        dashboard.say_yes(verb);
        let limit = gateway.ctl.items("limit show redirect-per-ip").remove(0);
        assert_eq!(limit["mode"], mode, "{limit}");
        dashboard.wait_for(&format!("each client-ip  {mode}"));
    }
}

#[test]
fn a_candidate_is_tried_dropped_and_made_the_rule() {
    let (_fleet, gateway, dashboard) = opened();
    let try_it = || {
        dashboard.act("limit.edit");
        dashboard.wait_for("Edit limit create-per-ip");
        dashboard.overwrite("9/hour\r\r\x1b[C\r\r\r\r");
        dashboard.say_yes("try");
        until_it_is(&dashboard, &gateway, "candidate", "9/hour");
        dashboard.wait_for("tries   9/hour");
    };
    try_it();
    dashboard.act("limit.drop");
    dashboard.say_yes("drop");
    until_it_is(&dashboard, &gateway, "candidate", Value::Null);
    until_it_is(&dashboard, &gateway, "max", "2/hour");
    dashboard.wait_until("it is tried no more", |screen| !screen.contains("tries   9/hour"));
    try_it();
    dashboard.act("limit.promote");
    dashboard.say_yes("promote");
    until_it_is(&dashboard, &gateway, "max", "9/hour");
}

#[test]
fn an_offender_is_looked_at_blocked_and_let_in_again() {
    let (_fleet, gateway, dashboard) = opened();
    dashboard.act("limit.panel");
    dashboard.wait_for(&format!("▶{CLIENT}"));
    dashboard.act("limit.inspect");
    dashboard.wait_for(&format!("filter: client={CLIENT}"));
    dashboard.act("screen.limits");
    dashboard.wait_for(&format!("▶{CLIENT}"));
    dashboard.act("limit.block");
    dashboard.wait_for(&format!("[ {CLIENT}"));
    dashboard.write("\r\r");
    dashboard.say_yes("block");
    dashboard.wait_for("Active blocks 1");
    let block = gateway.ctl.items("block list").remove(0);
    assert_eq!(block["network"], format!("{CLIENT}/32"), "{block}");
    dashboard.act("limit.panel");
    dashboard.wait_for(&format!("▶{CLIENT}/32"));
    dashboard.act("limit.unblock");
    dashboard.say_yes("unblock");
    dashboard
        .until("nothing is blocked", || gateway.ctl.items("block list").is_empty().then_some(()));
    dashboard.act("limit.panel-before");
    dashboard.wait_for("▶ Top offenders");
}

#[test]
fn offenders_are_told_by_client_key_and_path_and_on_the_whole_screen() {
    let (_fleet, _gateway, dashboard) = opened();
    for by in ["by key", "by path", "by client"] {
        dashboard.act("limit.top");
        dashboard.wait_for(&format!("Top offenders of create-per-ip {by}"));
    }
    dashboard.act("limit.zoom");
    dashboard.wait_until("the rules alone", |screen| !screen.contains("Top offenders"));
    dashboard.act("limit.zoom");
    dashboard.wait_for("Top offenders");
}
