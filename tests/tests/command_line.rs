//! gatewayctl as scripts and people run it: pipes, questions, ^C.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use gateway_tests::{
    Crowd, Ctl, EVERYTHING, Fleet, Gateway, Process, Protocol, Signal, Terminal, gatewayctl, until,
};
use serde_json::Value;

/// gatewayctl for a gateway that is not there.
fn nobody() -> Ctl {
    Ctl::new(PathBuf::from("/nonexistent/gatewayd.sock"))
}

fn gateway(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

#[test]
fn a_bare_command_off_a_terminal_explains_itself_and_fails() {
    let said = nobody().try_args(&[]);
    assert_eq!((said.code, &*said.out), (2, ""));
    assert!(said.err.contains("Usage: gatewayctl"), "{}", said.err);
    assert!(said.err.contains("gatewayctl status"), "{}", said.err);
}

#[test]
fn an_error_is_json_where_answers_are() {
    for (line, code, word) in [
        ("status -o json", 9, "unavailable"),
        ("backend weight app-1 -o json", 2, "usage"),
        ("drain app-1 -y --output=jsonl", 9, "unavailable"),
    ] {
        let said = nobody().try_run(line);
        let told: Value = serde_json::from_str(&said.err).unwrap();
        assert_eq!((said.code, &*said.out), (code, ""), "{line}");
        assert_eq!(told["error"]["exit"], code, "{line}");
        assert_eq!(told["error"]["code"], word, "{line}");
        assert!(told["error"]["hint"].is_string(), "{line}: {told}");
    }
}

#[test]
fn what_needs_no_gateway_works_without_one() {
    for line in [
        "--version",
        "--help",
        "backend drain --help",
        "help exit-codes",
        "help output",
        "help filters",
        "help backend weight",
        "completion bash",
        "completion zsh",
        "completion fish",
        "version --client -o json",
    ] {
        let out = nobody().run(line);
        assert!(!out.is_empty(), "{line}");
    }
}

#[test]
fn a_change_that_would_have_to_ask_names_the_missing_flag() {
    let fleet = Fleet::start(2);
    let gateway = gateway(&fleet);
    for (line, flag) in [
        ("backend drain app-1", "--yes"),
        ("backend remove app-1", "--confirm app-1"),
        ("backend remove app-1 --confirm app-2", "must name the same"),
    ] {
        let said = gateway.ctl.try_run(line);
        assert_eq!(said.code, 2, "{line}: {}", said.err);
        assert!(said.err.contains(flag), "{line}: {}", said.err);
    }
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active");
    gateway.ctl.run("backend remove app-1 --confirm app-1");
    assert_eq!(gateway.ctl.run("backend list -o name"), "app-2\n");
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let fleet = Fleet::start(1);
    let gateway = gateway(&fleet);
    let mut command = gateway.ctl.command();
    command.args(["backend", "list", "-w"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains(r#""type":"added""#), "{first}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// The next line of a child that tells each change in one.
fn next(lines: &mut impl Iterator<Item = std::io::Result<String>>, kind: &str) -> Value {
    lines
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
        .find(|line| line["type"] == kind)
        .unwrap_or_else(|| panic!("it ended without {kind}"))
}

#[test]
fn a_watch_outlives_the_gateway_and_tells_the_gap() {
    let fleet = Fleet::start(2);
    let mut gateway = gateway(&fleet);
    let mut command = gateway.ctl.command();
    command.args("backend list -w --columns name,weight --timeout 60s".split(' '));
    let mut child: Child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    next(&mut lines, "sync");
    gateway.kill();
    next(&mut lines, "error");
    gateway.start_again();
    next(&mut lines, "gap");
    gateway.ctl.run("backend weight app-1=7 -y");
    let modified = next(&mut lines, "modified");
    assert_eq!(modified["item"], serde_json::json!({ "name": "app-1", "weight": 7 }));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_tail_shows_what_happened_while_it_was_cut_off() {
    let fleet = Fleet::start(2);
    let mut gateway = gateway(&fleet);
    let mut command = gateway.ctl.command();
    command.args("event tail --kind change -o jsonl".split(' ')).stdout(Stdio::piped());
    let mut child: Child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until_told = |reason: &str| {
        let told = lines.find(|line| line.as_ref().unwrap().contains(reason));
        assert!(told.is_some(), "it ended without {reason}");
    };
    gateway.ctl.run("backend weight app-1=7 -y -m before");
    until_told("app-1");
    gateway.kill();
    gateway.start_again();
    gateway.ctl.run("backend weight app-2=7 -y -m after");
    until_told("app-2");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_drain_on_a_terminal_asks_shows_and_can_be_left() {
    let fleet = Fleet::start(3);
    let gateway = gateway(&fleet);
    for server in &fleet.servers {
        server.turn("slow?ms=5000");
    }
    let crowd = Crowd::gather(12, Protocol::Http, gateway.http, "/bytes/1");
    until("requests are in flight on it", || (fleet.servers[0].in_flight() > 0).then_some(()));
    let program = gatewayctl().display();
    let line = format!(
        "sh -c 'trap : INT; {program} --addr={} drain app-1 -m patch; echo left with $?; cat'",
        gateway.ctl.address()
    );
    let Some(terminal) = Terminal::open(100, 30, &line) else { return };
    let plan = terminal.wait_for("Go ahead?");
    assert!(plan.contains("33.3%") && plan.contains("50.0%"), "{plan}");
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "active", "nothing before the answer");
    terminal.press(&["y", "Enter"]);
    terminal.wait_for("^C stops waiting");
    terminal.press(&["C-c"]);
    let screen = terminal.wait_for("left with 130");
    assert!(screen.contains("the drain goes on"), "{screen}");
    assert!(screen.contains("gatewayctl op undo "), "{screen}");
    assert_eq!(gateway.ctl.backend("app-1")["standing"], "draining");
    for server in &fleet.servers {
        server.turn("slow?ms=0");
    }
    gateway.ctl.run("backend wait app-1 --for drained --timeout 30s");
    crowd.disperse().assert_none_failed();
}

#[test]
fn a_silent_gateway_is_waited_for_no_longer_than_until_it_is_interrupted() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("silent.sock");
    let _silent = UnixListener::bind(&socket).unwrap();
    for line in ["event tail", "traffic tail"] {
        let mut command = Ctl::new(socket.clone()).command();
        command.args(line.split(' '));
        let mut asking = Process::start(line, &mut command, &directory.path().join("log"));
        until("it hears of interrupts", || hears(asking.pid(), Signal::SIGINT).then_some(()));
        let ended = until("it has ended", || {
            asking.signal(Signal::SIGINT);
            asking.ended()
        });
        assert_eq!(ended.code(), Some(130), "{line}: {}", asking.log());
    }
}

/// Whether a process does something about a signal by itself.
fn hears(pid: u32, signal: Signal) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() >> (signal as u32 - 1) & 1 == 1
}
