//! hyper's client and our parser read the same responses.

use http::{Method, Request, Version as AnyVersion};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::super::ResponseFault::*;
use super::super::super::{
    Asked, BodyReader, ChunkFault, Lines, Parsed, ResponseFault, ResponseParser, Stage, Version,
};
use super::{Body, FieldMap, ROOM, block_on, field_map, hypers_body, hypers_field_map, our_body};

/// A response, as far as both tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    status: u16,
    http_1_0: bool,
    fields: FieldMap,
    body: Body,
}

/// Why we read no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Head(ResponseFault),
    Body(ChunkFault),
    Incomplete,
}

/// What hyper's client reads in `bytes`, which are all that ever comes.
fn hypers(method: &Method, bytes: &[u8]) -> Option<Read> {
    let request = Request::builder().method(method).uri("/").header("host", "a");
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    block_on(async {
        let (client, mut server) = tokio::io::duplex(ROOM);
        let (mut sender, connection) = http1::handshake(TokioIo::new(client)).await.unwrap();
        let backend = async {
            // The whole request, which has no body.
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(server.read_u8().await.unwrap());
            }
            server.write_all(bytes).await.unwrap();
            server.shutdown().await.unwrap();
        };
        let read = async {
            let (head, body) = sender.send_request(request).await.ok()?.into_parts();
            Some(Read {
                status: head.status.as_u16(),
                http_1_0: head.version == AnyVersion::HTTP_10,
                fields: hypers_field_map(&head.headers),
                body: hypers_body(body).await,
            })
        };
        // How the connection ends is told by what was read.
        let (read, (), _) = tokio::join!(read, backend, connection);
        read
    })
}

/// What we read in `bytes`.
fn ours(method: &Method, bytes: &[u8]) -> Result<Read, Fault> {
    let (mut parser, mut lines) = (ResponseParser::default(), Lines::new());
    let asked = Asked { method, for_websocket: false };
    let mut rest = bytes;
    loop {
        let (head, len) = match parser.parse(rest, asked, &mut lines) {
            Parsed::Complete { head, len } => (head, len),
            Parsed::Incomplete => return Err(Fault::Incomplete),
            Parsed::Refused(fault) => return Err(Fault::Head(fault)),
        };
        rest = &rest[len..];
        if head.stage() == Stage::Interim {
            continue;
        }
        let reader = BodyReader::of_response(head.framed.framing);
        let (body, _) = our_body(reader, rest).map_err(Fault::Body)?;
        return Ok(Read {
            status: head.status.as_u16(),
            http_1_0: head.version == Version::Http10,
            fields: field_map(head.fields.iter().map(|(name, value, _)| (name, value))),
            body,
        });
    }
}

/// What hyper takes and we refuse: the section that lets us, the bytes, our reason.
const STRICTER: [(&str, &str, Fault); 10] = [
    // RFC 9112
    ("2.2 bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", Fault::Head(Field)),
    (
        "2.2 bare LF within",
        "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 0\r\n\r\n",
        Fault::Head(Field),
    ),
    (
        "2.2 an empty line before",
        "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        Fault::Head(StatusLine),
    ),
    (
        "6.1 a coding before chunked",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        Fault::Head(TransferEncoding),
    ),
    (
        "6.1 an unknown coding",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        Fault::Head(TransferEncoding),
    ),
    (
        "6.3 two lengths that agree",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        Fault::Head(ContentLength),
    ),
    (
        "7.1 chunked twice",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        Fault::Head(TransferEncoding),
    ),
    (
        "7.1 a space behind a size",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
        Fault::Body(ChunkFault::Size),
    ),
    (
        "7.1 a control in an extension",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;\x01\r\nabc\r\n0\r\n\r\n",
        Fault::Body(ChunkFault::Extension),
    ),
    // RFC 9110
    (
        "15 a status of no class",
        "HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n",
        Fault::Head(Status(600)),
    ),
];

#[test]
fn what_only_we_refuse_is_known() {
    for (section, bytes, fault) in STRICTER {
        assert_eq!(ours(&Method::GET, bytes.as_bytes()), Err(fault), "{section}: {bytes:?}");
    }
    // A row that hyper refuses as well tells of no difference.
    let same = STRICTER.iter().filter(|(_, bytes, _)| {
        hypers(&Method::GET, bytes.as_bytes()).is_none_or(|read| read.body.is_none())
    });
    assert_eq!(same.map(|(section, ..)| *section).collect::<Vec<_>>(), [""; 0]);
}

/// A response with its body: sound more often than not.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let interim = prop_oneof![
        4 => Just(""),
        1 => Just("HTTP/1.1 100 Continue\r\n\r\n"),
        1 => Just("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    ];
    let line = prop::sample::select(vec![
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 204 No Content\r\n",
        "HTTP/1.1 304 X\r\n",
        "HTTP/1.1 404\r\n",
        "HTTP/1.0 200 OK\r\n",
        "HTTP/1.1 500 X Y\r\n",
        "HTTP/1.1 99 X\r\n",
        "HTTP/1.1 1000 X\r\n",
        "HTTP/1.1 600 X\r\n",
        "HTTP/2.0 200 OK\r\n",
        "HTTP/1.1  200 OK\r\n",
        "HTTP/1.1 200 OK\n",
        "\r\nHTTP/1.1 200 OK\r\n",
        "220 x\r\n",
    ]);
    let field = prop::sample::select(vec![
        "X: y\r\n",
        "X:\r\n",
        "X: y z \t\r\n",
        "X: \u{e9}\r\n",
        "Connection: close\r\n",
        "X : y\r\n",
        "X: y\n",
        "X: y\r\n z\r\n",
        "X: \0\r\n",
        ": y\r\n",
        "X: y\rz\r\n",
        "Content-Length: 3\r\n",
    ]);
    let body = prop_oneof![
        3 => prop::sample::select(vec![
            ("", "abc"), ("Content-Length: 3\r\n", "abc"), ("Content-Length: 0\r\n", ""),
        ]),
        3 => chunked_body().prop_map(|body| ("Transfer-Encoding: chunked\r\n", body)),
        2 => prop::sample::select(vec![
            ("Content-Length: 3\r\n", "ab"), ("Content-Length: 3\r\n", "abcd"),
            ("Content-Length: +3\r\n", "abc"), ("Content-Length: 3, 3\r\n", "abc"),
            ("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
            ("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"),
            ("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\n\r\n"),
            ("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"),
        ]),
    ];
    (interim, line, prop::collection::vec(field, 0..3), body).prop_map(
        |(interim, line, fields, body)| {
            let text = [interim, line, &fields.concat(), body.0, "\r\n", body.1].concat();
            text.into_bytes()
        },
    )
}

fn chunked_body() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "0\r\n\r\n",
        "3\r\nabc\r\n0\r\n\r\n",
        "3;x=y\r\nabc\r\n0;z\r\n\r\n",
        "0003\r\nabc\r\n0\r\nX: y\r\nX-Z: w\r\n\r\n",
        "3 \r\nabc\r\n0\r\n\r\n",
        "3\nabc\r\n0\r\n\r\n",
        "3\r\nabc0\r\n\r\n",
        "3\r\nab",
        "3\r\nabc\r\n0\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\nX y\r\n\r\n",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn hyper_reads_the_same_response_or_we_are_stricter(bytes in message(), head in any::<bool>()) {
        let method = if head { Method::HEAD } else { Method::GET };
        let (ours, hypers) = (ours(&method, &bytes), hypers(&method, &bytes));
        let told = format!("{method} {}\nours: {ours:#?}\nhyper's: {hypers:#?}", bytes.escape_ascii());
        match (ours, hypers) {
            (Ok(ours), Some(hypers)) => prop_assert_eq!(ours, hypers, "we differ: {}", told),
            (Ok(_), None) => prop_assert!(false, "hyper refuses what we take: {told}"),
            (Err(fault), Some(hypers)) if hypers.body.is_some() => {
                let known = STRICTER.iter().any(|(_, _, it)| *it == fault);
                prop_assert!(known, "hyper takes what we refuse: {told}");
            }
            (Err(_), _) => {}
        }
    }
}
