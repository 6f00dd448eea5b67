//! Backends: what is done to servers.

use gateway_tests::{Call, EVERYTHING, Gateway, Recorder, Setup, Wire, until};
use serde_json::Value;

use crate::dashboard::Dashboard;

/// Answers everything but `/silence`.
fn member(call: &mut Call) {
    while let Some(head) = call.head() {
        match head.target() {
            "/silence" => return call.wait_until_left(),
            _ => call.answer(&head),
        }
    }
}

/// A gateway with so many servers, and a dashboard on its backends.
fn pool_of(count: usize) -> (Vec<Recorder>, Gateway, Dashboard) {
    let members: Vec<Recorder> = (0..count).map(|_| Recorder::start(member)).collect();
    let all: Vec<&Recorder> = members.iter().collect();
    let pool = Recorder::pool(&all, "balance = \"round-robin\"");
    let gateway = Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &pool));
    let dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("─ app-1  ");
    (members, gateway, dashboard)
}

#[track_caller]
fn until_it_is(
    dashboard: &Dashboard,
    gateway: &Gateway,
    name: &str,
    key: &str,
    value: impl Into<Value>,
) -> Value {
    let value = value.into();
    dashboard.until(&format!("{key} of {name} is {value}"), || {
        Some(gateway.ctl.backend(name)).filter(|it| it[key] == value)
    })
}

/// The newest operation: what was done, to which target.
fn newest(gateway: &Gateway) -> (String, String) {
    let newest = gateway.ctl.items("op list --limit 1").remove(0);
    let text = |key: &str| newest[key].as_str().unwrap().to_owned();
    (text("what"), text("target"))
}

/// Holds a request in flight; the server that has it.
fn hold(gateway: &Gateway) -> (Wire, String) {
    let mut held = Wire::connect(gateway.http);
    held.send("GET /silence HTTP/1.1\r\nHost: a.example\r\n\r\n");
    let busy = until("a request is held", || {
        let backends = gateway.ctl.items("backend list");
        let busy = backends.iter().find(|it| it["in_flight"] == 1)?;
        Some(busy["name"].as_str().unwrap().to_owned())
    });
    (held, busy)
}

#[test]
fn one_is_put_in_each_standing_and_back() {
    let (_members, gateway, dashboard) = pool_of(3);
    dashboard.choose("app-2");
    dashboard.act("backend.drain");
    dashboard.say_yes("drain");
    until_it_is(&dashboard, &gateway, "app-2", "standing", "draining");
    dashboard.wait_for("◐ EMPTY app-2");
    let note = gateway.ctl.run("backend list --columns name,note");
    assert!(note.contains("app-2\tdrained, "), "{note}");
    dashboard.act("backend.enable");
    dashboard.say_yes("enable");
    until_it_is(&dashboard, &gateway, "app-2", "standing", "active");
    dashboard.wait_for("● UP    app-2");
    dashboard.act("backend.maintenance");
    dashboard.say_yes("maintain");
    until_it_is(&dashboard, &gateway, "app-2", "standing", "maintenance");
    assert_eq!(newest(&gateway), ("maintenance".into(), "backend/app-2".into()));
    let others = gateway.ctl.items("backend list --filter standing=active");
    assert_eq!(others.len(), 2);
    dashboard.wait_for("MAINT app-2");
    dashboard.act("operation.undo");
    dashboard.say_yes("undo");
    until_it_is(&dashboard, &gateway, "app-2", "standing", "active");
}

#[test]
fn weights_are_staged_by_each_key_and_dropped_or_applied() {
    let (_members, gateway, dashboard) = pool_of(3);
    dashboard.choose("app-1");
    dashboard.act("backend.weight-up");
    dashboard.wait_for("100*101");
    dashboard.act("backend.weight-up-ten");
    dashboard.wait_for("100*111");
    dashboard.act("backend.weight-down");
    dashboard.wait_for("100*110");
    dashboard.act("backend.weight-down-ten");
    dashboard.wait_until("as it is", |screen| !screen.contains("100*"));
    dashboard.act("backend.weight-down-ten");
    dashboard.wait_for("100*90");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 100, "nothing is sent before Enter");
    dashboard.leave("100*90");
    dashboard.wait_for("staged weights dropped, nothing was sent");
    dashboard.act("backend.weight");
    dashboard.wait_for("Weight of app-1");
    dashboard.write("80%\r");
    dashboard.wait_for("100*80");
    dashboard.act("backend.open");
    dashboard.say_yes("reweight");
    until_it_is(&dashboard, &gateway, "app-1", "weight", 80);
    assert_eq!(newest(&gateway), ("weight".into(), "backend/app-1".into()));
}

#[test]
fn one_is_edited_with_a_reason() {
    let (_members, gateway, dashboard) = pool_of(2);
    dashboard.choose("app-2");
    dashboard.act("backend.edit");
    dashboard.wait_for("Edit app-2");
    dashboard.overwrite("30\rcanary\r");
    dashboard.say_yes("reweight");
    until_it_is(&dashboard, &gateway, "app-2", "weight", 30);
    let done = gateway.ctl.items("op list --limit 1").remove(0);
    assert_eq!((&done["what"], &done["reason"]), (&"weight".into(), &"canary".into()));
}

#[test]
fn one_is_added_as_it_is_found_and_removed_by_its_name() {
    let (_members, gateway, dashboard) = pool_of(1);
    let spare = Recorder::start(member);
    dashboard.act("backend.add");
    dashboard.wait_for("Add a backend");
    dashboard.write(&format!("\r{}", spare.address));
    dashboard.wait_for("probe    ok  tcp");
    dashboard.write("\r\r\r\r");
    dashboard.say_yes("add");
    dashboard.until("it is added and healthy", || {
        let added =
            gateway.ctl.items("backend list").into_iter().find(|it| it["name"] == "app-2")?;
        (added["health"] == "healthy" && added["address"] == spare.address.to_string())
            .then_some(())
    });
    dashboard.choose("app-2");
    dashboard.act("backend.remove");
    dashboard.type_name("app-2");
    dashboard
        .until("it is removed", || (gateway.ctl.items("backend list").len() == 1).then_some(()));
    assert_eq!(newest(&gateway), ("remove".into(), "backend/app-2".into()));
}

#[test]
fn a_drain_is_told_apart_given_time_rung_for_and_cut_short() {
    let (_members, gateway, dashboard) = pool_of(3);
    let (mut held, busy) = hold(&gateway);
    dashboard.choose(&busy);
    dashboard.act("backend.drain");
    dashboard.say_yes("drain");
    let before =
        until_it_is(&dashboard, &gateway, &busy, "standing", "draining")["requests_until"].clone();
    dashboard.wait_for_drain(&busy);
    dashboard.act("backend.drain-bell");
    dashboard.wait_for(&format!("{busy}: a bell when drained"));
    dashboard.act("backend.drain-longer");
    dashboard.wait_for("1m00s later");
    dashboard.say_yes("drain");
    dashboard.until("it has more time", || {
        let after = gateway.ctl.backend(&busy)["requests_until"].clone();
        (after.as_str()? > before.as_str()?).then_some(())
    });
    assert_eq!(gateway.ctl.backend(&busy)["in_flight"], 1, "it is waited for");
    let bells = dashboard.count(b"\x07");
    dashboard.act("backend.kill");
    dashboard.type_name(&busy);
    assert_eq!(held.answer().status(), 503, "it is cut off, and its client is told");
    dashboard.until("nothing is left", || {
        let it = gateway.ctl.backend(&busy);
        (it["in_flight"] == 0 && !it["drained"].is_null()).then_some(())
    });
    dashboard.until("the bell rings", || (dashboard.count(b"\x07") > bells).then_some(()));
}

#[test]
fn a_drain_goes_by_each_of_its_options() {
    let (_members, gateway, dashboard) = pool_of(4);
    // Fields: requests, streams, at the deadline, when empty and, for some, after how long, reason.
    for (name, keys, plan, on_deadline, then) in [
        ("app-1", "\t90s\t9m\t\x1b[C\t\t", "requests 90s, streams 9m, else", "kill", "stay"),
        ("app-2", "\t\t\t\x1b[C\x1b[C\t\t", "streams 5m, else", "undo", "stay"),
        ("app-3", "\t\t\t\t\x1b[D\t2h\t", "enable-after=2h", "wait", "enable-after=7200s"),
    ] {
        dashboard.choose(name);
        dashboard.act("backend.drain");
        dashboard.wait_for("[y] drain");
        dashboard.write(&format!("{keys}disk\r"));
        dashboard.wait_for(plan);
        dashboard.say_yes("drain");
        until_it_is(&dashboard, &gateway, name, "standing", "draining");
        let drain = gateway.ctl.items(&format!("backend show {name}")).remove(0);
        assert_eq!((&drain["on_deadline"], &drain["then"]), (&on_deadline.into(), &then.into()));
        assert_eq!(drain["standing_reason"], "disk");
        dashboard.wait_for_drain(name);
        gateway.ctl.run(&format!("undrain {name} -y"));
        dashboard.wait_for(&format!("● UP    {name}"));
        dashboard.leave("filter: ");
    }
    dashboard.choose("app-4");
    dashboard.act("backend.drain");
    dashboard.wait_for("[y] drain");
    dashboard.write("\t\t\t\t\x1b[C");
    dashboard.wait_for("--then remove");
    dashboard.write("\t\r");
    dashboard.type_name("app-4");
    dashboard.until("it is gone once it is empty", || {
        (gateway.ctl.items("backend list").len() == 3).then_some(())
    });
}

#[test]
fn one_is_shown_on_the_whole_screen_and_among_the_others_again() {
    let (_members, _gateway, dashboard) = pool_of(2);
    let is_alone = |screen: &str| !screen.contains("app-2");
    dashboard.act("backend.open");
    dashboard.wait_until("only app-1 is shown", is_alone);
    dashboard.act("backend.open");
    dashboard.wait_for("filter: backend=app-1");
    dashboard.act("screen.back");
    dashboard.wait_for("[2 Backends]");
    dashboard.wait_until("only app-1 is shown", is_alone);
    dashboard.act("screen.back");
    dashboard.wait_until("app-2 is shown too", |screen| !is_alone(screen));
    dashboard.act("backend.zoom");
    dashboard.wait_until("only app-1 is shown", is_alone);
    dashboard.act("screen.back");
    dashboard.wait_until("app-2 is shown too", |screen| !is_alone(screen));
}
