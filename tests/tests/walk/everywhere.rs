//! What keys do on every screen.

use std::fs;
use std::os::unix::net::UnixListener;

use gateway_tests::{Desk, EVERYTHING, Fleet, Gateway, Protocol, shortener};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::dashboard::Dashboard;

fn gateway(count: usize) -> (Fleet, Gateway) {
    let fleet = Fleet::start(count);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    (fleet, gateway)
}

#[test]
fn each_screen_has_a_key_and_its_neighbours_two() {
    let (_fleet, gateway) = gateway(1);
    let dashboard = Dashboard::open(&gateway.ctl, "");
    let shows = |tab: &str| dashboard.wait_for(&format!("[{tab}"));
    dashboard.act("screen.backends");
    shows("2 Backends");
    dashboard.act("screen.limits");
    shows("3 Limits");
    dashboard.act("screen.scaler");
    shows("4 Scaler");
    dashboard.act("screen.traffic");
    shows("5 Traffic");
    dashboard.act("screen.events");
    shows("6 Events");
    dashboard.act("screen.tls");
    shows("7 TLS");
    dashboard.act("screen.next");
    shows("1 Overview");
    dashboard.act("screen.before");
    shows("7 TLS");
    dashboard.act("screen.overview");
    shows("1 Overview");
    dashboard.act("screen.help");
    dashboard.wait_for("any other key closes");
    dashboard.act("screen.help");
    dashboard.wait_until("the help is closed", |screen| !screen.contains("any other key closes"));
}

#[test]
fn a_command_is_written_planned_made_and_undone() {
    let (_fleet, gateway) = gateway(2);
    let dashboard = Dashboard::open(&gateway.ctl, "");
    dashboard.act("palette.open");
    dashboard.wait_for("Tab completes");
    dashboard.write("backend weight app-2=70 -m try\r");
    dashboard.say_yes("reweight");
    dashboard.until("it is made", || (gateway.ctl.backend("app-2")["weight"] == 70).then_some(()));
    let done = gateway.ctl.items("op list --limit 1").remove(0);
    assert_eq!((&done["what"], &done["reason"]), (&"weight".into(), &"try".into()));
    dashboard.act("operation.undo");
    dashboard.wait_for("active weight 70 → active weight 100");
    dashboard.say_yes("undo");
    dashboard
        .until("it is undone", || (gateway.ctl.backend("app-2")["weight"] == 100).then_some(()));
    let undone = gateway.ctl.items("op list --filter what=weight").remove(0);
    assert_eq!(undone["undo"], "done", "{undone}");
}

#[test]
fn what_has_no_key_is_done_as_a_command() {
    let fleet = Fleet::start(2);
    let gateway = Gateway::start(&(shortener("1/hour", "9/hour") + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http);
    let statuses = [(); 2].map(|()| client.shorten("https://example.org/").status);
    assert_eq!(statuses[1], 429, "{statuses:?}");
    let dashboard = Dashboard::open(&gateway.ctl, "");
    let command = |line: &str, verb: &str| {
        dashboard.act("palette.open");
        dashboard.wait_for("Tab completes");
        dashboard.write(&format!("{line}\r"));
        dashboard.say_yes(verb);
    };
    command("limit reset create-per-ip", "reset");
    assert_ne!(client.shorten("https://example.org/").status, 429, "nothing is counted any more");
    command("backend weight app-2=70 --confirm-within 5m", "reweight");
    let waits = gateway.ctl.items("op list --limit 1").remove(0);
    assert!(!waits["confirm_by"].is_null(), "{waits}");
    let id = waits["id"].as_str().unwrap();
    command(&format!("op confirm {id}"), "keep");
    let kept = gateway.ctl.items(&format!("op list --filter id={id}")).remove(0);
    assert!(kept["confirm_by"].is_null(), "{kept}");
    assert_eq!(gateway.ctl.backend("app-2")["weight"], 70);
}

#[test]
fn a_paused_screen_stands_still_and_then_follows() {
    let (_fleet, gateway) = gateway(2);
    let dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("app-2");
    dashboard.act("screen.pause");
    dashboard.wait_for("PAUSED");
    gateway.ctl.run("drain app-2 --no-wait -y");
    let missed = |screen: &str| -> u32 {
        let (_, rest) = screen.split_once("(+").unwrap_or_else(|| panic!("{screen}"));
        rest.split(')').next().unwrap().parse().unwrap()
    };
    // The next picture may have been on its way, the one after it knows of the drain.
    let before = missed(&dashboard.wait_for("PAUSED"));
    let still = dashboard.wait_until("pictures were missed", |it| missed(it) >= before + 2);
    assert!(!still.contains("DRAIN") && !still.contains("EMPTY"), "{still}");
    dashboard.act("screen.pause");
    dashboard.wait_for_drain("app-2");
}

#[test]
fn what_is_chosen_is_copied_and_exported() {
    let (_fleet, gateway) = gateway(2);
    let dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("app-2");
    let address = gateway.ctl.backend("app-1")["address"].as_str().unwrap().to_owned();
    dashboard.act("screen.copy");
    dashboard.wait_for("row as JSON");
    dashboard.write("a");
    dashboard.wait_for(&format!("copied by the terminal, if it lets programs: {address}"));
    // "127.0.0.1:" in base64, as far as whole groups of three go.
    dashboard.until("it is in the clipboard", || {
        (dashboard.count(b"\x1b]52;c;MTI3LjAuMC4x") > 0).then_some(())
    });
    dashboard.act("screen.export");
    dashboard.wait_for("rows as JSON lines");
    dashboard.write("j");
    let file = dashboard.until("a file is written", || dashboard.files().pop());
    let rows = dashboard.until("all rows are in it", || {
        let text = fs::read_to_string(&file).unwrap();
        let rows = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        rows.collect::<Option<Vec<_>>>().filter(|rows| rows.len() == 2)
    });
    assert_eq!((&rows[0]["name"], &rows[0]["address"]), (&"app-1".into(), &address.into()));
}

#[test]
fn another_gateway_is_turned_to() {
    let ((_fleet, here), (_other, there)) = (gateway(2), gateway(1));
    let address = there.ctl.address();
    let desk = Desk::of(&here, &format!("[contexts.other]\naddr = \"{address}\""));
    let dashboard = Dashboard::open(&desk.ctl, "backends");
    dashboard.wait_for("Backends 2");
    dashboard.act("screen.contexts");
    dashboard.wait_for("answers in ");
    dashboard.act("list.down");
    dashboard.write("\r");
    dashboard.wait_for("Backends 1");
    dashboard.act("backend.weight-up-ten");
    dashboard.act("backend.open");
    dashboard.say_yes("reweight");
    dashboard
        .until("it is done there", || (there.ctl.backend("app-1")["weight"] == 110).then_some(()));
    assert_eq!(here.ctl.backend("app-1")["weight"], 100, "and not here");
}

#[test]
fn the_terminal_is_turned_to_what_is_asked_for() {
    let (_fleet, gateway) = gateway(1);
    let mut dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("app-1");
    dashboard.act("screen.theme");
    dashboard.wait_for("note theme");
    dashboard.act("screen.mouse");
    dashboard
        .until("the mouse is listened to", || (dashboard.count(b"\x1b[?1000h") == 1).then_some(()));
    dashboard.act("screen.mouse");
    dashboard.until("and no more", || (dashboard.count(b"\x1b[?1000l") == 1).then_some(()));
    let drawn = dashboard.count(b"127.0.0.1:");
    dashboard.act("screen.pause");
    dashboard.wait_for("PAUSED");
    dashboard.act("screen.redraw");
    dashboard
        .until("all is drawn again", || (dashboard.count(b"127.0.0.1:") > drawn).then_some(()));
    let pid = Pid::from_raw(dashboard.terminal().pid() as i32);
    let taken = dashboard.count(b"\x1b[?1049h");
    dashboard.act("screen.suspend");
    dashboard.until("it has stopped", || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit(')').next()?.trim_start().starts_with('T').then_some(())
    });
    kill(pid, Signal::SIGCONT).unwrap();
    dashboard.until("it has its screen again", || {
        (dashboard.count(b"\x1b[?1049h") > taken).then_some(())
    });
    dashboard.wait_for("app-1");
    dashboard.act("screen.quit");
    assert!(dashboard.terminal().wait().success());
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
}

#[test]
fn a_gateway_that_is_gone_is_tried_when_asked() {
    let (_fleet, mut gateway) = gateway(1);
    let dashboard = Dashboard::open(&gateway.ctl, "backends");
    dashboard.wait_for("app-1");
    gateway.kill();
    dashboard.wait_for("DISCONNECTED");
    // By itself it waits longer each time, so that only a key can bring it here so often.
    fs::remove_file(gateway.socket()).unwrap();
    let nobody = UnixListener::bind(gateway.socket()).unwrap();
    nobody.set_nonblocking(true).unwrap();
    let mut calls = 0;
    dashboard.act_until("link.retry", "it is tried again and again", || {
        calls += usize::from(nobody.accept().is_ok());
        (calls > 50).then_some(())
    });
    drop(nobody);
    fs::remove_file(gateway.socket()).unwrap();
    gateway.start_again();
    dashboard.act("link.retry");
    dashboard.wait_for("LIVE");
}
