//! hyper's server and our parser read the same requests.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use http::{Request, Response, Version as AnyVersion};
use http_body_util::Empty;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use tokio::io::AsyncWriteExt;

use crate::model::Refusal::{self, *};
use crate::policy;

use super::super::super::head::Target;
use super::super::super::{BodyReader, Lines, Parsed, RequestParser, Version};
use super::{Body, FieldMap, ROOM, block_on, field_map, hypers_body, hypers_field_map, our_body};

/// A request, as far as both tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    method: String,
    target: String,
    http_1_0: bool,
    fields: FieldMap,
    body: Body,
}

/// What hyper's server reads in `bytes`.
fn hypers(bytes: &[u8]) -> Vec<Read> {
    let reads = Rc::new(RefCell::new(Vec::new()));
    let service = service_fn(|request: Request<Incoming>| {
        let reads = Rc::clone(&reads);
        async move {
            let (head, body) = request.into_parts();
            let path = match (head.method.as_str(), head.uri.path()) {
                ("OPTIONS", "*") => "*".into(),
                // What has no canonical form is not ours to compare: we refuse it.
                (_, path) => policy::canonical(path).unwrap_or("?".into()).into_owned(),
            };
            let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            let read = Read {
                method: head.method.to_string(),
                target: path + &query,
                http_1_0: head.version == AnyVersion::HTTP_10,
                fields: hypers_field_map(&head.headers),
                body: hypers_body(body).await,
            };
            reads.borrow_mut().push(read);
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        }
    });
    block_on(async {
        let (mut client, server) = tokio::io::duplex(ROOM);
        client.write_all(bytes).await.unwrap();
        client.shutdown().await.unwrap();
        // How it ends is told by what was read.
        let _ = http1::Builder::new()
            .half_close(true)
            .serve_connection(TokioIo::new(server), service)
            .await;
    });
    reads.take()
}

/// What we read in `bytes`, and why no further.
fn ours(bytes: &[u8]) -> (Vec<Read>, Option<Refusal>) {
    let (mut parser, mut lines) = (RequestParser::new("http"), Lines::new());
    let (mut reads, mut rest) = (Vec::new(), bytes);
    loop {
        let (head, len) = match parser.parse(rest, &mut lines) {
            Parsed::Complete { head, len } => (head, len),
            Parsed::Incomplete => return (reads, None),
            Parsed::Refused(refusal) => return (reads, Some(refusal)),
        };
        let (body, taken) = match our_body(BodyReader::of_request(head.framing), &rest[len..]) {
            Ok(read) => read,
            Err(fault) => return (reads, Some(fault.refusal())),
        };
        let query = head.target.query().map(|query| format!("?{query}")).unwrap_or_default();
        let path = if head.target == Target::Server { "*" } else { head.target.path() };
        let is_over = body.is_some();
        reads.push(Read {
            method: head.method.to_string(),
            target: format!("{path}{query}"),
            http_1_0: head.version == Version::Http10,
            fields: field_map(head.fields.iter().map(|(name, value, _)| (name, value))),
            body,
        });
        if !is_over || !head.persists() {
            return (reads, None);
        }
        rest = &rest[len + taken..];
    }
}

/// What hyper takes and we refuse: the section that lets us, the bytes, our reason.
const STRICTER: [(&str, &str, Refusal); 34] = [
    // RFC 9112
    ("2.2 a bare LF may be taken for a line's end", "GET / HTTP/1.1\nHost: a\n\n", HeaderInvalid),
    ("2.2 the same within", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", HeaderInvalid),
    (
        "2.2 at least one empty line is to be ignored",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        RequestLineInvalid,
    ),
    (
        "2.2 at least one",
        "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        RequestLineInvalid,
    ),
    ("3.2 no Host", "GET / HTTP/1.1\r\n\r\n", HostInvalid),
    ("3.2 two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", HostInvalid),
    ("3.2 an invalid Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", HostInvalid),
    ("3.2.2 another Host in the target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", HostInvalid),
    ("3.2.2 another scheme", "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", TargetInvalid),
    ("3.2.3 CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", MethodRefused),
    ("3.2.3 authority form elsewhere", "GET a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", TargetInvalid),
    ("3.2.4 * elsewhere", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", TargetInvalid),
    ("3.2 a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", PathInvalid),
    (
        "6.1 a coding before chunked",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        TeUnsupported,
    ),
    (
        "6.1 the same in two lines",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        TeInvalid,
    ),
    (
        "6.1 both fields",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ClTe,
    ),
    (
        "6.3 two lengths that agree",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        ContentLengthInvalid,
    ),
    (
        "7.1 chunked twice",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        TeInvalid,
    ),
    (
        "7.1 a space behind a size",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
        ChunkInvalid,
    ),
    (
        "7.1 a control in an extension",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;\x01\r\nabc\r\n0\r\n\r\n",
        ChunkInvalid,
    ),
    (
        "7.1.2 a bare LF behind a trailer, behind which hyper takes a request for trailers",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\nGET / HTTP/1.1\r\n\r\n",
        TrailerInvalid,
    ),
    ("RFC 1945 8.3 no length", "POST / HTTP/1.0\r\nHost: a\r\n\r\n", ContentLengthInvalid),
    // RFC 9110
    ("7.6.1 too many options", CROWDED, HeaderInvalid),
    (
        "7.8 a switch with a body",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc",
        UpgradeRefused,
    ),
    ("9.3.8 TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", MethodRefused),
    (
        "9.1 a method nobody has",
        "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM / HTTP/1.1\r\nHost: a\r\n\r\n",
        MethodRefused,
    ),
    (
        "10.1.1 another expectation",
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
        ExpectationFailed,
    ),
    ("4.2.4 user information", "GET http://u@a/ HTTP/1.1\r\nHost: u@a\r\n\r\n", HostInvalid),
    ("5.4 Host in another character set", "GET / HTTP/1.1\r\nHost: \u{e9}\r\n\r\n", HostInvalid),
    // RFC 3986
    ("2.2 an encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", PathInvalid),
    ("2.1 a broken escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", PathInvalid),
    ("5.2.4 disguised dots", "GET /%2e%2e/a HTTP/1.1\r\nHost: a\r\n\r\n", PathInvalid),
    ("3.3 another character set", "GET /caf\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", PathInvalid),
    ("3.4 another character set", "GET /?caf\u{e9} HTTP/1.1\r\nHost: a\r\n\r\n", TargetInvalid),
];

const CROWDED: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,\
    x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,\
    x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x\r\n\r\n";

#[test]
fn what_only_we_refuse_is_known() {
    for (section, bytes, refusal) in STRICTER {
        assert_eq!(ours(bytes.as_bytes()), (vec![], Some(refusal)), "{section}: {bytes:?}");
    }
    // A row that hyper refuses as well tells of no difference.
    let same = STRICTER.iter().filter(|(_, bytes, _)| {
        hypers(bytes.as_bytes()).first().is_none_or(|read| read.body.is_none())
    });
    assert_eq!(same.map(|(section, ..)| *section).collect::<Vec<_>>(), [""; 0]);
}

/// A message with its body: sound more often than not.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "GET / HTTP/1.1\r\n",
        "POST /a/../b?c HTTP/1.1\r\n",
        "PUT / HTTP/1.1\r\n",
        "POST / HTTP/1.0\r\n",
        "GET / HTTP/1.0\r\n",
        "HEAD /x?[|] HTTP/1.1\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "OPTIONS http://a/ HTTP/1.1\r\n",
        "GET http://a/x HTTP/1.1\r\n",
        "GET http://a?x HTTP/1.1\r\n",
        "GET http://b/ HTTP/1.1\r\n",
        "GET /a%2Fb HTTP/1.1\r\n",
        "GET /%61 HTTP/1.1\r\n",
        "GET / HTTP/1.1\n",
        "GET  / HTTP/1.1\r\n",
        "GET / HTTP/1.2\r\n",
        "\r\nGET / HTTP/1.1\r\n",
        "\nGET / HTTP/1.1\r\n",
        "GET * HTTP/1.1\r\n",
        "GET /a#b HTTP/1.1\r\n",
        "TRACE / HTTP/1.1\r\n",
        "FOO /x HTTP/1.1\r\n",
    ]);
    let host = prop_oneof![
        8 => Just("Host: a\r\n"),
        1 => prop::sample::select(vec!["", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "host:a\r\n"]),
    ];
    let field = prop::sample::select(vec![
        "X: y\r\n",
        "X:\r\n",
        "X: y z \t\r\n",
        "X_Y: z\r\n",
        "X: \u{e9}\r\n",
        "Connection: close\r\n",
        "Connection: keep-alive\r\n",
        "Expect: 100-continue\r\n",
        "Expect: x\r\n",
        "X : y\r\n",
        "X: y\n",
        "X: y\r\n z\r\n",
        "X: \0\r\n",
        ": y\r\n",
        "X: y\rz\r\n",
        "Content-Length: 3\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\n",
        "Transfer-Encoding: identity\r\n",
    ]);
    let body = prop_oneof![
        4 => Just(("", "")),
        4 => Just(("Content-Length: 3\r\n", "abc")),
        6 => chunked_body().prop_map(|body| ("Transfer-Encoding: chunked\r\n", body)),
        2 => prop::sample::select(vec![
            ("Content-Length: 3\r\n", "ab"), ("Content-Length: 0\r\n", ""),
            ("Content-Length: +3\r\n", "abc"), ("Content-Length: 3, 3\r\n", "abc"),
            ("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
            ("Content-Length: 18446744073709551616\r\n", ""), ("Content-Length:\r\n", ""),
            ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"),
        ]),
    ];
    (line, host, prop::collection::vec(field, 0..3), body).prop_map(|(line, host, fields, body)| {
        let text = [line, host, &fields.concat(), body.0, "\r\n", body.1].concat();
        text.into_bytes()
    })
}

fn chunked_body() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "0\r\n\r\n",
        "3\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\r\n2\r\nde\r\n00\r\n\r\n",
        "3;x=y\r\nabc\r\n0;z\r\n\r\n",
        "0003\r\nabc\r\n0\r\nX: y\r\nX-Z: w\r\n\r\n",
        "3 \r\nabc\r\n0\r\n\r\n",
        "3\nabc\r\n0\r\n\r\n",
        "3\r\nabc0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        "-3\r\nabc\r\n",
        "00000000000000003\r\nabc\r\n0\r\n\r\n",
        "3;\x01\r\nabc\r\n0\r\n\r\n",
        "3;x\nabc\r\n0\r\n\r\n",
        "3\r\nab",
        "3\r\nabc\r\n0\r\n",
        "3\r\nabc\n0\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\n\n",
        "\r\n0\r\n\r\n",
        "0\r\nX y\r\n\r\n",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn hyper_reads_the_same_requests_or_we_are_stricter(
        messages in prop::collection::vec(message(), 1..4),
        behind in prop::collection::vec(any::<u8>(), 0..4),
    ) {
        let bytes = [messages.concat(), behind].concat();
        let ((ours, refusal), hypers) = (ours(&bytes), hypers(&bytes));
        let told = format!("{}\nours: {ours:#?} {refusal:?}\nhyper's: {hypers:#?}", bytes.escape_ascii());
        prop_assert!(hypers.len() >= ours.len(), "hyper refuses what we take: {told}");
        prop_assert_eq!(&hypers[..ours.len()], &ours[..], "we differ: {}", told);
        if let Some(more) = hypers.get(ours.len()).filter(|read| read.body.is_some()) {
            let known = STRICTER.iter().any(|(_, _, it)| Some(*it) == refusal);
            prop_assert!(known, "hyper takes what we refuse: {more:?} {told}");
        }
    }
}
