//! Overview: its panels, and the ways from them.

use gateway_tests::{Fleet, Gateway, shortener};

use crate::dashboard::Dashboard;

#[test]
fn each_panel_is_reached_opened_and_given_the_whole_screen() {
    let mut fleet = Fleet::start(3);
    let gateway = Gateway::start(&(shortener("3/hour", "1000/minute") + &fleet.pool("")));
    fleet.servers[2].kill();
    gateway.wait_for_health("app-3", "unhealthy");
    let dashboard = Dashboard::open(&gateway.ctl, "");
    dashboard.wait_for("▶ Needs attention (1)");
    dashboard.act("overview.zoom");
    dashboard.wait_until("it has the whole screen", |screen| !screen.contains("Recent events"));
    dashboard.act("overview.zoom");
    dashboard.wait_for("Recent events");
    dashboard.act("overview.open");
    dashboard.wait_for("[2 Backends!1]");
    dashboard.wait_for("─ app-3  ");
    dashboard.act("screen.back");
    dashboard.wait_for("[1 Overview]");
    for (panel, screen) in
        [("Pools", "filter: pool=app"), ("Rejections", "[3 Limits]"), ("Recent", "[6 Events]")]
    {
        dashboard.act("overview.panel");
        dashboard.wait_for(&format!("▶ {panel}"));
        dashboard.act("overview.open");
        dashboard.wait_for(screen);
        dashboard.act("screen.overview");
        dashboard.wait_for("[1 Overview]");
    }
    dashboard.act("overview.panel-before");
    dashboard.wait_for("▶ Rejections");
}
