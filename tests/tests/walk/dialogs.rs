//! Dialogs: how one gets through them, and out of them.

use gateway_tests::{EVERYTHING, Fleet, Gateway};

use crate::dashboard::Dashboard;

fn opened() -> (Fleet, Gateway, Dashboard) {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("─ app-1  ");
    (fleet, gateway, dashboard)
}

#[test]
fn fields_and_choices_are_gone_through_and_no_means_no() {
    let (_fleet, gateway, dashboard) = opened();
    dashboard.act("backend.drain");
    dashboard.wait_for("[y] drain");
    // From the question over two fields to the choice.
    dashboard.act("dialog.next");
    dashboard.act("dialog.next");
    dashboard.act("dialog.on");
    dashboard.act("dialog.right");
    dashboard.wait_for("(o) kill");
    dashboard.act("dialog.left");
    dashboard.wait_for("(o) keep waiting");
    dashboard.act("dialog.before");
    dashboard.overwrite("3m");
    dashboard.wait_for("stream  [ 3m");
    // Over the choices and the reason to the question.
    dashboard.write("\r\r\r\r");
    dashboard.act("dialog.no");
    dashboard.wait_until("it is answered", |screen| !screen.contains("(o) keep waiting"));
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
    let asked = gateway.ctl.items("op list --filter via=tui");
    assert!(asked.is_empty(), "nothing was sent: {asked:?}");
}

#[test]
fn a_target_that_moved_is_looked_at_again() {
    let (_fleet, gateway, dashboard) = opened();
    dashboard.act("backend.maintenance");
    dashboard.wait_for("[y] maintain");
    gateway.ctl.run("backend weight app-1=40 -y");
    dashboard.wait_for("r looks again");
    dashboard.act("dialog.reload");
    dashboard.say_yes("maintain");
    dashboard.until("it is in maintenance", || {
        (gateway.ctl.backend("app-1")["standing"] == "maintenance").then_some(())
    });
}

#[test]
fn a_guard_is_overruled_by_name_and_reason() {
    let (_fleet, gateway, dashboard) = opened();
    gateway.ctl.run("drain app-2 -y");
    dashboard.act("list.last");
    dashboard.wait_for("drained: safe to work on");
    dashboard.act("list.first");
    dashboard.wait_for("─ app-1  ");
    dashboard.act("backend.drain");
    dashboard.wait_for("the gateway would refuse");
    dashboard.act("dialog.force");
    dashboard.type_name("app-1");
    dashboard.write("drill\r");
    dashboard.wait_for("[Enter] drain");
    dashboard.write("\r");
    dashboard.until("it drains", || {
        (gateway.ctl.backend("app-1")["standing"] == "draining").then_some(())
    });
    assert_eq!(gateway.ctl.items("op list --limit 1").remove(0)["reason"], "drill");
}
