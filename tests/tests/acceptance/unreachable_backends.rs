//! Backends that cannot be reached, and a gateway that cannot reach anybody.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gateway_tests::{
    Call, EVERYTHING, Gateway, Protocol, Recorder, Setup, Stage, free_port, pool_of, until,
};
use socket2::{Domain, Socket, Type};

/// Two attempts to connect take 4 s; whatever takes longer waits for something else.
const TWO_ATTEMPTS: Duration = Duration::from_secs(8);

/// A backend in good health that then falls silent: the network swallows what is sent to it.
struct BlackHole {
    address: SocketAddr,
    healthy: JoinHandle<TcpListener>,
}

/// What keeps it silent.
struct Silence {
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl BlackHole {
    fn new() -> BlackHole {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        BlackHole { address, healthy: thread::spawn(move || answer_one_probe(listener)) }
    }

    /// Fills the queue of a listener that accepts nobody any more: its kernel then answers nobody.
    fn fall_silent(self) -> Silence {
        let listener = self.healthy.join().unwrap();
        let mut queue = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&self.address, Duration::from_millis(300))
        {
            queue.push(stream);
            assert!(queue.len() < 16, "the queue has no end");
        }
        Silence { _listener: listener, _queue: queue }
    }
}

fn answer_one_probe(listener: TcpListener) -> TcpListener {
    let (mut socket, _) = listener.accept().unwrap();
    let mut probe = Vec::new();
    while !probe.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        probe.push(byte[0]);
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    std::io::copy(&mut socket, &mut std::io::sink()).unwrap();
    listener
}

fn one_worker() -> Setup {
    Setup::default().workers(1)
}

fn errors(gateway: &Gateway, name: &str) -> u64 {
    gateway.ctl.backend(name)["errors_total"].as_u64().unwrap()
}

/// Why attempts on a backend failed.
fn reasons(gateway: &Gateway, name: &str) -> Vec<String> {
    let shown = gateway.ctl.items(&format!("backend show {name}")).remove(0);
    let failures = shown["failures"].as_array().unwrap().iter();
    failures.map(|it| it["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn case_66_a_backend_that_cannot_be_reached_is_passed_over_once_and_only_it_is_charged() {
    let good = Recorder::start(|call| {
        if let Some(request) = call.request() {
            let body = request.target();
            let close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length";
            call.say(format!("{close}: {}\r\n\r\n{body}", body.len()));
        }
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody listens there once it has passed its first probe.
    thread::spawn(move || drop(answer_one_probe(listener)));
    let pool = pool_of(&[address, good.address], "");
    let gateway = one_worker().start(&(EVERYTHING.to_owned() + &pool));
    gateway.wait_for_health("app-1", "healthy");
    let mut client = gateway.client(Protocol::Http);
    for number in 0..10 {
        let reply = client.post(&format!("/{number}"), "text/plain", "pay".to_owned());
        assert_eq!(reply.status, 200, "nothing was sent yet, so even a POST may go elsewhere");
    }
    assert_eq!(good.requests().len(), 10);
    let charged = ["app-1", "app-2"].map(|name| gateway.ctl.backend(name)["errors_total"].as_u64());
    assert!(charged[0] > Some(0) && charged[1] == Some(0), "{charged:?}");
    assert_eq!(reasons(&gateway, "app-1"), ["connect_refused"]);
    drop(good);
    until("both are gone", || {
        let reply = client.get("/");
        let status = reply.status.as_u16();
        (status == 502).then_some(())
    });
}

#[test]
fn case_66_a_backend_that_swallows_what_is_sent_costs_one_attempt() {
    let (good, silent) = (Recorder::answering(), BlackHole::new());
    let pool = pool_of(&[silent.address, good.address], "");
    let gateway = one_worker().start(&(EVERYTHING.to_owned() + &pool));
    gateway.wait_for_health("app-1", "healthy");
    let _silence = silent.fall_silent();
    for number in 0..4 {
        let mut client = gateway.client(Protocol::Http);
        let begun = Instant::now();
        let reply = client.post(&format!("/{number}"), "text/plain", "pay".to_owned());
        assert_eq!(reply.status, 200, "nothing was sent yet, so even a POST may go elsewhere");
        assert!(begun.elapsed() < TWO_ATTEMPTS, "{:?}", begun.elapsed());
    }
    assert_eq!(good.requests().len(), 4);
    until("it is charged", || (errors(&gateway, "app-1") > 0).then_some(()));
    assert_eq!(errors(&gateway, "app-2"), 0);
    assert_eq!(reasons(&gateway, "app-1"), ["connect_timeout"]);
}

#[test]
fn case_66_where_all_are_silent_the_client_is_told_so_after_two_of_them() {
    let silent = [(); 3].map(|()| BlackHole::new());
    let pool = pool_of(&silent.each_ref().map(|it| it.address), "");
    let gateway = one_worker().start(&(EVERYTHING.to_owned() + &pool));
    for name in ["app-1", "app-2", "app-3"] {
        gateway.wait_for_health(name, "healthy");
    }
    let _silences = silent.map(BlackHole::fall_silent);
    for protocol in [Protocol::Http, Protocol::Http2] {
        let begun = Instant::now();
        let reply = gateway.client(protocol).get("/");
        assert_eq!(reply.status, 504);
        assert!(begun.elapsed() < TWO_ATTEMPTS, "{:?}", begun.elapsed());
    }
    let charged = || ["app-1", "app-2", "app-3"].map(|name| errors(&gateway, name));
    until("two are charged each time", || (charged().iter().sum::<u64>() >= 4).then_some(()));
    assert_eq!(charged().iter().sum::<u64>(), 4);
}

/// The lowest descriptor that a process could open next.
fn next_descriptor(pid: u32) -> u64 {
    let open: Vec<u64> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
        .collect();
    (0..).find(|number| !open.contains(number)).unwrap()
}

/// Lets a process open no descriptor from this one on.
fn allow_descriptors(pid: u32, below: u64) {
    let pid = format!("--pid={pid}");
    let limit = format!("--nofile={below}:");
    assert!(Command::new("prlimit").args([pid, limit]).status().unwrap().success());
}

#[test]
fn case_66_a_shortage_of_our_own_is_not_charged_to_the_backend() {
    // It keeps no connection, so that every request needs a new one.
    let mut stage = Stage::set(one_worker(), EVERYTHING, |call: &mut Call| {
        if call.request().is_some() {
            call.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let mut wire = stage.wire();
    let mut ask = || {
        wire.send("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
        wire.answer().status()
    };
    assert_eq!(ask(), 200);
    let (pid, before) = (stage.gateway.pid(), 4096);
    let failed = until("there is a shortage", || {
        allow_descriptors(pid, next_descriptor(pid));
        (ask() == 502).then(|| (0..4).map(|_| ask()).collect::<Vec<_>>())
    });
    allow_descriptors(pid, before);
    assert_eq!(failed, [502; 4]);
    assert_eq!(ask(), 200);
    until("the refusals are counted", || (stage.rejected()["upstream_connect"] >= 5).then_some(()));
    assert_eq!(errors(&stage.gateway, "app-1"), 0, "it was never asked");
    assert_eq!(stage.gateway.ctl.backend("app-1")["health"], "healthy");
}
