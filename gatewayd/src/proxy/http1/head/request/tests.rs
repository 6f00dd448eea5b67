//! Every rule for the head of a request, one row each.

use crate::model::Refusal::{self, *};
use crate::proxy::http1::tests::request;

use super::*;

/// A request with these lines behind a sound request line and Host.
fn with(lines: &str) -> Parsed<super::super::super::tests::SeenRequest, Refusal> {
    request(format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n"))
}

fn with_target(target: &str) -> Parsed<super::super::super::tests::SeenRequest, Refusal> {
    request(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"))
}

#[test]
fn a_request_is_read() {
    let bytes = "POST /a/../b?c HTTP/1.1\r\nHost: A.example:81\r\nX-One:  1 \t\r\nEmpty:\r\n\
                 content-LENGTH: 5\r\n\r\nhello";
    let seen = request(bytes).complete();
    assert_eq!(seen.method, Method::POST);
    assert_eq!((seen.path.as_str(), seen.query.as_deref()), ("/b", Some("c")));
    assert_eq!((seen.host.as_str(), seen.port), ("a.example", Some(81)));
    assert_eq!(seen.authority, "A.example:81");
    let fields: Vec<_> =
        seen.fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let told: [(&str, &[u8]); 4] =
        [("Host", b"A.example:81"), ("X-One", b"1"), ("Empty", b""), ("content-LENGTH", b"5")];
    assert_eq!(fields, told);
    assert_eq!(seen.framing, RequestFraming::Length(5));
    assert_eq!(seen.len, bytes.len() - 5);
    assert!(seen.persists);
}

#[test]
fn what_breaks_the_grammar_is_refused() {
    for (section, bytes, refusal) in [
        // RFC 9112
        ("2.2 bare LF", "GET / HTTP/1.1\nHost: a\r\n\r\n", HeaderInvalid),
        ("2.2 bare LF", "GET / HTTP/1.1\r\nHost: a\n\r\n", HeaderInvalid),
        ("2.2 bare LF", "GET / HTTP/1.1\r\nHost: a\r\n\n", HeaderInvalid),
        ("2.2 bare LF", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", HeaderInvalid),
        ("2.2 bare LF", "GET / HTTP/1.1\r\nHost: a\r\nX: y\nZ: y\r\n\r\n", HeaderInvalid),
        ("2.2 bare LF", "GET / HTTP/1.1\r\nHost: a\r\nX:\nZ: y\r\n\r\n", HeaderInvalid),
        ("2.2 bare LF", "GET / HTTP/1.1\n\n", HeaderInvalid),
        ("2.2 bare LF", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("2.2 bare CR", "GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: y\r\n\r\n", HeaderInvalid),
        ("2.2 bare CR", "GET / HTTP/1.1\rHost: a\r\n\r\n", HeaderInvalid),
        ("2.2 bare CR", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("2.2 space first", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", HeaderInvalid),
        ("2.3 version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", VersionUnsupported),
        ("2.3 version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", VersionUnsupported),
        ("2.3 version", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", VersionUnsupported),
        ("2.3 version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", VersionUnsupported),
        ("2.3 version", "GET / http/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("2.3 version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", HeaderInvalid),
        ("2.3 no version", "GET /\r\n\r\n", TargetInvalid),
        ("3 two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", TargetInvalid),
        ("3 two spaces", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("3 space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("3 tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("3 no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("3.1 method", "G=\":<>\" / HTTP/1.1\r\nHost: a\r\n\r\n", RequestLineInvalid),
        ("3.2 NUL", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", TargetInvalid),
        ("5.1 no name", "GET / HTTP/1.1\r\nHost: a\r\n: v\r\n\r\n", HeaderInvalid),
        ("5.1 no colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", HeaderInvalid),
        ("5.1 space before colon", "GET / HTTP/1.1\r\nHost: a\r\nX : v\r\n\r\n", HeaderInvalid),
        ("5.1 tab before colon", "GET / HTTP/1.1\r\nHost: a\r\nX\t: v\r\n\r\n", HeaderInvalid),
        ("5.2 folding", "GET / HTTP/1.1\r\nHost: a\r\nX: v\r\n w\r\n\r\n", HeaderInvalid),
        ("5.2 folding", "GET / HTTP/1.1\r\nHost: a\r\nX: v\r\n\tw\r\n\r\n", HeaderInvalid),
        ("5.5 NUL", "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", HeaderInvalid),
        ("5.5 DEL", "GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", HeaderInvalid),
        ("5.5 VT", "GET / HTTP/1.1\r\nHost: a\r\nX: \x0b\r\n\r\n", HeaderInvalid),
        ("TLS on plain", "\x16\x03\x01\x02\0\x01\0\x01", RequestLineInvalid),
    ] {
        assert_eq!(request(bytes).refused(), refusal, "{section}: {bytes:?}");
    }
}

#[test]
fn a_request_names_one_host() {
    let host = |lines: &str| request(format!("GET / HTTP/1.1\r\n{lines}\r\n"));
    for lines in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nhost: b\r\n",
        "Host:\r\n",
        "Host: a b\r\n",
        "Host: a,b\r\n",
        "Host: a/b\r\n",
        "Host: u@a\r\n",
        "Host: a:99999\r\n",
        "Host: a\u{e9}\r\n",
    ] {
        assert_eq!(host(lines).refused(), HostInvalid, "{lines:?}");
    }
    assert_eq!(host("Host: [::1]:80\r\n").complete().host, "[::1]");
}

#[test]
fn an_absolute_target_is_the_hosts() {
    let asked =
        |target: &str, lines: &str| request(format!("GET {target} HTTP/1.1\r\n{lines}\r\n"));
    let seen = asked("http://a.example:80/x", "Host: A.example:80\r\n").complete();
    assert_eq!((seen.host.as_str(), seen.path.as_str()), ("a.example", "/x"));
    for (target, lines, refusal) in [
        ("http://a/", "Host: b\r\n", HostInvalid),
        ("http://a/", "Host: a:80\r\n", HostInvalid),
        ("http://a/", "", HostInvalid),
        ("http://u@a/", "Host: u@a\r\n", HostInvalid),
        ("http://u:p@a/", "Host: u:p@a\r\n", HostInvalid),
        ("http:///x", "Host: a\r\n", HostInvalid),
        ("http:///x", "Host:\r\n", HostInvalid),
        ("https://a/", "Host: a\r\n", TargetInvalid),
        ("a:80", "Host: a:80\r\n", TargetInvalid),
    ] {
        assert_eq!(asked(target, lines).refused(), refusal, "{target} {lines:?}");
    }
}

#[test]
fn http_1_0_may_leave_out_host_and_ends_its_connection() {
    let seen = request("GET / HTTP/1.0\r\n\r\n").complete();
    assert_eq!((seen.host.as_str(), seen.persists), ("localhost", false));
    let seen =
        request("GET http://a.example/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").complete();
    assert_eq!((seen.host.as_str(), seen.persists), ("a.example", true));
}

#[test]
fn methods_that_are_not_relayed_are_refused() {
    let long = "M".repeat(33);
    for method in ["CONNECT", "TRACE", &long] {
        let target = if method == "CONNECT" { "a:443" } else { "/" };
        let bytes = format!("{method} {target} HTTP/1.1\r\nHost: a:443\r\n\r\n");
        assert_eq!(request(bytes).refused(), MethodRefused, "{method}");
    }
    for method in ["OPTIONS", "PROPFIND", "get", "M-SEARCH"] {
        let seen = request(format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n")).complete();
        assert_eq!(seen.method.as_str(), method);
    }
}

#[test]
fn the_server_itself_can_be_asked_for_its_options() {
    let seen = request("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").complete();
    assert!(seen.to_server);
    assert_eq!(seen.path, "/");
    assert_eq!(with_target("*").refused(), TargetInvalid);
}

#[test]
fn a_head_has_its_bounds() {
    let filled = |len: usize| format!("X: {}\r\n", "y".repeat(len - 5));
    let rest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".len();
    assert_eq!(with(&filled(MOST_HEAD_BYTES - rest)).complete().len, MOST_HEAD_BYTES);
    assert_eq!(with(&filled(MOST_HEAD_BYTES - rest + 1)).refused(), HeadTooLarge);
    assert_eq!(
        request(format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(20_000))).refused(),
        HeadTooLarge
    );

    with(&"X: y\r\n".repeat(MOST_FIELDS - 1)).complete();
    assert_eq!(with(&"X: y\r\n".repeat(MOST_FIELDS)).refused(), TooManyFields);

    let target = |len: usize| format!("/{}", "a".repeat(len - 1));
    with_target(&target(MOST_TARGET_BYTES)).complete();
    assert_eq!(with_target(&target(MOST_TARGET_BYTES + 1)).refused(), TargetTooLong);
    assert_eq!(with_target(&target(20_000)).refused(), TargetTooLong);
}

#[test]
fn empty_lines_before_a_request_are_forgiven_a_few_times() {
    let after = |count: usize| {
        request(format!("{}GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n".repeat(count)))
    };
    assert_eq!(after(1).complete().len, 29);
    after(MOST_EMPTY_LINES).complete();
    assert_eq!(after(MOST_EMPTY_LINES + 1).refused(), RequestLineInvalid);
    assert_eq!(request("\r\n".repeat(1_000_000)).refused(), RequestLineInvalid);
    assert_eq!(request("\r\n\r"), Parsed::Incomplete);
}

#[test]
fn an_expectation_is_of_100_or_fails() {
    assert!(!with("").complete().expects_continue);
    assert!(with("Expect: 100-Continue\r\n").complete().expects_continue);
    for lines in [
        "Expect: x\r\n",
        "Expect:\r\n",
        "Expect: 100-continue, x\r\n",
        "Expect: 100-continue\r\nExpect: 100-continue\r\n",
        "Expect: 100\u{a0}continue\r\n",
    ] {
        assert_eq!(with(lines).refused(), ExpectationFailed, "{lines:?}");
    }
    let old = request("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    assert!(!old.complete().expects_continue);
}

#[test]
fn a_websocket_is_asked_for_by_both_fields_and_without_a_body() {
    let upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: h2c, WebSocket\r\n";
    assert!(with(upgrade).complete().asks_for_websocket);
    for lines in [
        "Upgrade: websocket\r\n",
        "Connection: upgrade\r\n",
        "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    ] {
        assert!(!with(lines).complete().asks_for_websocket, "{lines:?}");
    }
    for body in ["Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n"] {
        assert_eq!(with(&format!("{upgrade}{body}")).refused(), UpgradeRefused, "{body:?}");
    }
    let old = request(format!("GET / HTTP/1.0\r\nHost: a\r\n{upgrade}\r\n"));
    assert!(!old.complete().asks_for_websocket);
    let post = request(format!("POST / HTTP/1.1\r\nHost: a\r\n{upgrade}\r\n"));
    assert!(!post.complete().asks_for_websocket);
}
