//! Any split of the bytes of a head gives the same result, and no bytes do harm.

use http::Method;
use proptest::prelude::*;

use super::super::{Asked, Lines, Parsed, RequestParser};
use super::{request, request_in, response, response_in};

/// Bytes that are nearly a head: sound parts and broken ones in some order, and at last the end of
/// a head, so that whatever is wrong with them is found out.
pub(super) fn nearly_a_request() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "GET / HTTP/1.1\r\n",
        "POST /a?b HTTP/1.1\r\n",
        "GET / HTTP/1.0\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "GET http://a/ HTTP/1.1\r\n",
        "GET / HTTP/2.0\r\n",
        "GET /\r\n",
        "\r\n",
        "",
        "GET / HTTP/1.1\n",
        "CONNECT a:1 HTTP/1.1\r\n",
    ]);
    (line, lines(), tail())
        .prop_map(|(line, lines, tail)| [line.as_bytes(), &lines.concat(), &tail].concat())
}

fn nearly_a_response() -> impl Strategy<Value = Vec<u8>> {
    let line = prop::sample::select(vec![
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.0 404 Not Found\r\n",
        "HTTP/1.1 204\r\n",
        "HTTP/1.1 100 Continue\r\n",
        "HTTP/1.1 101 X\r\n",
        "HTTP/1.1 999 X\r\n",
        "220 x\r\n",
        "",
    ]);
    (line, lines(), tail())
        .prop_map(|(line, lines, tail)| [line.as_bytes(), &lines.concat(), &tail].concat())
}

fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let sound = prop::sample::select(vec![
        "Host: a\r\n",
        "Host: b\r\n",
        "X: y\r\n",
        "X:\r\n",
        "Content-Length: 3\r\n",
        "Content-Length: x\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Connection: close\r\n",
        "Connection: X, upgrade\r\n",
        "Upgrade: websocket\r\n",
        "Expect: 100-continue\r\n",
        "X: y\n",
        "X : y\r\n",
        " X: y\r\n",
        "X: \0\r\n",
        "X: y\rz\r\n",
        "\r",
        "\n",
    ]);
    let any_line = prop_oneof![
        8 => sound.prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(any_line, 0..6)
}

fn tail() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => Just(b"\r\n".to_vec()),
        2 => Just(b"\r\nabc".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(vec![]),
    ]
    .prop_map(|tail| [&tail, &b"\r\n\r\n"[..]].concat())
}

fn places(ends: &[prop::sample::Index], len: usize) -> Vec<usize> {
    let mut ends: Vec<usize> = ends.iter().map(|end| end.index(len + 1)).collect();
    ends.sort_unstable();
    ends
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_request_in_pieces_is_the_request_in_one(
        bytes in nearly_a_request(),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let ends = places(&ends, bytes.len());
        prop_assert_eq!(request_in(&bytes, &ends), request(&bytes));
        let each: Vec<usize> = (0..bytes.len()).collect();
        prop_assert_eq!(request_in(&bytes, &each), request(&bytes));
    }

    #[test]
    fn a_response_in_pieces_is_the_response_in_one(
        bytes in nearly_a_response(),
        ends in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let ends = places(&ends, bytes.len());
        let asked = Asked { method: &Method::GET, for_websocket: false };
        let whole = response(Method::GET, &bytes);
        prop_assert_eq!(&response_in(&bytes, &ends, asked), &whole);
        let each: Vec<usize> = (0..bytes.len()).collect();
        prop_assert_eq!(&response_in(&bytes, &each, asked), &whole);
    }

    #[test]
    fn any_bytes_have_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = request(&bytes);
        let _ = response(Method::GET, &bytes);
    }

    #[test]
    fn what_is_behind_a_head_does_not_matter(
        bytes in nearly_a_request(),
        behind in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        if let Parsed::Complete { head, len } = request(&bytes) {
            let other = [&bytes[..len], &behind].concat();
            prop_assert_eq!(request(&other), Parsed::Complete { head, len });
        }
    }
}

#[test]
fn requests_one_behind_the_other_are_read_as_they_come() {
    let bytes: Vec<u8> = (0..20)
        .flat_map(|it| format!("GET /{it} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes())
        .collect();
    for size in [1, 7, 30, 100] {
        let (mut parser, mut lines) = (RequestParser::new("http"), Lines::new());
        let (mut buffer, mut paths) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(size) {
            buffer.extend_from_slice(piece);
            while let Parsed::Complete { head, len } = parser.parse(&buffer, &mut lines) {
                paths.push(head.target.path().to_owned());
                buffer.drain(..len);
            }
        }
        assert!(buffer.is_empty());
        assert_eq!(paths, (0..20).map(|it| format!("/{it}")).collect::<Vec<_>>(), "{size}");
    }
}

#[test]
fn a_large_head_in_pieces_is_the_head_in_one() {
    let lines = |count: usize| "X: 0123456789abcdefghij\r\n".repeat(count);
    for bytes in [
        format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", lines(90)),
        format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", lines(110)),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "y".repeat(17_000)),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "y".repeat(9_000)),
        format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "y".repeat(17_000)),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\0\r\n\r\n", "y".repeat(16_380)),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\0\r\n\r\n", "y".repeat(16_000)),
    ] {
        for size in [1, 100, 1000] {
            let ends: Vec<usize> = (size..bytes.len()).step_by(size).collect();
            assert_eq!(request_in(bytes.as_bytes(), &ends), request(&bytes), "{size}");
        }
    }
}
