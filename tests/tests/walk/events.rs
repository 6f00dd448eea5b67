//! Events: what happened, and what was done is taken back.

use gateway_tests::{EVERYTHING, Fleet, Gateway};

use crate::dashboard::Dashboard;

#[test]
fn they_are_filtered_opened_and_undone() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.ctl.run("drain app-2 --no-wait -m patch -y");
    let dashboard = Dashboard::open(&gateway.ctl, "events");
    dashboard.wait_for("patch");
    dashboard.act("event.kind");
    dashboard.wait_for("show: change");
    dashboard.act("event.kind");
    dashboard.wait_for("show: health");
    dashboard.act("screen.back");
    dashboard.wait_for("show: all");
    dashboard.act("event.filter");
    dashboard.write("kind=change and what~drain:\r");
    dashboard.wait_for("filter: kind=change and what~drain: (1)");
    dashboard.wait_for("Not as in the file");
    dashboard.act("event.zoom");
    dashboard
        .wait_until("it has the whole screen", |screen| !screen.contains("Not as in the file"));
    dashboard.act("event.zoom");
    dashboard.wait_for("Not as in the file");
    dashboard.act("event.moment");
    dashboard.wait_for("[1 Overview]");
    dashboard.wait_for("PAUSED");
    dashboard.act("screen.events");
    dashboard.act("screen.pause");
    dashboard.wait_for("LIVE");
    dashboard.act("event.open");
    dashboard.wait_for("[2 Backends]");
    dashboard.wait_for("─ app-2  ");
    dashboard.act("screen.events");
    dashboard.wait_for("filter: kind=change");
    dashboard.act("operation.undo");
    dashboard.say_yes("undo");
    dashboard.until("it takes requests again", || {
        (gateway.ctl.backend("app-2")["standing"] == "active").then_some(())
    });
}

#[test]
fn what_is_not_as_in_the_file_is_reverted_or_written_into_it() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.ctl.run("backend weight app-1=50 app-2=70 -m tuned -y");
    let dashboard = Dashboard::open(&gateway.ctl, "events");
    dashboard.wait_for("Not as in the file: 2");
    dashboard.act("event.panel");
    dashboard.wait_for("W writes all into it, r reverts one");
    dashboard.act("event.differences");
    dashboard.wait_until("it has the whole screen", |screen| !screen.contains("show: all"));
    dashboard.act("event.revert");
    dashboard.wait_for("weight: is 50, file 100");
    dashboard.say_yes("reweight");
    dashboard.until("it is as the file says", || {
        (gateway.ctl.backend("app-1")["weight"] == 100).then_some(())
    });
    dashboard.wait_for("Not as in the file: 1");
    dashboard.act("event.write");
    dashboard.say_yes("write");
    dashboard.until("the file says it", || {
        (gateway.ctl.backend("app-2")["configured_weight"] == 70).then_some(())
    });
    dashboard.wait_for("everything is as the file says");
}
