//! What the gateway writes means what it read.

use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;

use super::super::super::field_name::FieldName;
use super::super::super::fields::Origin;
use super::super::{
    Asked, Begun, Lines, Parsed, RequestFraming, RequestParser, ResponseFraming, ResponseParser,
    Stage, ToClient, Version, write_interim, write_request, write_request_of_map, write_response,
};
use super::splits::nearly_a_request;
use super::{SeenRequest, request, response};

const DATE: &[u8] = b"Tue, 15 Nov 1994 08:12:31 GMT";

/// What a backend gets of `bytes`; `None` if that is no request.
fn forwarded(bytes: &[u8], trusted: bool) -> Option<String> {
    let mut lines = Lines::new();
    let Parsed::Complete { head, .. } = RequestParser::new("http").parse(bytes, &mut lines) else {
        return None;
    };
    let mut out = Vec::new();
    write_request(
        &head,
        &Origin { peer: [192, 0, 2, 1].into(), trusted, scheme: "http" },
        &mut out,
    );
    // Field values may hold any byte above 0x7f.
    Some(out.into_iter().map(char::from).collect())
}

#[track_caller]
fn sent(bytes: &str, trusted: bool) -> String {
    forwarded(bytes.as_bytes(), trusted).unwrap_or_else(|| panic!("no request: {bytes:?}"))
}

/// What a client gets of `bytes`.
#[track_caller]
fn answered(bytes: &str, method: &Method, client: ToClient<'_>) -> (String, Begun) {
    let mut lines = Lines::new();
    let asked = Asked { method, for_websocket: true };
    match ResponseParser::default().parse(bytes.as_bytes(), asked, &mut lines) {
        Parsed::Complete { head, .. } => {
            let mut out = Vec::new();
            let begun = write_response(&head, &client, &mut out);
            (String::from_utf8(out).unwrap(), begun)
        }
        other => panic!("{other:?}"),
    }
}

const NEW: ToClient<'_> =
    ToClient { version: Version::Http11, persists: true, date: DATE, quota: None, cookie: None };
const OLD: ToClient<'_> =
    ToClient { version: Version::Http10, persists: true, date: DATE, quota: None, cookie: None };

#[test]
fn a_request_goes_on_in_its_canonical_form() {
    let bytes = "POST http://A.example/x/../b?c=%2f HTTP/1.1\r\nAccept: */*\r\nHost: a.EXAMPLE\r\n\
                 X-One:  1\t\r\nX_Two: 2\r\nExpect: 100-continue\r\nContent-Length: 005\r\n\
                 Cookie: a=b\r\nVia: 1.1 x\r\n\r\n";
    assert_eq!(
        sent(bytes, false),
        "POST /b?c=%2f HTTP/1.1\r\nHost: A.example\r\nAccept: */*\r\nX-One:  1\t\r\n\
         Cookie: a=b\r\nVia: 1.1 x\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\
         X-Forwarded-Host: A.example\r\nContent-Length: 5\r\n\r\n"
    );
}

#[test]
fn what_connection_nominates_goes_and_what_we_write_stays() {
    let bytes = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Secret, X-Forwarded-For, Host\r\n\
                 Connection: authorization, Content-Length, :path, X-Forwarded-Proto\r\n\
                 X-Secret: 1\r\nX-Kept: 2\r\nAuthorization: x\r\nX-Forwarded-For: 1.2.3.4\r\n\
                 X-Forwarded-Proto: gopher\r\nKeep-Alive: 5\r\nTE: trailers\r\nTrailer: X\r\n\
                 Upgrade: h2c\r\nHTTP2-Settings: x\r\nProxy-Connection: close\r\n\
                 Proxy-Authorization: x\r\nContent-Length: 3\r\n\r\n";
    assert_eq!(
        sent(bytes, true),
        "GET / HTTP/1.1\r\nHost: a\r\nX-Kept: 2\r\nX-Forwarded-For: 192.0.2.1\r\n\
         X-Forwarded-Proto: http\r\nX-Forwarded-Host: a\r\nContent-Length: 3\r\n\r\n"
    );
}

#[test]
fn only_a_trusted_peers_word_on_earlier_hops_goes_on() {
    let bytes = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\
                 x-forwarded-for: 203.0.113.8\r\nForwarded: for=203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\n\
                 True-Client-IP: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\n\r\n";
    assert_eq!(
        sent(bytes, false),
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\
         X-Forwarded-Host: a\r\n\r\n"
    );
    assert_eq!(
        sent(bytes, true),
        "GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\n\
         True-Client-IP: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\n\
         X-Forwarded-For: 203.0.113.9, 203.0.113.8, 192.0.2.1\r\n\r\n"
    );
}

#[test]
fn framing_is_derived() {
    for (lines, end) in [
        ("", "X-Forwarded-Host: a\r\n\r\n"),
        ("Content-Length: 0\r\n", "\r\nContent-Length: 0\r\n\r\n"),
        ("Transfer-Encoding: CHUNKED\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ] {
        let out = sent(&format!("PUT / HTTP/1.1\r\nHost: a\r\n{lines}\r\n"), false);
        assert!(out.ends_with(end), "{out}");
    }
}

#[test]
fn a_websocket_is_asked_for_and_nothing_else_is() {
    let bytes = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c, websocket\r\n\
                 Sec-WebSocket-Key: x\r\n\r\n";
    let out = sent(bytes, false);
    assert!(out.contains("Sec-WebSocket-Key: x\r\n"), "{out}");
    assert!(out.ends_with("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"), "{out}");
}

#[test]
fn a_request_of_http_2_is_written_with_one_cookie_line() {
    let mut fields = HeaderMap::new();
    fields.insert("host", HeaderValue::from_static("a"));
    fields.append("cookie", HeaderValue::from_static("a=b"));
    fields.append("cookie", HeaderValue::from_static("c=d"));
    fields.append("x", HeaderValue::from_static(" 1 "));
    fields.append("x", HeaderValue::from_static("2"));
    let mut out = Vec::new();
    write_request_of_map(&Method::PUT, "/p?q", &fields, RequestFraming::Chunked, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "PUT /p?q HTTP/1.1\r\nhost: a\r\nCookie: a=b; c=d\r\nx: 1\r\nx: 2\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
}

#[test]
fn nothing_of_the_fleet_goes_out() {
    let bytes = "HTTP/1.1 200 OK\r\nServer: x\r\nVia: 1.1 x\r\nX-Powered-By: x\r\n\
                 Endpoint-Load-Metrics: x\r\nendpoint-load-metrics-bin: x\r\nConnection: X-Hop\r\n\
                 X-Hop: x\r\nKeep-Alive: 5\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nX_Kept: 1\r\n\
                 Content-Length: 05\r\n\r\n";
    let (out, begun) = answered(bytes, &Method::GET, NEW);
    assert_eq!(
        out,
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nX_Kept: 1\r\n\
         Date: Tue, 15 Nov 1994 08:12:31 GMT\r\nContent-Length: 5\r\n\r\n"
    );
    assert_eq!(begun, Begun { framing: ResponseFraming::Length(5), persists: true });
}

#[test]
fn a_response_is_framed_for_its_client() {
    let (length, chunked) = ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n");
    let close = ToClient { persists: false, ..NEW };
    for (method, status, lines, client, written, persists) in [
        (Method::GET, 200, length, NEW, "Content-Length: 5\r\n", true),
        (Method::GET, 200, length, close, "Connection: close\r\nContent-Length: 5\r\n", false),
        (Method::GET, 200, length, OLD, "Connection: keep-alive\r\nContent-Length: 5\r\n", true),
        (Method::GET, 200, chunked, NEW, "Transfer-Encoding: chunked\r\n", true),
        (Method::GET, 200, chunked, OLD, "Connection: close\r\n", false),
        (Method::GET, 200, "", NEW, "Transfer-Encoding: chunked\r\n", true),
        (Method::GET, 200, "", OLD, "Connection: close\r\n", false),
        (Method::HEAD, 200, length, NEW, "Content-Length: 5\r\n", true),
        (Method::HEAD, 200, chunked, OLD, "Connection: keep-alive\r\n", true),
        (Method::GET, 204, length, NEW, "", true),
        (Method::GET, 205, length, NEW, "Content-Length: 0\r\n", true),
        (Method::GET, 304, length, NEW, "Content-Length: 5\r\n", true),
    ] {
        let bytes = format!("HTTP/1.1 {status} X\r\nDate: now\r\n{lines}\r\n");
        let (out, begun) = answered(&bytes, &method, client);
        assert_eq!(out, format!("HTTP/1.1 {status} X\r\nDate: now\r\n{written}\r\n"));
        assert_eq!(begun.persists, persists, "{out}");
    }
}

#[test]
fn a_switch_is_written_as_one() {
    let bytes = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Accept: x\r\nDate: now\r\nContent-Length: 5\r\n\r\n";
    // A client that sends no other request is not told that its connection ends.
    let last = ToClient { persists: false, ..NEW };
    let (out, _) = answered(bytes, &Method::GET, last);
    assert_eq!(
        out,
        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\nDate: now\r\n\
         Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"
    );
}

#[test]
fn an_early_hint_is_written_without_framing() {
    let mut lines = Lines::new();
    let bytes =
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";
    let asked = Asked { method: &Method::GET, for_websocket: false };
    let Parsed::Complete { head, .. } = ResponseParser::default().parse(bytes, asked, &mut lines)
    else {
        panic!("no response");
    };
    assert_eq!(head.stage(), Stage::Interim);
    let mut out = Vec::new();
    write_interim(&head, &mut out);
    assert_eq!(out, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
}

/// Whether `written`, as a backend reads it, means what `read` meant.
fn means_the_same(read: &SeenRequest, written: &SeenRequest) -> bool {
    let end_to_end = |seen: &SeenRequest| -> Vec<(String, Vec<u8>)> {
        let other =
            |(name, _): &&(String, Vec<u8>)| FieldName::of(name.as_bytes()) == FieldName::Other;
        seen.fields.iter().filter(other).cloned().collect()
    };
    let kept: Vec<_> = end_to_end(read)
        .into_iter()
        .filter(|(name, _)| {
            let nominated = read.fields.iter().filter(|it| it.0.eq_ignore_ascii_case("connection"));
            !nominated
                .flat_map(|it| it.1.split(|byte| *byte == b','))
                .any(|option| option.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        })
        .collect();
    (&read.method, &read.path, &read.query, read.to_server)
        == (&written.method, &written.path, &written.query, written.to_server)
        && (&read.host, read.port, read.framing, read.asks_for_websocket)
            == (&written.host, written.port, written.framing, written.asks_for_websocket)
        && kept == end_to_end(written)
        && written.persists
        && !written.expects_continue
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_request_that_was_read_is_written_with_the_same_meaning(
        bytes in nearly_a_request(),
        trusted in any::<bool>(),
    ) {
        if let Some(out) = forwarded(&bytes, trusted) {
            let out: Vec<u8> = out.chars().map(|it| it as u8).collect();
            let (read, written) = (request(&bytes).complete(), request(&out).complete());
            prop_assert!(means_the_same(&read, &written), "{read:?}\n{written:?}");
            prop_assert_eq!(written.len, out.len());
            // Nothing is left to be changed.
            let again: Vec<u8> = forwarded(&out, false).unwrap().chars().map(|it| it as u8).collect();
            prop_assert!(means_the_same(&written, &request(&again).complete()));
        }
    }

    #[test]
    fn a_response_that_was_read_is_written_with_the_same_meaning(
        status in prop::sample::select(vec![200_u16, 204, 205, 301, 304, 404, 500]),
        lines in prop::collection::vec(prop::sample::select(vec![
            "X: y\r\n", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Server: x\r\n",
            "Connection: close\r\n", "Connection: X\r\n", "Date: now\r\n", "X: \u{e9}\r\n",
        ]), 0..6),
        head in any::<bool>(),
        old in any::<bool>(),
    ) {
        let method = if head { Method::HEAD } else { Method::GET };
        let bytes = format!("HTTP/1.1 {status} X\r\n{}\r\n", lines.concat());
        if let Parsed::Complete { head: read, .. } = response(method.clone(), &bytes) {
            let (out, begun) = answered(&bytes, &method, if old { OLD } else { NEW });
            let written = response(method, &out).complete();
            prop_assert_eq!(read.status, written.status);
            prop_assert_eq!(written.framed.framing, begun.framing);
            prop_assert!(!written.framed.doubtful);
            prop_assert!(written.is_reusable == begun.persists || old);
            prop_assert!(written.fields.iter().any(|it| it.0 == "Date"));
        }
    }
}
