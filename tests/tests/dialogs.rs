//! What operators do with keys, in a real terminal against a real gateway, and what comes of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_proto as wire;
use gateway_tests::{
    Call, EVERYTHING, Gateway, Recorder, Setup, Terminal, Wire, free_port, gatewayctl, until,
};
use tonic::Code;

fn dashboard(gateway: &Gateway) -> Option<Terminal> {
    let program = gatewayctl().display();
    let line = format!(
        "sh -c '{program} --addr={} top backends; echo left with $?; cat'",
        gateway.ctl.address()
    );
    let terminal = Terminal::open(120, 40, &line)?;
    terminal.wait_for("app-1");
    Some(terminal)
}

/// Types a text as fast as a person does.
fn type_in(terminal: &Terminal, text: &str) {
    for key in text.chars() {
        terminal.press(&[&if key == ' ' { "Space".to_owned() } else { key.to_string() }]);
    }
}

/// Chooses the row of `name`, and shows no other.
fn choose(terminal: &Terminal, name: &str) {
    terminal.press(&["/"]);
    type_in(terminal, name);
    terminal.press(&["Enter"]);
    terminal.wait_for(&format!("─ {name}  "));
}

/// Answers everything but `/silence`.
fn member(call: &mut Call) {
    while let Some(head) = call.head() {
        match head.target() {
            "/silence" => return call.wait_until_left(),
            _ => call.answer(&head),
        }
    }
}

fn pool_of(count: usize) -> (Vec<Recorder>, Gateway) {
    let members: Vec<Recorder> = (0..count).map(|_| Recorder::start(member)).collect();
    let all: Vec<&Recorder> = members.iter().collect();
    let pool = Recorder::pool(&all, "balance = \"round-robin\"");
    let gateway = Setup::default().workers(1).start(&(EVERYTHING.to_owned() + &pool));
    (members, gateway)
}

#[test]
fn a_drain_goes_as_it_was_told_with_keys_and_on_without_them() {
    let (_members, gateway) = pool_of(4);
    let mut held = Wire::connect(gateway.http);
    held.send("GET /silence HTTP/1.1\r\nHost: a.example\r\n\r\n");
    let busy = until("a request is held", || {
        let backends = gateway.ctl.items("backend list");
        let busy = backends.iter().find(|it| it["in_flight"] == 1)?;
        Some(busy["name"].as_str().unwrap().to_owned())
    });
    let Some(terminal) = dashboard(&gateway) else { return };
    choose(&terminal, &busy);
    terminal.press(&["d"]);
    terminal.wait_for(&format!("Drain {busy} ?"));
    terminal.press(&["Tab", "Tab"]);
    type_in(&terminal, "7m");
    terminal.press(&["Tab", "Right", "Tab", "Left", "Tab"]);
    type_in(&terminal, "2h");
    terminal.press(&["Tab"]);
    type_in(&terminal, "patch");
    terminal.press(&["Enter"]);
    let said = format!("= gatewayctl backend drain {busy} --streams 7m --on-deadline kill --then");
    terminal.wait_for(&said);
    terminal.say_yes("drain");
    let drain = until("it drains", || {
        let it = gateway.ctl.items(&format!("backend show {busy}")).remove(0);
        (it["standing"] == "draining").then_some(it)
    });
    assert_eq!(drain["standing_reason"], "patch", "{drain}");
    assert_eq!(drain["on_deadline"], "kill", "{drain}");
    assert_eq!(drain["then"], "enable-after=7200s", "{drain}");
    terminal.wait_for("then       enable-after=7200s");

    terminal.press(&["t"]);
    terminal.wait_for("1m00s later");
    terminal.say_yes("drain");
    let line = terminal.wait_for("1m2");
    assert!(line.contains("then closed"), "{line}");

    terminal.press(&["q"]);
    let told = terminal.wait_for("left with 0");
    let told = told.replace('\n', "");
    assert!(told.contains(&format!("drain {busy} continues (op ")), "{told}");
    assert!(told.contains("Follow: gatewayctl op watch "), "{told}");
    assert!(gateway.ctl.backend(&busy)["drained"].is_null(), "a request is in flight");
    drop(held);
    until("it is drained", || (!gateway.ctl.backend(&busy)["drained"].is_null()).then_some(()));
}

#[test]
fn several_are_drained_in_turns_with_keys() {
    let (_members, gateway) = pool_of(4);
    let Some(terminal) = dashboard(&gateway) else { return };
    terminal.press(&["g", "Space", "Space", "d"]);
    terminal.wait_for("Drain app-1, app-2 ?");
    terminal.press(&["Tab", "Tab", "Tab", "Tab", "Tab"]);
    type_in(&terminal, "1");
    terminal.press(&["Enter", "Enter"]);
    terminal.wait_for("drain app-1 app-2 --max-parallel 1");
    terminal.say_yes("drain");
    until("both are drained, one after the other", || {
        let drains: Vec<_> = gateway
            .ctl
            .items("op list")
            .into_iter()
            .filter(|it| it["what"] == "drain")
            .map(|it| it["target"].as_str().unwrap().to_owned())
            .collect();
        (drains == ["backend/app-2", "backend/app-1"]).then_some(())
    });
}

#[test]
fn a_backend_is_added_as_the_gateway_finds_it() {
    let (members, gateway) = pool_of(1);
    let spare = Recorder::start(member);
    let Some(terminal) = dashboard(&gateway) else { return };
    terminal.press(&["a"]);
    terminal.wait_for("Add a backend");
    terminal.press(&["Enter"]);
    let nobody = free_port();
    type_in(&terminal, &format!("127.0.0.1:{nobody}"));
    terminal.wait_for("!! tcp: nobody listens there; only to be added drained");
    terminal.press(&["Enter", "Enter", "Enter", "Enter"]);
    terminal.wait_for("start it drained, or mend it");
    terminal.press(&["BTab", "BTab", "BTab", "C-u"]);
    let address = spare.address;
    type_in(&terminal, &address.to_string());
    terminal.wait_for("probe    ok  tcp");
    terminal.press(&["Enter", "Enter", "Enter", "Enter"]);
    terminal.say_yes("add");
    let added = until("it is added and healthy", || {
        let backends = gateway.ctl.items("backend list");
        let added = backends.into_iter().find(|it| it["address"] == address.to_string())?;
        (added["health"] == "healthy").then_some(added)
    });
    assert_eq!((&added["name"], &added["standing"]), (&"app-2".into(), &"active".into()));
    drop(members);
}

#[test]
fn staged_weights_are_applied_as_one_change_and_undone_with_a_key() {
    let (_members, gateway) = pool_of(4);
    let Some(terminal) = dashboard(&gateway) else { return };
    terminal.press(&["g", "(", "(", "j", ")"]);
    terminal.wait_for("share app-1 25.0% → ");
    let weights = || {
        let backends = gateway.ctl.items("backend list --sort-by name");
        backends.iter().map(|it| it["weight"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(weights(), [100; 4], "nothing is sent before Enter");
    terminal.press(&["Enter"]);
    terminal.say_yes("reweight");
    until("both have their weight", || (weights() == [80, 110, 100, 100]).then_some(()));
    let changes = gateway.ctl.items("op list").into_iter().filter(|it| it["what"] == "weight");
    assert_eq!(changes.count(), 1, "one operation");
    terminal.press(&["u"]);
    terminal.say_yes("undo");
    until("they are as before", || (weights() == [100; 4]).then_some(()));
}

#[test]
fn the_command_line_adds_what_is_not_well_only_drained_or_by_force() {
    let (_members, gateway) = pool_of(1);
    let spare = Recorder::start(member);
    let add = |name: &str, address: &str, flags: &str| {
        let line = format!("backend add --pool app --name {name} --address {address} -y {flags}");
        gateway.ctl.try_run(&line)
    };
    let nobody = format!("127.0.0.1:{}", free_port());
    let refused = add("dead", &nobody, "");
    assert_eq!(refused.code, 7, "{}", refused.err);
    assert!(refused.err.contains("tcp: nobody listens there"), "{}", refused.err);
    assert!(refused.err.contains("--start drained"), "{}", refused.err);
    assert_eq!(add("dead", &nobody, "-n").code, 7, "a dry run tells it too");
    assert_eq!(gateway.ctl.items("backend list").len(), 1);
    assert_eq!(add("drained", &nobody, "--start drained").code, 0);
    assert_eq!(add("forced", &nobody, "--force -m drill").code, 0);
    assert_eq!(add("unasked", &nobody, "--no-probe").code, 0);
    let well = add("well", &spare.address.to_string(), "");
    assert_eq!(well.code, 0, "{}", well.err);
    assert!(well.err.contains("probed from the gateway: tcp"), "{}", well.err);
    let named = add("named", &format!("localhost:{}", spare.address.port()), "--start drained");
    assert_eq!(named.code, 0, "{}", named.err);
    assert!(named.err.contains("dns "), "{}", named.err);
    let metadata = add("metadata", "169.254.169.254:80", "--start drained");
    assert_eq!(metadata.code, 2, "{}", metadata.err);
    assert!(metadata.err.contains("link-local"), "{}", metadata.err);
    assert_eq!(add("nonsense", "nonsense", "").code, 2);
}

#[test]
fn who_has_addresses_tried_too_often_waits() {
    let (_members, gateway) = pool_of(1);
    let admin = gateway.admin();
    let address = format!("127.0.0.1:{}", free_port());
    let asked = wire::ProbeRequest { pool: "app".into(), address };
    let codes: Vec<Code> = (0..30)
        .map(|_| admin.probe(asked.clone()).map_or_else(|status| status.code(), |_| Code::Ok))
        .collect();
    assert!(codes[..10].iter().all(|code| *code == Code::Ok), "{codes:?}");
    assert!(codes.contains(&Code::ResourceExhausted), "{codes:?}");
}

#[test]
fn what_a_backend_cannot_become_says_where_it_is_changed() {
    let (_members, gateway) = pool_of(1);
    gateway.ctl.run("backend set app-1 --weight 80 -y -m canary");
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 80);
    for (flag, remedy) in [
        ("--address 127.0.0.1:9", "backend remove app-1 --drain"),
        ("--pool other", "backend remove app-1 --drain"),
        ("--health-path /up", "config apply"),
        ("--tls off", "config apply"),
    ] {
        let refused = gateway.ctl.try_run(&format!("backend set app-1 {flag} -y"));
        assert_eq!(refused.code, 2, "{flag}: {}", refused.err);
        assert!(refused.err.contains(remedy), "{flag}: {}", refused.err);
    }
    assert_eq!(gateway.ctl.try_run("backend set app-1 -y").code, 2);
    for verb in ["kill", "slow", "fail", "cold", "heal"] {
        let refused = gateway.ctl.try_run(&format!("demo {verb} app-1"));
        assert_ne!(refused.code, 0);
        assert!(refused.err.contains("not a demo"), "{verb}: {}", refused.err);
    }
}
