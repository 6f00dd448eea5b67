//! What operators do with keys, in a real terminal against a real gateway, and what comes of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{
    Call, EVERYTHING, Gateway, Recorder, Setup, Terminal, Wire, gatewayctl, until,
};

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
fn a_drain_goes_as_it_was_told_with_keys_and_is_undone() {
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
    terminal.wait_for("[y] drain");
    terminal.press(&["y"]);
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
    terminal.wait_for("[y] drain");
    terminal.press(&["y"]);
    let line = terminal.wait_for("1m2");
    assert!(line.contains("then closed"), "{line}");

    terminal.press(&["q"]);
    let told = terminal.wait_for("left with 0");
    let told = told.replace('\n', "");
    assert!(told.contains(&format!("drain {busy} continues (op ")), "{told}");
    assert!(told.contains("Follow: gatewayctl op watch "), "{told}");
    drop(held);
    until("it is drained", || (gateway.ctl.backend(&busy)["in_flight"] == 0).then_some(()));
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
    terminal.wait_for("[y] drain");
    terminal.press(&["y"]);
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
