//! What HTTP asks of whoever stands between a client and a server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use gateway_tests::{Act, EVERYTHING, Fleet, Gateway, Protocol, Scripted, until};
use http::Method;

fn shown(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

fn before(backend: &Scripted) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &Scripted::pool(&[backend])))
}

/// Sends `request` as it is and reads until the other side closes.
fn raw(address: SocketAddr, request: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // One that answers early may close before it has read everything.
    let _ = stream.write_all(request.as_ref());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1).unwrap_or_default();
    word.parse().unwrap_or_else(|_| panic!("no status in {answer:?}"))
}

/// Waits until the gateway has counted this many refusals for `reason`: it counts a request when its
/// answer is sent, and a client may have it before.
#[track_caller]
fn expect_refusals(gateway: &Gateway, reason: &str, count: u64) {
    until(&format!("{count} of {reason}"), || (refusals(gateway, reason) == count).then_some(()));
}

fn refusals(gateway: &Gateway, reason: &str) -> u64 {
    let text = String::from_utf8(gateway.ask_metrics("/metrics").body.to_vec()).unwrap();
    let sample = format!("gateway_rejected_total{{reason=\"{reason}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(sample.as_str()));
    line.unwrap_or_else(|| panic!("no {sample} in {text}")).parse().unwrap()
}

#[test]
fn connect_and_trace_are_refused_and_counted() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    for line in ["CONNECT a.example:443", "TRACE /headers"] {
        let request = format!("{line} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
        let request = request.replace(
            "Host: a.example\r\n",
            match &line[..1] {
                "C" => "Host: a.example:443\r\n",
                _ => "Host: a.example\r\n",
            },
        );
        assert_eq!(status(&raw(gateway.http, request)), 405, "{line}");
    }
    assert_eq!(fleet.servers[0].requests(), 0);
    expect_refusals(&gateway, "method_refused", 2);
}

#[test]
fn an_expectation_is_met_or_refused() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let ask = |expect: &str| {
        let head = format!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: {expect}\r\nContent-Length: 5\r\n\
             Connection: close\r\n\r\n"
        );
        let mut stream = TcpStream::connect(gateway.http).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        // Only a client that was told to continue sends its body.
        if first.ends_with(b"100") {
            stream.write_all(b"hello").unwrap();
        }
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        (String::from_utf8_lossy(&first).into_owned(), rest)
    };
    let (first, rest) = ask("100-continue");
    assert_eq!(first, "HTTP/1.1 100");
    assert!(rest.ends_with("hello"), "{rest}");
    assert_eq!(ask("the-unexpected").0, "HTTP/1.1 417");
    expect_refusals(&gateway, "expectation_failed", 1);
}

#[test]
fn a_body_over_the_routes_size_is_refused_declared_or_not() {
    let fleet = Fleet::start(1);
    let route = EVERYTHING.replace("pool = \"app\"", "pool = \"app\"\nmax_body_bytes = 1000");
    let gateway = Gateway::start(&(route + &fleet.pool("")));
    let declared =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&raw(gateway.http, declared)), 413);
    assert_eq!(fleet.servers[0].requests(), 0, "not even its head went on");
    let chunk = format!("2bc\r\n{}\r\n", "x".repeat(700));
    let chunked = format!(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
         {chunk}{chunk}0\r\n\r\n"
    );
    assert_eq!(status(&raw(gateway.http, chunked)), 413);
    let mut client = gateway.client(Protocol::Http2);
    assert_eq!(client.post("/echo", "text/plain", "x".repeat(1001)).status, 413);
    assert_eq!(client.post("/echo", "text/plain", "x".repeat(1000)).status, 200);
    expect_refusals(&gateway, "body_too_large", 3);
}

#[test]
fn a_head_request_is_told_the_length_and_sent_no_body() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let head = "HEAD /bytes/777 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = raw(gateway.http, head);
    assert_eq!(status(&answer), 200);
    assert!(answer.to_ascii_lowercase().contains("content-length: 777\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    for protocol in [Protocol::Http, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for _ in 0..3 {
            let reply = client.ask(Method::HEAD, "/bytes/777", Bytes::new()).unwrap();
            assert_eq!((reply.header("content-length"), reply.body.len()), ("777", 0));
            assert_eq!(client.get("/bytes/5").body.len(), 5, "the connection is in step");
        }
    }
}

#[test]
fn answers_without_a_body_leave_both_connections_in_step() {
    let backend = Scripted::start(|_, head| {
        let code = head.split(['/', ' ']).nth(2).unwrap_or_default();
        Act::Send(match code {
            "204" => b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
            "304" => {
                b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: \"x\"\r\n\r\n".to_vec()
            }
            _ => b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_vec(),
        })
    });
    let gateway = before(&backend);
    for protocol in [Protocol::Http, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for code in [204, 304, 200, 304, 204, 200] {
            let reply = client.get(&format!("/{code}"));
            let body = if code == 200 { "hello" } else { "" };
            assert_eq!((reply.status.as_u16(), &*reply.body), (code, body.as_bytes()));
        }
    }
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let fleet = Fleet::start(3);
    let gateway = shown(&fleet);
    let mut requests = String::new();
    for size in 1..=20 {
        requests += &format!("GET /bytes/{size} HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    requests += "GET /bytes/0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answers = raw(gateway.http, requests).to_ascii_lowercase();
    let lengths: Vec<usize> = answers
        .lines()
        .filter_map(|line| line.split("content-length: ").nth(1))
        .map(|length| length.parse().unwrap())
        .collect();
    assert_eq!(lengths, (1..=20).chain([0]).collect::<Vec<usize>>());
}

#[test]
fn an_http_1_0_client_is_answered_as_it_understands() {
    let backend = Scripted::start(|_, _| {
        Act::Send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                .to_vec(),
        )
    });
    let gateway = before(&backend);
    let answer = raw(gateway.http, "GET / HTTP/1.0\r\nHost: a\r\n\r\n");
    assert_eq!(status(&answer), 200);
    assert!(!answer.to_ascii_lowercase().contains("transfer-encoding"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    assert_eq!(status(&raw(gateway.http, "GET / HTTP/1.0\r\n\r\n")), 200, "Host is not its duty");
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let backend = Scripted::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let gateway = before(&backend);
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(status(&raw(gateway.http, long)), 431);
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(101));
    assert_eq!(status(&raw(gateway.http, many)), 431);
    assert_eq!(backend.heads(), Vec::<String>::new());
}

#[test]
fn a_redirect_leads_nowhere_that_the_host_did_not_name() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let port = gateway.https.port();
    let ask = |host: &str, target: &str| {
        let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        raw(gateway.redirect, head)
    };
    for (host, target, location) in [
        ("A.Example:80", "/a?b=c", format!("https://a.example:{port}/a?b=c")),
        ("[::1]:80", "/", format!("https://[::1]:{port}/")),
        ("a.example", "//evil.example/x", format!("https://a.example:{port}/evil.example/x")),
    ] {
        let answer = ask(host, target);
        assert_eq!(status(&answer), 308, "{answer}");
        assert!(answer.contains(&format!("location: {location}\r\n")), "{answer}");
    }
    for host in ["evil.example/", "a@evil.example", "a.example:80:443", "a\texample", "a%0d", "[x]"]
    {
        let answer = ask(host, "/");
        assert_eq!(status(&answer), 400, "{host:?}: {answer}");
        assert!(!answer.contains("location:"), "{host:?}: {answer}");
    }
}

#[test]
fn an_idempotent_request_survives_a_backend_that_drops_kept_connections() {
    let backend = Scripted::start(|number, _| match number {
        0 => Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec()),
        _ => Act::SendAndClose(Vec::new()),
    });
    let other = Scripted::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let rest = EVERYTHING.to_owned() + &Scripted::pool(&[&backend, &other]);
    let gateway = Gateway::start(&rest);
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..50 {
        assert_eq!(client.get("/").status, 200);
    }
}

#[test]
fn a_kept_connection_that_had_closed_is_no_reason_to_refuse_even_with_one_backend() {
    let backend = Scripted::start(|number, _| match number {
        0 => Act::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec()),
        _ => Act::SendAndClose(Vec::new()),
    });
    let gateway = before(&backend);
    for protocol in [Protocol::Http, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for _ in 0..20 {
            assert_eq!(client.get("/").status, 200);
        }
    }
}

#[test]
fn what_is_not_idempotent_is_never_sent_twice() {
    let backends = [0; 2].map(|_| Scripted::saying(""));
    let [one, other] = &backends;
    let gateway = Gateway::start(&(EVERYTHING.to_owned() + &Scripted::pool(&[one, other])));
    let mut client = gateway.client(Protocol::Http);
    for _ in 0..10 {
        assert_eq!(client.post("/", "text/plain", "pay".to_owned()).status, 502);
    }
    assert_eq!(one.heads().len() + other.heads().len(), 10);
}

#[test]
fn an_answer_that_is_not_http_becomes_502_and_nothing_of_it_passes() {
    for garbage in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 99 Low\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nsecret",
        "",
    ] {
        let backend = Scripted::saying(garbage);
        let gateway = before(&backend);
        let reply = gateway.client(Protocol::Https).get("/");
        assert_eq!(reply.status, 502, "{garbage:?}");
        assert!(!String::from_utf8_lossy(&reply.body).contains("secret"), "{garbage:?}");
        let reason = if garbage.is_empty() { "upstream_broken" } else { "upstream_invalid" };
        expect_refusals(&gateway, reason, 1);
        let shown = gateway.ctl.backend("app-1");
        assert!(shown["errors_total"].as_u64().unwrap() >= 1, "{garbage:?}: {shown}");
    }
}

#[test]
fn a_truncated_answer_never_looks_whole() {
    let backend = Scripted::start(|_, head| {
        Act::SendAndClose(match head.contains("/chunked") {
            true => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".to_vec(),
            false => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".to_vec(),
        })
    });
    let gateway = before(&backend);
    for protocol in [Protocol::Http, Protocol::Https, Protocol::Http2] {
        for path in ["/chunked", "/declared"] {
            let answer = gateway.client(protocol).ask(Method::GET, path, Bytes::new());
            assert!(answer.is_err(), "{protocol:?} {path}: {answer:?}");
        }
    }
}

#[test]
fn a_client_that_hangs_up_frees_its_place_on_the_backend() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    fleet.servers[0].turn("slow?ms=30000");
    let mut stream = TcpStream::connect(gateway.http).unwrap();
    stream.write_all(b"GET /headers HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let in_flight = || gateway.ctl.backend("app-1")["in_flight"].as_u64().unwrap();
    until("it is in flight", || (in_flight() == 1).then_some(()));
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    until("its place is free", || (in_flight() == 0).then_some(()));
    assert_eq!(gateway.ctl.backend("app-1")["errors_total"], 0, "not the backend's fault");
}
