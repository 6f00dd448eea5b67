//! What clients and app servers see of the gateway between them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use gateway_tests::{EVERYTHING, Fleet, Gateway, Protocol, Setup, shortener};

fn shown(fleet: &Fleet) -> Gateway {
    Gateway::start(&(EVERYTHING.to_owned() + &fleet.pool("")))
}

/// Sends `request` as it is and reads until the other side closes.
fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn hop_by_hop_headers_stop_at_the_gateway() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let answer = raw(
        gateway.http,
        "GET /headers HTTP/1.1\r\nHost: a.example\r\nConnection: close, X-Secret\r\n\
         X-Secret: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nProxy-Connection: close\r\n\
         Proxy-Authorization: Basic Zm9v\r\nUpgrade: h2c\r\nX-Kept: yes\r\n\r\n",
    );
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let seen: serde_json::Value = serde_json::from_str(body.trim()).unwrap();
    assert_eq!(seen["x-kept"][0], "yes");
    assert_eq!(seen["host"][0], "a.example");
    for name in ["x-secret", "keep-alive", "proxy-connection", "proxy-authorization", "upgrade"] {
        assert!(seen[name].is_null(), "{name} passed: {seen}");
    }
    let connection = seen["connection"].to_string();
    assert!(!connection.contains("X-Secret"), "{connection}");
}

#[test]
fn the_app_server_learns_the_client_and_how_it_came() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    for (protocol, scheme) in [(Protocol::Http, "http"), (Protocol::Http2, "https")] {
        let mut client = gateway
            .client(protocol)
            .with("x-forwarded-for", "203.0.113.99")
            .with("x-forwarded-proto", "gopher")
            .with("x-forwarded-host", "evil.example");
        let seen = client.get("/headers").json();
        let host = format!("localhost:{}", gateway.address(protocol).port());
        assert_eq!(seen["x-forwarded-for"], serde_json::json!(["127.0.0.1"]));
        assert_eq!(seen["x-forwarded-proto"], serde_json::json!([scheme]));
        assert_eq!(seen["x-forwarded-host"], serde_json::json!([host]));
        assert_eq!(seen["host"], serde_json::json!([host]));
    }
}

#[test]
fn a_trusted_proxy_is_believed_and_appended() {
    let fleet = Fleet::start(1);
    let rest = EVERYTHING.to_owned() + &fleet.pool("");
    let gateway = Setup::default().trusting("127.0.0.0/8").start(&rest);
    let mut client = gateway.client(Protocol::Http).with("x-forwarded-for", "203.0.113.99");
    let seen = client.get("/headers").json();
    assert_eq!(seen["x-forwarded-for"], serde_json::json!(["203.0.113.99, 127.0.0.1"]));
}

#[test]
fn nothing_of_the_fleet_leaks_to_clients() {
    let fleet = Fleet::start(1);
    let rest = shortener("100/minute", "1000/minute") + &fleet.pool("");
    let gateway = Gateway::start(&rest);
    let mut client = gateway.client(Protocol::Https);
    for path in ["/nobody1", "/a/b/c/d", "/urls"] {
        let reply = client.get(path);
        for name in ["server", "via", "x-powered-by", "endpoint-load-metrics"] {
            assert_eq!(reply.header(name), "", "{name} of {path}");
        }
    }
    let unrouted = client.get("/a/b/c/d");
    assert_eq!(unrouted.status, 404);
    assert_eq!(unrouted.served_by(), "", "no app server answered");
    assert_eq!(unrouted.header("content-type"), "application/problem+json");
}

#[test]
fn the_redirect_listener_leads_to_tls() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let mut client = gateway_tests::Client::new(Protocol::Http, gateway.redirect);
    let reply = client.get("/abc?d=e");
    assert_eq!(reply.status, 308);
    let expected = format!("https://localhost:{}/abc?d=e", gateway.https.port());
    assert_eq!(reply.header("location"), expected);
}

#[test]
fn bodies_of_any_size_pass_unchanged_both_ways() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    for protocol in [Protocol::Http, Protocol::Https, Protocol::Http2] {
        let mut client = gateway.client(protocol);
        for size in [0, 1, 16 * 1024, 3_000_000] {
            assert_eq!(client.get(&format!("/bytes/{size}")).body.len(), size, "{protocol:?}");
            let sent = "0123456789".repeat(size / 10);
            let echoed = client.post("/echo", "text/plain", sent.clone());
            assert!(echoed.body == sent.as_bytes(), "{protocol:?} {size}");
        }
    }
}

#[test]
fn a_chunked_upload_from_curl_arrives_whole() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let body = "x".repeat(100_000);
    for flag in ["--http1.1", "--http2"] {
        let mut child = Command::new("curl")
            .args(["-sk", flag, "-H", "transfer-encoding: chunked", "--data-binary", "@-"])
            .arg(format!("https://localhost:{}/echo", gateway.https.port()))
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
        let echoed = child.wait_with_output().unwrap().stdout;
        assert!(echoed == body.as_bytes(), "{flag}: {} bytes came back", echoed.len());
    }
}

#[test]
fn a_websocket_speaks_through_the_gateway() {
    let fleet = Fleet::start(1);
    let gateway = shown(&fleet);
    let mut stream = TcpStream::connect(gateway.http).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
        .write_all(
            b"GET /ws HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{head}");
    // "Hello" masked, the example of RFC 6455 section 5.7.
    for _ in 0..3 {
        let hello = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        stream.write_all(&hello).unwrap();
        let mut echoed = [0; 7];
        stream.read_exact(&mut echoed).unwrap();
        assert_eq!(&echoed, b"\x81\x05Hello");
    }
    stream.write_all(&[0x88, 0x80, 0, 0, 0, 0]).unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"\x88\x00");
}
