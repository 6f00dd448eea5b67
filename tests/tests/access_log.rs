//! The access log: one line of JSON for each request. Neither it nor the log on stderr is ever waited
//! for, by requests or by operators.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use gateway_tests::{
    EVERYTHING, Fleet, Gateway, Protocol, Setup, Signal, gatewayd, shortener, until, write_program,
};
use serde_json::Value;

/// A gateway that logs to `place`.
fn logging_to(place: &str, fleet: &Fleet) -> Gateway {
    let rest = shortener("2/minute", "100000/minute") + &fleet.pool("");
    Setup::default().data_plane(&format!("access_log = \"{place}\"")).start(&rest)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.lines().take(text.matches('\n').count());
    whole.map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// How many lines of the `log` were dropped.
fn dropped(gateway: &Gateway, log: &str) -> u64 {
    let text = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
    let sample = &format!("gateway_{log}_dropped_total ");
    text.lines().find_map(|line| line.strip_prefix(sample)).unwrap().parse().unwrap()
}

#[test]
fn each_request_is_one_line_that_says_what_became_of_it() {
    let fleet = Fleet::start(1);
    let mut gateway = logging_to("access.log", &fleet);
    let mut client = gateway.client(Protocol::Http2);
    let created: Vec<u16> =
        (0..3).map(|_| client.shorten("https://example.org/").status.as_u16()).collect();
    assert_eq!(created, [201, 201, 429]);
    gateway.client(Protocol::Http).get("/a/b/c");
    for head in [
        &b"GET /x HTTP/1.1\r\nHost: a\r\nUser-Agent: \x1b[2J"[..],
        b"GET /x/%1b%0a%c2%9b/ HTTP/1.1\r\nHost: a\r\nUser-Agent: \xc2\x9b2J",
    ] {
        let mut hostile = TcpStream::connect(gateway.http).unwrap();
        hostile.write_all(&[head, b"\r\nConnection: close\r\n\r\n"].concat()).unwrap();
        hostile.read_to_end(&mut Vec::new()).unwrap();
    }
    drop(client);
    // Told to end, it writes the last line before it is gone.
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.wait().code(), Some(0));
    let lines = lines(&gateway.directory().join("access.log"));
    let told: Vec<(u64, &str, &str)> = lines
        .iter()
        .map(|line| {
            let word = |key: &str| line[key].as_str().unwrap_or("-");
            (line["status"].as_u64().unwrap(), word("route"), word("refused"))
        })
        .collect();
    let expected = [
        (201, "create", "-"),
        (201, "create", "-"),
        (429, "create", "limit"),
        (404, "-", "no_route"),
        (400, "-", "header_invalid"),
        (404, "-", "no_route"),
    ];
    assert_eq!(told, expected, "{lines:?}");
    assert_eq!(lines[5]["path"], "/x/%1B%0A%C2%9B/");
    let first = &lines[0];
    for (key, value) in [
        ("client", "127.0.0.1"),
        ("method", "POST"),
        ("path", "/urls"),
        ("protocol", "HTTP/2.0"),
        ("backend", "app-1"),
        ("host", "localhost"),
    ] {
        assert_eq!(first[key], value, "{first}");
    }
    assert_eq!(first["attempts"], 1);
    for key in ["time_ms", "duration_us", "sent_bytes"] {
        assert!(first[key].as_u64().unwrap() > 0, "{key} in {first}");
    }
    let text = fs::read_to_string(gateway.directory().join("access.log")).unwrap();
    assert!(!text.contains(|letter: char| letter != '\n' && letter.is_control()), "{text:?}");
}

#[test]
fn lines_on_stderr_are_json_among_the_log() {
    let fleet = Fleet::start(1);
    let gateway = logging_to("stderr", &fleet);
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..5 {
        client.get("/nobody");
    }
    until("five lines are there", || {
        let log = gateway.log();
        let lines = log.lines().filter(|line| line.starts_with('{'));
        let parsed: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        (parsed.iter().filter(|line| line["path"] == "/nobody").count() == 5).then_some(())
    });
}

#[test]
fn a_log_whose_reader_stalls_costs_lines_and_no_request() {
    let fleet = Fleet::start(1);
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    // Opened for both, so that it is there before the gateway and never reads.
    let _reader = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let mut gateway = logging_to(&pipe.display().to_string(), &fleet);
    let mut client = gateway.client(Protocol::Http);
    let mut asked = 0;
    while dropped(&gateway, "access_log") == 0 {
        for _ in 0..1000 {
            assert_eq!(client.get("/a/b/c").status, 404);
        }
        asked += 1000;
        assert!(asked < 100_000, "nothing is dropped");
    }
    assert!(gateway.ctl.run("status").contains("lines of the access log"), "an operator sees it");
    assert!(gateway.ctl.run("pool list").contains("app"), "and everything goes on");
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.wait().code(), Some(0), "nor does it wait for the reader at the end");
}

#[test]
fn a_stderr_that_nobody_reads_costs_lines_and_keeps_nobody_waiting() {
    let fleet = Fleet::start(1);
    let directory = tempfile::tempdir().unwrap();
    let (pipe, program) = (directory.path().join("pipe"), directory.path().join("gatewayd"));
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let _reader = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let (own, to) = (gatewayd().display(), pipe.display());
    let script = format!("#!/bin/sh\nRUST_LOG=trace exec {own} \"$@\" 2> {to}\n");
    write_program(&program, &script);
    let mut gateway =
        Setup::default().program(program).start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http);
    until("lines are dropped", || {
        assert_eq!(client.get("/bytes/10").status, 200);
        gateway.ctl.run("backend list");
        (dropped(&gateway, "log") > 0).then_some(())
    });
    assert!(gateway.ctl.run("status").contains("lines of the log"), "an operator sees it");
    gateway.ctl.run("backend weight app-1=50 -y");
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.wait().code(), Some(0), "nor does it wait for the reader at the end");
}

#[test]
fn a_log_that_was_moved_away_is_begun_anew() {
    let fleet = Fleet::start(1);
    let gateway = logging_to("access.log", &fleet);
    let place = gateway.directory().join("access.log");
    let aside = gateway.directory().join("access.log.1");
    let mut client = gateway.client(Protocol::Http);
    client.get("/before");
    until("the first line is there", || (lines(&place).len() == 1).then_some(()));
    fs::rename(&place, &aside).unwrap();
    client.get("/after");
    until("the second is at the old place", || (lines(&place).len() == 1).then_some(()));
    assert_eq!(lines(&aside)[0]["path"], "/before");
    assert_eq!(lines(&place)[0]["path"], "/after");
}

#[test]
fn lines_that_cannot_be_written_are_counted() {
    let fleet = Fleet::start(1);
    let gateway = logging_to("/dev/full", &fleet);
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..10 {
        assert_eq!(client.get("/a/b/c").status, 404);
    }
    until("ten lines are missing", || (dropped(&gateway, "access_log") == 10).then_some(()));
    assert!(gateway.log().contains("access log"), "{}", gateway.log());
}

#[test]
fn a_log_that_cannot_be_opened_keeps_the_gateway_from_starting() {
    let fleet = Fleet::start(1);
    let gateway = logging_to("access.log", &fleet);
    let nowhere = gateway.file_of_a_twin().replace("\"access.log\"", "\"/nowhere/at/all.log\"");
    let refused = gateway_tests::second(&gateway, &nowhere);
    assert!(refused.0 != 0 && refused.1.contains("/nowhere/at/all.log"), "{refused:?}");
}
