//! The course of a drain: what follows its deadline and its end, whoever watches.

use gateway_tests::until;

use super::websocket::WebSocket;
use super::{pool_of, shown, told, wait_until_told};

#[test]
fn a_drain_that_is_not_over_in_time_is_taken_back_where_that_was_ordered() {
    let (_members, gateway) = pool_of(2);
    let mut sockets = [0, 1].map(|_| WebSocket::open(gateway.http));
    let said = gateway.ctl.try_run("drain app-1 -y -m patch --timeout 1s --on-deadline undo");
    assert_eq!(said.code, 8, "{}", said.err);
    assert!(said.err.contains("not drained in time"), "{}", said.err);
    let seen = gateway.ctl.backend("app-1");
    assert_eq!((&seen["standing"], &seen["in_flight"]), (&"active".into(), &1.into()));
    assert!(sockets.iter_mut().all(WebSocket::say_hello), "nothing was closed");
    let events = told(&gateway, "app-1").join("\n");
    let op = events.lines().find(|it| it.contains("taken back")).expect("it says why");
    assert!(op.contains("drain 000"), "which drain: {op}");
}

#[test]
fn a_backend_is_removed_once_it_is_drained_though_nobody_waits() {
    let (_members, gateway) = pool_of(3);
    let sockets = [0, 1, 2].map(|_| WebSocket::open(gateway.http));
    gateway
        .ctl
        .run("backend remove app-1 --drain --timeout 1s --on-deadline kill --spread 0s -y -m old");
    assert_eq!(gateway.ctl.items("backend list").len(), 2);
    gateway.ctl.run("drain app-2 -y --no-wait --then remove -m older");
    drop(sockets);
    until("the gateway removes it", || {
        (gateway.ctl.items("backend list").len() == 1).then_some(())
    });
    let events = told(&gateway, "app-2").join("\n");
    assert!(events.contains("drained, so removed as ordered"), "{events}");
}

#[test]
fn a_drain_goes_on_after_a_kill_of_the_gateway() {
    let (_members, mut gateway) = pool_of(2);
    let socket = WebSocket::open(gateway.http);
    gateway.ctl.run("drain app-1 app-2 -y --no-wait --force -m patch --then enable-after=1s");
    gateway.kill();
    drop(socket);
    gateway.start_again();
    for name in ["app-1", "app-2"] {
        wait_until_told(&gateway, name, "nothing was in flight for a second");
        until("it takes requests again", || {
            (gateway.ctl.backend(name)["standing"] == "active").then_some(())
        });
    }
    let by = gateway.ctl.items("event list --limit 1000");
    let enabled = by.iter().filter(|it| it["what"].as_str().unwrap().contains("enable: "));
    assert!(enabled.clone().count() == 2 && enabled.clone().all(|it| it["who"] == "gateway"));
}

#[test]
fn what_a_drain_comes_to_is_told_before_and_while_it_goes() {
    let (_members, gateway) = pool_of(2);
    let steps =
        gateway.ctl.run("drain app-1 --explain --timeout 2m --on-deadline kill --then remove");
    for step in ["1. At once", "3. After 30s", "answered 503", "4. After 2m00s", "over 12s", "1012"]
    {
        assert!(steps.contains(step), "{step}: {steps}");
    }
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active", "nothing was changed");
    gateway.ctl.run("drain app-1 -y -m patch");
    wait_until_told(&gateway, "app-1", "nothing was in flight for a second");
    let seen = shown(&gateway, "app-1");
    assert!(seen["drained"].is_string(), "{seen}");
    assert_eq!((&seen["on_deadline"], &seen["then"]), (&"wait".into(), &"stay".into()));
    let said = gateway.ctl.try_run("backend kill app-2 -y -m wrong");
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("drain it first"), "{}", said.err);
}
