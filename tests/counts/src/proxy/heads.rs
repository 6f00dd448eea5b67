//! Heads and bodies, read and written.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use http::Method;

use super::fields::Origin;
use super::http1::{
    Asked, BodyReader, Lines, Parsed, RequestFraming, RequestParser, ResponseParser, Step,
    ToClient, Version, write_request, write_response,
};

const SMALL: &[u8] = b"GET /urls/7 HTTP/1.1\r\nHost: a.example\r\nUser-Agent: curl/8\r\n\
    Accept: */*\r\n\r\n";

pub(super) const BROWSER: &[u8] = b"GET /urls/7?utm=x HTTP/1.1\r\nHost: www.a.example\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: de-CH,de;q=0.7,en;q=0.3\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\
    Referer: https://www.a.example/list?page=2\r\nConnection: keep-alive\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\
    Upgrade-Insecure-Requests: 1\r\nSec-Fetch-Mode: navigate\r\nPriority: u=0, i\r\n\r\n";

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nServer: app/1\r\n\
    Date: Tue, 15 Nov 1994 08:12:31 GMT\r\nContent-Type: application/json\r\n\
    Content-Length: 512\r\nConnection: keep-alive\r\nCache-Control: no-store\r\n\
    ETag: \"33a64df5\"\r\nVary: Accept-Encoding\r\n\r\n";

const ASKED: Asked<'static> = Asked { method: &Method::GET, for_websocket: false };

/// Reads a request with three fields.
pub(crate) fn request_head(times: u64) {
    read_request(SMALL, times);
}

/// Reads a request with eleven fields.
pub(crate) fn request_head_of_a_browser(times: u64) {
    read_request(BROWSER, times);
}

fn read_request(bytes: &[u8], times: u64) {
    let (mut parser, mut lines) = (RequestParser::new("http"), Lines::new());
    for _ in 0..times {
        let parsed = black_box(&mut parser).parse(black_box(bytes), &mut lines);
        assert!(matches!(black_box(parsed), Parsed::Complete { .. }));
    }
}

/// Writes the request of a browser for a backend.
pub(crate) fn request_written(times: u64) {
    let mut lines = Lines::new();
    let Parsed::Complete { head, .. } = RequestParser::new("http").parse(BROWSER, &mut lines)
    else {
        panic!("it is a request");
    };
    let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 17));
    let origin = Origin { peer, trusted: false, scheme: "http" };
    let mut out = Vec::with_capacity(4096);
    for _ in 0..times {
        out.clear();
        write_request(black_box(&head), black_box(&origin), &mut out);
        black_box(&out);
    }
}

/// Reads an answer with eight fields.
pub(crate) fn response_head(times: u64) {
    let (mut parser, mut lines) = (ResponseParser::default(), Lines::new());
    for _ in 0..times {
        let parsed = black_box(&mut parser).parse(black_box(RESPONSE), ASKED, &mut lines);
        assert!(matches!(black_box(parsed), Parsed::Complete { .. }));
    }
}

/// Writes the same answer for a client.
pub(crate) fn response_written(times: u64) {
    let mut lines = Lines::new();
    let parsed = ResponseParser::default().parse(RESPONSE, ASKED, &mut lines);
    let Parsed::Complete { head, .. } = parsed else { panic!("it is an answer") };
    let date = b"Tue, 15 Nov 1994 08:12:31 GMT";
    let client =
        ToClient { version: Version::Http11, persists: true, date, quota: None, cookie: None };
    let mut out = Vec::with_capacity(4096);
    for _ in 0..times {
        out.clear();
        black_box(write_response(black_box(&head), black_box(&client), &mut out));
        black_box(&out);
    }
}

/// Reads a body of ten chunks.
pub(crate) fn chunked_body(times: u64) {
    let chunk = [&b"40\r\n"[..], &[b'x'; 64], b"\r\n"].concat();
    let body = [&chunk.repeat(10)[..], b"0\r\n\r\n"].concat();
    for _ in 0..times {
        let mut reader = BodyReader::of_request(RequestFraming::Chunked);
        let mut at = 0;
        while let Ok(Step::Data(range)) = reader.step(black_box(&body), &mut at) {
            black_box(range);
        }
        assert!(reader.is_over());
    }
}
