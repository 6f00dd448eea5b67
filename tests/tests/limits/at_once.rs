//! At once: limits of what is under way, and of connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use gateway_tests::{EVERYTHING, Fleet, Gateway, Protocol, Recorder, Setup, until};
use socket2::{Domain, Socket, Type};

use crate::{limited, listed};

/// A request that a backend does not answer before it is told to.
fn ask_slowly(gateway: &Gateway) -> TcpStream {
    let mut stream = TcpStream::connect(gateway.http).unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Whether the gateway keeps a new connection open: it answers on it.
fn comes_in(gateway: &Gateway) -> Option<TcpStream> {
    comes_in_from([127, 0, 0, 1], gateway)
}

/// The same for a client with this address.
fn comes_in_from(address: [u8; 4], gateway: &Gateway) -> Option<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((address, 0)).into()).unwrap();
    socket.connect(&gateway.http.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // What was closed may break at either step.
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n").ok()?;
    let mut first = [0];
    match stream.read(&mut first) {
        Ok(1) => Some(stream),
        _ => None,
    }
}

#[test]
fn requests_under_way_count_until_they_are_over_however_they_end() {
    let backend = Recorder::start(|call| {
        call.request();
        call.wait_until_left();
    });
    let rest = limited("key = \"client-ip\"\nconcurrent = 2") + &Recorder::pool(&[&backend], "");
    let gateway = Gateway::start(&rest);
    let under_way = || backend.requests().len();
    let (first, second) = (ask_slowly(&gateway), ask_slowly(&gateway));
    until("both are with the backend", || (under_way() == 2).then_some(()));
    let mut third = gateway.client(Protocol::Http);
    let refused = third.get("/slow");
    assert_eq!(refused.status, 429);
    assert!(refused.header("ratelimit").starts_with("\"all\";r=0"), "{:?}", refused.headers);
    assert_eq!(refused.header("ratelimit-policy"), "\"all\";q=2;qu=\"concurrent-requests\"");
    drop(first);
    // Its place is free as soon as the gateway has seen it leave.
    let rejected = || listed(&gateway)["rejected_total"].as_u64().unwrap();
    let _third = until("another one gets its place", || {
        let (before, asked) = (rejected(), ask_slowly(&gateway));
        until("it is refused, or with the backend", || {
            (under_way() == 3 || rejected() > before).then_some(())
        });
        (under_way() == 3).then_some(asked)
    });
    assert_eq!(third.get("/slow").status, 429, "there are two again");
    drop(second);
}

#[test]
fn connections_over_a_listeners_limit_are_closed_unheard_and_counted() {
    let fleet = Fleet::start(1);
    let rest = EVERYTHING.to_owned()
        + "[[limit]]\nname = \"all\"\nkey = \"client-ip\"\nconcurrent = 2\n\n"
        + &fleet.pool("");
    let gateway = Setup::default().http_listener("limits = [\"all\"]").start(&rest);
    let first = comes_in(&gateway).unwrap();
    let _second = comes_in(&gateway).unwrap();
    assert!(comes_in(&gateway).is_none(), "the third is closed");
    drop(first);
    let _third = until("a place is free again", || comes_in(&gateway));
    let limit = listed(&gateway);
    assert_eq!(limit["listeners"], serde_json::json!(["http"]), "{limit}");
    assert!(limit["rejected_total"].as_u64().unwrap() >= 1, "{limit}");
}

#[test]
fn a_listener_takes_no_more_connections_in_a_while_than_its_limit_says() {
    let fleet = Fleet::start(1);
    let rest = EVERYTHING.to_owned()
        + "[[limit]]\nname = \"all\"\nkey = \"global\"\nmax = \"3/minute\"\n\n"
        + &fleet.pool("");
    let gateway = Setup::default().http_listener("limits = [\"all\"]").start(&rest);
    let came = (0..8).filter_map(|_| comes_in(&gateway)).count();
    assert_eq!(came, 3);
}

#[test]
fn attempts_to_connect_are_paced_for_each_address() {
    let fleet = Fleet::start(1);
    let rest = EVERYTHING.to_owned()
        + "[[limit]]\nname = \"all\"\nkey = \"client-ip\"\nrate = \"1/hour\"\nburst = 3\n\n"
        + &fleet.pool("");
    let gateway = Setup::default().http_listener("limits = [\"all\"]").start(&rest);
    let from = |host| (0..6).filter_map(|_| comes_in_from([127, 0, 0, host], &gateway)).count();
    assert_eq!((from(1), from(2)), (3, 3));
}
