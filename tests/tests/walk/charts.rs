//! Charts: how far back they look, and the moment that is read from them.

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol};

use crate::dashboard::Dashboard;

#[test]
fn their_window_is_longer_shorter_earlier_and_the_newest_again() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let dashboard = Dashboard::open(&gateway.ctl, "");
    dashboard.wait_for("window 1m");
    dashboard.act("window.longer");
    dashboard.wait_for("window 5m");
    dashboard.act("window.shorter");
    dashboard.wait_for("window 1m");
    dashboard.act("window.earlier");
    dashboard.wait_for("PAUSED");
    dashboard.act("window.later");
    dashboard.act("window.newest");
    dashboard.wait_for("now");
    dashboard.act("screen.pause");
    dashboard.wait_for("LIVE");
}

#[test]
fn a_moment_is_read_from_them() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let _crowd = Crowd::gather(1, Protocol::Http, gateway.http, "/bytes/10");
    let dashboard = Dashboard::open(&gateway.ctl, "");
    dashboard.wait_for("req/s");
    dashboard.act("screen.pause");
    dashboard.wait_for("PAUSED");
    dashboard.act("chart.cursor");
    let newest = dashboard.wait_for("Z   req/s ");
    dashboard.act("chart.left");
    let before = dashboard.wait_until("another moment is read", |screen| screen != newest);
    dashboard.act("chart.right");
    dashboard.wait_until("the newest is read again", |screen| screen != before);
    dashboard.act("chart.end");
    dashboard.wait_until("no moment is read", |screen| screen != newest);
}
