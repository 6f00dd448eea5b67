//! HTTP/1.1 (RFC 9112) as state machines: bytes in, decisions out.
//!
//! ```text
//!  client bytes ─▶ head::RequestParser ─▶ RequestHead ─▶ head::write_request ─▶ backend bytes
//!                                             │ framing
//!                                             ▼
//!                          BodyReader ─▶ ranges of the caller's own buffer ─▶ chunked::write_…
//!
//!  backend bytes ─▶ head::ResponseParser ─▶ ResponseHead ─▶ head::write_response ─▶ client bytes
//! ```
//! Nothing here waits, reads a clock or knows a socket. What is read is borrowed from the caller's
//! buffer, what is written goes to the caller's, and any split of the bytes gives the same result.
//!
//! Requests are read strictly: whatever two implementations could read in two ways is refused, so
//! that a backend sees what the gateway decided about.

mod body;
mod chunked;
mod framing;
mod head;
mod keepalive;
mod numbers;
#[cfg(test)]
mod tests;

pub(super) use body::{BodyReader, Step};
pub(super) use chunked::{
    CHUNK_END, ChunkFault, Trailers, write_chunk_size, write_last_chunk, write_last_chunk_of_map,
};
pub(super) use framing::{RequestFraming, ResponseFraming};
pub(super) use head::{
    Asked, Begun, Fields, Lines, MOST_INTERIM, Parsed, RequestHead, RequestParser, ResponseFault,
    ResponseHead, ResponseParser, Stage, ToClient, Version, write_interim, write_interim_of_map,
    write_request, write_request_of_map, write_response, write_response_of_map,
};
pub(super) use numbers::write_decimal;
