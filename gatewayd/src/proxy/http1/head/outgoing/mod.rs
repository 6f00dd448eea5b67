//! Outgoing heads: what was read, written anew for the next hop into the caller's buffer.
//!
//! Field lines that go on are copied as they came, neighbours in one go. What is said about this
//! hop (Host, framing, Connection, X-Forwarded-*) is never copied but derived and written by us,
//! after whatever Connection nominated is gone (RFC 9110, section 7.6).

mod request;
mod response;

pub(in crate::proxy) use request::{write_request, write_request_of_map};
pub(in crate::proxy) use response::{
    Begun, ToClient, write_interim, write_interim_of_map, write_response, write_response_of_map,
};

use super::super::numbers::write_decimal;

/// The Connection and Upgrade fields of a switch to WebSocket.
const TO_WEBSOCKET: &[u8] = b"Connection: upgrade\r\nUpgrade: websocket\r\n";
const CHUNKED: &[u8] = b"Transfer-Encoding: chunked\r\n";

fn write_length(length: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"Content-Length: ");
    write_decimal(length, out);
    out.extend_from_slice(b"\r\n");
}

fn write_field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}
