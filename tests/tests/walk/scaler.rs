//! Scaler: the size of pools, by hand and by other rules.

use gateway_tests::{Codes, Crowd, EVERYTHING, Fleet, Gateway, Protocol, scaled_app};

use crate::dashboard::Dashboard;

/// A gateway with two pools that are scaled by advice, and a dashboard on its scaler.
fn opened() -> (Fleet, Gateway, Dashboard) {
    let fleet = Fleet::start(1);
    let scaled = "[pool.autoscale]\ndriver = \"advise\"\nmin = 1\nmax = 9\ntarget_rps = 5\n";
    let one = fleet.pool("") + scaled;
    let other = one.replace("\"app\"", "\"spare\"").replace("\"app-1\"", "\"spare-1\"");
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &one + &other));
    let dashboard = Dashboard::open(&gateway.ctl, "scaler");
    dashboard.wait_for("1 wanted of 1..9");
    (fleet, gateway, dashboard)
}

fn scaler(gateway: &Gateway) -> serde_json::Value {
    gateway.ctl.items("scaler list --filter pool=app").remove(0)
}

#[test]
fn a_pool_is_held_resumed_and_sized_by_hand() {
    let (_fleet, gateway, dashboard) = opened();
    dashboard.act("scaler.hold");
    dashboard.wait_for("Hold pool app at 1 servers");
    dashboard.write("2h\rfailover\r");
    dashboard.say_yes("hold");
    dashboard
        .until("it is held", || (scaler(&gateway)["order_reason"] == "failover").then_some(()));
    dashboard.wait_for("HELD");
    dashboard.act("scaler.hold");
    dashboard.say_yes("resume");
    dashboard.until("it is not", || scaler(&gateway)["order_owner"].is_null().then_some(()));
    dashboard.wait_until("the screen knows", |screen| !screen.contains("HELD"));
    dashboard.act("scaler.desired");
    dashboard.wait_for("Servers of pool app by hand");
    dashboard.overwrite("4\r\r\r");
    dashboard.say_yes("resize");
    dashboard.until("four are wanted", || (scaler(&gateway)["order_desired"] == 4).then_some(()));
}

#[test]
fn the_rules_of_a_pool_are_changed() {
    let (_fleet, gateway, dashboard) = opened();
    dashboard.act("scaler.rules");
    dashboard.wait_for("Scaling of pool app");
    dashboard.overwrite("2\r");
    dashboard.overwrite("7\r\r");
    dashboard.overwrite("6\r\r\r");
    dashboard.say_yes("change");
    dashboard.until("other bounds hold", || {
        let it = scaler(&gateway);
        (it["min"] == 2 && it["max"] == 7 && it["target_rps"] == 6.0).then_some(())
    });
}

#[test]
fn pools_decisions_and_kinds_of_them_are_chosen() {
    let (_fleet, _gateway, dashboard) = opened();
    dashboard.act("scaler.pool");
    dashboard.wait_for("─ spare (2 of 2)");
    dashboard.act("scaler.pool-before");
    dashboard.wait_for("─ app (1 of 2)");
    dashboard.act("scaler.kinds");
    dashboard.wait_for("moves");
    dashboard.act("scaler.zoom");
    dashboard.wait_until("only why", |screen| !screen.contains("Guards"));
    dashboard.act("scaler.zoom");
    dashboard.wait_for("Guards");
}

#[test]
fn other_rules_are_tried_and_applied() {
    let codes = Codes::new();
    let gateway = Gateway::start(&scaled_app(codes.path(), &[], "min = 1\nmax = 2"));
    let crowd = Crowd::gather(2, Protocol::Http, gateway.http, "/bytes/100");
    gateway_tests::until("there is enough to replay", || {
        (gateway.ctl.try_run("scaler simulate -o json").code == 0).then_some(())
    });
    let dashboard = Dashboard::open(&gateway.ctl, "scaler");
    dashboard.wait_for("Guards");
    dashboard.act("scaler.what-if");
    dashboard.wait_for("What if? Pool app");
    dashboard.wait_for("replayed");
    dashboard.act("dialog.next");
    dashboard.write("3");
    dashboard.wait_for("max     [ 3");
    dashboard.wait_for("replayed");
    assert_eq!(gateway.scaler()["max"], 2, "trying changes nothing");
    dashboard.act("dialog.apply");
    dashboard.wait_for("max 3, was 2");
    dashboard.say_yes("change");
    dashboard.until("it is applied", || (gateway.scaler()["max"] == 3).then_some(()));
    dashboard.act("scaler.moment");
    dashboard.wait_for("[1 Overview]");
    dashboard.wait_for("PAUSED");
    crowd.disperse();
}
