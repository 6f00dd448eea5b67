//! Writing an answer of our own.

use std::io::Write;

use super::super::super::http1::Version;
use super::super::super::reply::Reply;

/// Appends `reply`, its body unless the request was HEAD.
pub(super) fn write_reply(
    reply: &Reply,
    version: Version,
    persists: bool,
    with_body: bool,
    date: &[u8],
    out: &mut Vec<u8>,
) {
    let status = reply.status();
    let reason = status.canonical_reason().unwrap_or_default();
    // Writing to memory does not fail.
    let _ = write!(out, "HTTP/1.1 {} {reason}\r\n", status.as_u16());
    for (name, value) in reply.headers() {
        let _ = write!(out, "{name}: ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    let _ = write!(out, "content-length: {}\r\ndate: ", reply.body().len());
    out.extend_from_slice(date);
    out.extend_from_slice(match (persists, version) {
        (false, _) => b"\r\nconnection: close\r\n\r\n",
        (true, Version::Http10) => b"\r\nconnection: keep-alive\r\n\r\n",
        (true, Version::Http11) => b"\r\n\r\n",
    });
    if with_body {
        out.extend_from_slice(reply.body());
    }
}
