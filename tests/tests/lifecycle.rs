//! Starting, signalling and ending the daemon.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use gateway_tests::{Crowd, EVERYTHING, Fleet, Gateway, Protocol, Signal, until};

fn revision(gateway: &Gateway) -> u64 {
    gateway.ctl.items("status")[0]["revision"].as_u64().unwrap()
}

#[test]
fn sigterm_finishes_what_is_in_flight_and_exits_with_zero() {
    let fleet = Fleet::start(1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].turn("slow?ms=1000");
    let asking = [Protocol::Http, Protocol::Http2].map(|protocol| {
        let mut client = gateway.client(protocol);
        thread::spawn(move || client.get("/bytes/1000"))
    });
    until("both are in flight", || (fleet.servers[0].in_flight() == 2).then_some(()));
    gateway.signal(Signal::SIGTERM);
    for one in asking {
        let reply = one.join().unwrap();
        assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 1000));
    }
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(std::net::TcpStream::connect(gateway.http).is_err());
}

#[test]
fn sighup_applies_the_file_as_one_change_and_drops_nobody() {
    let mut fleet = Fleet::start(2);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let crowd = Crowd::gather(10, Protocol::Http, gateway.http, "/bytes/10");
    crowd.watch(100);
    let before = revision(&gateway);
    fleet.join();
    gateway.write_file(&(EVERYTHING.to_owned() + &fleet.weighted_pool("", &[100, 50, 100])));
    gateway.signal(Signal::SIGHUP);
    until("the file is applied", || (revision(&gateway) > before).then_some(()));
    assert_eq!(revision(&gateway), before + 1);
    assert_eq!(gateway.ctl.backend("app-2")["weight"], 50);
    until("the new server gets requests", || (fleet.servers[2].requests() > 10).then_some(()));
    crowd.disperse().assert_none_failed();
}

#[test]
fn a_bad_file_changes_nothing_and_the_log_says_why() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let before = revision(&gateway);
    gateway.write_file(&(EVERYTHING.to_owned() + &fleet.pool("balanse = \"round-robin\"")));
    gateway.signal(Signal::SIGHUP);
    until("the log names the mistake", || gateway.log().contains("balanse").then_some(()));
    assert_eq!(revision(&gateway), before);
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
}

#[test]
fn the_metrics_listener_tells_and_changes_nothing() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..7 {
        client.get("/bytes/1");
    }
    assert_eq!(gateway.ask_metrics("/livez").status, 200);
    assert_eq!(gateway.ask_metrics("/readyz").status, 200);
    until("the seven requests are counted", || {
        let text = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
        let mut samples = text.lines().filter(|line| line.starts_with("gateway_requests_total"));
        samples.any(|line| line.ends_with(" 7")).then_some(())
    });
    let mut metrics = gateway_tests::Client::new(Protocol::Http, gateway.metrics);
    assert_eq!(metrics.post("/metrics", "text/plain", String::new()).status, 405);
    assert_eq!(metrics.get("/anything").status, 404);
}

#[test]
fn a_gateway_without_a_server_lives_and_is_not_ready() {
    let mut fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].kill();
    gateway.wait_for_health("app-1", "unhealthy");
    until("it says it is not ready", || {
        (gateway.ask_metrics("/readyz").status == 503).then_some(())
    });
    assert_eq!(gateway.ask_metrics("/livez").status, 200);
    assert_eq!(gateway.ctl.try_run("status").code, 3, "degraded");
}

#[test]
fn a_second_gateway_is_told_what_is_taken_and_by_whom() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let twin = gateway.file_of_a_twin();
    // The twin with one of its lines as the first one has it.
    let sharing = |line: &str| {
        let same = fs::read_to_string(gateway.file()).unwrap();
        let pairs = same.lines().zip(twin.lines());
        let mix = pairs.map(|(same, twin)| if same.contains(line) { same } else { twin });
        mix.map(|line| line.to_owned() + "\n").collect::<String>()
    };
    for (line, told) in [
        ("state_dir", "state directory"),
        (&*gateway.http.to_string(), &*gateway.http.to_string()),
        (&*gateway.metrics.to_string(), &*gateway.metrics.to_string()),
        ("socket =", "admin.sock is in use"),
    ] {
        let file = sharing(line);
        let (code, log) = gateway_tests::second(&gateway, &file);
        assert_eq!(code, 1, "{told}: {log}");
        let error = log.lines().find(|line| line.contains("ERROR")).unwrap_or_default();
        assert!(error.contains(told), "{told}: {log}");
    }
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
    assert_eq!(gateway.ctl.try_run("status").code, 0, "{:?}", gateway.ctl.try_run("status"));
}

#[test]
fn a_second_sigterm_ends_at_once() {
    let fleet = Fleet::start(1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].turn("slow?ms=25000");
    let mut stream = TcpStream::connect(gateway.http).unwrap();
    stream.write_all(b"GET /headers HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    until("it is in flight", || (fleet.servers[0].in_flight() == 1).then_some(()));
    gateway.signal(Signal::SIGTERM);
    until("it drains", || gateway.log().contains("a second signal").then_some(()));
    let asked = Instant::now();
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.wait().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(20), "it waited for the request");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(rest, b"");
}

#[test]
fn while_it_drains_it_is_alive_and_not_ready() {
    let fleet = Fleet::start(1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    fleet.servers[0].turn("slow?ms=3000");
    let mut client = gateway.client(Protocol::Http);
    let asking = thread::spawn(move || client.get("/bytes/1"));
    until("it is in flight", || (fleet.servers[0].in_flight() == 1).then_some(()));
    gateway.signal(Signal::SIGTERM);
    until("it drains", || gateway.log().contains("a second signal").then_some(()));
    assert_eq!(gateway.ask_metrics("/readyz").status, 503, "balancers send nobody here");
    assert_eq!(gateway.ask_metrics("/livez").status, 200);
    assert_eq!(asking.join().unwrap().status, 200);
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn an_open_websocket_is_given_time_and_does_not_keep_it_from_ending() {
    let fleet = Fleet::start(1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let mut stream = TcpStream::connect(gateway.http).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    stream
        .write_all(
            b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert_eq!(gateway.ctl.items("status")[0]["connections"], 1, "a tunnel is a connection");
    gateway.signal(Signal::SIGTERM);
    until("it drains", || gateway.log().contains("a second signal").then_some(()));
    // "Hello" masked, the example of RFC 6455 section 5.7.
    let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
    stream.write_all(&hello).unwrap();
    let mut echoed = [0; 7];
    stream.read_exact(&mut echoed).unwrap();
    assert_eq!(&echoed, b"\x81\x05Hello", "the tunnel was cut at once");
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert_eq!(rest, b"\x88\x11\x03\xf4service restart", "it is told why");
    assert_eq!(gateway.wait().code(), Some(0));
}

/// Lets `gateway` write no file beyond this many bytes, as a full disk would.
fn limit_files(gateway: &Gateway, bytes: &str) {
    let mut command = Command::new("prlimit");
    command.arg(format!("--pid={}", gateway.pid())).arg(format!("--fsize={bytes}:unlimited"));
    assert!(command.status().unwrap().success());
}

#[test]
fn a_full_disk_refuses_changes_and_nothing_else_and_is_forgotten_when_there_is_room() {
    let fleet = Fleet::start(2);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    gateway.ctl.run("backend weight app-1=50 -y -m before");
    // With room for a few more lines, and for none.
    for (bytes, could_not) in [("8192", "be journaled"), ("1", "be audited")] {
        limit_files(&gateway, bytes);
        for weight in [60, 70] {
            let said = gateway.ctl.try_run(&format!("backend weight app-1={weight} -y -m full"));
            assert_eq!(said.code, 1, "{}", said.err);
            assert!(said.err.contains(could_not), "{}", said.err);
        }
    }
    assert_eq!(gateway.ctl.backend("app-1")["weight"], 50);
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
    limit_files(&gateway, "unlimited");
    gateway.ctl.run("backend weight app-2=80 -y -m after");
    gateway.kill();
    gateway.start_again();
    let weights = ["app-1", "app-2"].map(|name| gateway.ctl.backend(name)["weight"].clone());
    assert_eq!(weights, [50, 80]);
    // What was accepted and then not kept is told as that.
    let failed = gateway.ctl.items("audit list --kind failed");
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed.iter().all(|it| it["reason"] == "full" && it["target"] == "backend/app-1"));
    gateway.ctl.run("audit verify");
}

#[test]
fn a_gateway_that_lost_a_worker_says_so_and_ends() {
    let fleet = Fleet::start(1);
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    // Enough descriptors for the sockets, and not for the event loops of so many workers.
    let file = gateway.file_of_a_twin().replace("workers = 2", "workers = 32");
    let (code, log) = gateway_tests::second_with_descriptors(&gateway, &file, 270);
    assert_eq!(code, 1, "{log}");
    let told = |what: &str| log.lines().any(|it| it.contains("ERROR") && it.contains(what));
    assert!(told(" failed: Too many open files"), "{log}");
    assert!(told("the gateway cannot go on: worker-"), "{log}");
}

/// Puts a pipe that nobody writes to where there was a file: whoever opens it waits.
fn make_pipe(path: &Path) {
    fs::remove_file(path).unwrap();
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_file_that_became_a_pipe_is_refused_and_not_waited_for() {
    let fleet = Fleet::start(1);
    let mut gateway = Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")));
    let before = gateway.metric("gateway_reload_failed_total{what=\"file\"}");
    make_pipe(&gateway.file());
    gateway.signal(Signal::SIGHUP);
    until("the log tells why", || gateway.log().contains("is not a regular file").then_some(()));
    let failed = gateway.metric("gateway_reload_failed_total{what=\"file\"}");
    assert_eq!(failed, before + 1.0);
    assert_eq!(gateway.client(Protocol::Http).get("/bytes/1").status, 200);
    gateway.signal(Signal::SIGTERM);
    assert_eq!(gateway.wait().code(), Some(0));
}
