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
    // They go back only as far as half a window is still known.
    dashboard.until("more than half a minute is known", || {
        (gateway.ctl.items("status")[0]["uptime_s"].as_f64()? > 35.0).then_some(())
    });
    let is_back = |screen: &str| screen.contains("1m until ") && screen.contains("0 newest");
    dashboard.act("window.earlier");
    dashboard.wait_until("the half minute before is shown", is_back);
    dashboard.wait_for("PAUSED");
    dashboard.act("window.later");
    dashboard.wait_until("the newest is shown again", |screen| !is_back(screen));
    dashboard.act("window.earlier");
    dashboard.wait_until("the half minute before is shown", is_back);
    dashboard.act("chart.cursor");
    dashboard.wait_for("Z   req/s ");
    dashboard.act("window.newest");
    dashboard.wait_until("the newest is shown and nothing read", |screen| {
        !is_back(screen) && !screen.contains("Z   req/s ")
    });
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
    // The moment with what the charts say of it; the rest of the screen is never twice the same.
    let read =
        |screen: &str| screen.lines().find(|it| it.contains("Z   req/s ")).map(str::to_owned);
    let newest = read(&dashboard.wait_for("Z   req/s "));
    dashboard.act("chart.left");
    dashboard.wait_until("another moment is read", |screen| {
        read(screen).is_some_and(|it| Some(it) != newest)
    });
    dashboard.act("chart.right");
    dashboard.wait_until("the newest is read again", |screen| read(screen) == newest);
    dashboard.act("chart.end");
    dashboard.wait_until("no moment is read", |screen| read(screen).is_none());
}
