//! Writing chunks.

use http::HeaderMap;

use super::super::numbers::write_hexadecimal;
use super::Trailers;

/// What ends a chunk.
pub(in crate::proxy) const CHUNK_END: &[u8] = b"\r\n";

/// Appends what begins a chunk of `size` bytes, which is not 0: that would be the last one.
pub(in crate::proxy) fn write_chunk_size(size: usize, out: &mut Vec<u8>) {
    debug_assert!(size > 0, "a chunk of no bytes ends the body");
    write_hexadecimal(size as u64, out);
    out.extend_from_slice(b"\r\n");
}

/// Appends what ends a body: the last chunk and the trailers that go on. Only ever for a body that
/// came to its own end, so that one that broke off is seen to be broken off (RFC 9112, section 8).
pub(in crate::proxy) fn write_last_chunk(trailers: Option<&Trailers>, out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n");
    if let Some(trailers) = trailers {
        out.extend_from_slice(trailers.lines());
    }
    out.extend_from_slice(b"\r\n");
}

/// The same with trailers as HTTP/2 brings them, which may all stand there.
pub(in crate::proxy) fn write_last_chunk_of_map(trailers: &HeaderMap, out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n");
    for (name, value) in trailers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes().trim_ascii(), b"\r\n"] {
            out.extend_from_slice(part);
        }
    }
    out.extend_from_slice(b"\r\n");
}
