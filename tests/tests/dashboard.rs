//! The dashboard in a real terminal, against a real gateway.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gateway_tests::{EVERYTHING, Fleet, Gateway, Terminal, gatewayctl, until};

fn dashboard(gateway: &Gateway, columns: u16, rows: u16) -> Option<Terminal> {
    let program = gatewayctl().display();
    Terminal::open(columns, rows, &format!("{program} --addr={} top", gateway.ctl.address()))
}

#[test]
fn it_shows_the_fleet_at_each_size() {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    for (columns, rows) in [(120, 40), (80, 24), (40, 12)] {
        let Some(terminal) = dashboard(&gateway, columns, rows) else { return };
        let screen = terminal.wait_until("the fleet is shown", |screen| {
            screen.contains("app-1") || screen.contains("app ")
        });
        println!("──── {columns}x{rows}\n{screen}");
        assert!(screen.lines().count() <= usize::from(rows));
        terminal.resize(13, 3);
        terminal.resize(columns, rows);
        terminal.wait_until("it survived other sizes", |screen| screen.contains("app"));
    }
}

#[test]
fn a_drain_done_with_keys_is_a_drain() {
    let fleet = Fleet::start(3);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    terminal.wait_for("app");
    terminal.press(&["2"]);
    terminal.wait_for("app-3");
    terminal.press(&["d"]);
    let dialog = terminal.wait_until("a dialog asks", |screen| screen.contains("rain app-"));
    let target = ["app-1", "app-2", "app-3"]
        .into_iter()
        .find(|name| dialog.contains(&format!("rain {name}")))
        .unwrap();
    terminal.press(&["Enter"]);
    until("it drains", || (gateway.ctl.backend(target)["standing"] == "draining").then_some(()));
    let others = gateway.ctl.items("backend list");
    let drained = others.iter().filter(|backend| backend["standing"] != "active");
    assert_eq!(drained.count(), 1);
}

#[test]
fn it_outlives_the_gateway_and_finds_it_again() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let Some(terminal) = dashboard(&gateway, 120, 40) else { return };
    let lost = |screen: &str| {
        ["disconnected", "reconnect"].iter().any(|word| screen.to_lowercase().contains(word))
    };
    terminal.wait_until("it is connected", |screen| screen.contains("app") && !lost(screen));
    gateway.kill();
    let marked = terminal.wait_until("it says that the gateway is gone", lost);
    assert!(marked.contains("app"), "the last picture stays:\n{marked}");
    gateway.start_again();
    terminal.wait_until("it is connected again", |screen| !lost(screen));
}

#[test]
fn quitting_gives_the_terminal_back() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let program = gatewayctl().display();
    let line =
        format!("sh -c '{program} --addr={} top; echo left with $?; cat'", gateway.ctl.address());
    let Some(terminal) = Terminal::open(80, 24, &line) else { return };
    terminal.wait_for("app");
    terminal.press(&["q"]);
    let screen = terminal.wait_for("left with 0");
    assert!(!screen.contains("app-1"), "the screen of before is back:\n{screen}");
    terminal.press(&["echoed", "Enter"]);
    terminal.wait_until("the terminal echoes", |screen| screen.matches("echoed").count() == 2);
}
