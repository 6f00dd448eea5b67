//! The head of a response on its way to a client.

use http::header::DATE;
use http::{Response, StatusCode};

use super::super::super::super::field_name::FieldName;
use super::super::super::super::quota::Quota;
use super::super::super::framing::ResponseFraming;
use super::super::super::numbers::write_decimal;
use super::super::{ResponseHead, Stage, Version};
use super::{CHUNKED, TO_WEBSOCKET, write_field, write_length};

/// The client that gets a response.
#[derive(Clone, Copy)]
pub(in crate::proxy) struct ToClient<'a> {
    /// What it speaks.
    pub(in crate::proxy) version: Version,
    /// Whether its connection is to serve another request.
    pub(in crate::proxy) persists: bool,
    /// The time in the form of a Date field, told if the backend did not tell it.
    pub(in crate::proxy) date: &'a [u8],
    /// What it may still ask.
    pub(in crate::proxy) quota: Option<Quota<'a>>,
    /// What binds it to its backend.
    pub(in crate::proxy) cookie: Option<&'a str>,
}

/// How the rest of a response is written, now that its head is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) struct Begun {
    /// How the body is to end.
    pub(in crate::proxy) framing: ResponseFraming,
    /// Whether the client's connection serves another request behind it.
    pub(in crate::proxy) persists: bool,
}

/// Appends the head of a final response, or of a switch to WebSocket, as the client gets it.
pub(in crate::proxy) fn write_response(
    head: &ResponseHead<'_>,
    client: &ToClient<'_>,
    out: &mut Vec<u8>,
) -> Begun {
    let dated = write_status_and_fields(head, out);
    write_hop((head.status, head.framed.framing), dated, head.stage(), client, out)
}

/// Appends a final response whose fields are ready for a client, as HTTP/2 brings them.
pub(in crate::proxy) fn write_response_of_map(
    head: &Response<()>,
    framing: ResponseFraming,
    client: &ToClient<'_>,
    out: &mut Vec<u8>,
) -> Begun {
    write_head_of_map(head, out);
    let dated = head.headers().contains_key(DATE);
    write_hop((head.status(), framing), dated, Stage::Final, client, out)
}

/// Appends the rest of a head: what is between us and the client.
fn write_hop(
    (status, framing): (StatusCode, ResponseFraming),
    dated: bool,
    stage: Stage,
    client: &ToClient<'_>,
    out: &mut Vec<u8>,
) -> Begun {
    let framing = framing.toward_client(client.version);
    let persists = client.persists && framing != ResponseFraming::UntilClose;
    if !dated {
        write_field(b"Date", client.date, out);
    }
    if let Some(cookie) = client.cookie {
        write_field(b"Set-Cookie", cookie.as_bytes(), out);
    }
    if let Some(quota) = client.quota {
        quota.write(status, out);
    }
    match client.version {
        _ if stage == Stage::Switched => out.extend_from_slice(TO_WEBSOCKET),
        _ if !persists => out.extend_from_slice(b"Connection: close\r\n"),
        Version::Http10 => out.extend_from_slice(b"Connection: keep-alive\r\n"),
        Version::Http11 => {}
    }
    match framing {
        ResponseFraming::Nothing { told: Some(length) } | ResponseFraming::Length(length) => {
            write_length(length, out);
        }
        ResponseFraming::Chunked => out.extend_from_slice(CHUNKED),
        ResponseFraming::Nothing { told: None } | ResponseFraming::UntilClose => {}
    }
    out.extend_from_slice(b"\r\n");
    Begun { framing, persists }
}

/// Appends the head of an interim response such as 103. Only for clients of HTTP/1.1: the others
/// know none (RFC 9110, section 15.2).
pub(in crate::proxy) fn write_interim(head: &ResponseHead<'_>, out: &mut Vec<u8>) {
    write_status_and_fields(head, out);
    out.extend_from_slice(b"\r\n");
}

/// The same of a head as HTTP/2 brings it, its fields ready for a client.
pub(in crate::proxy) fn write_interim_of_map(head: &Response<()>, out: &mut Vec<u8>) {
    write_head_of_map(head, out);
    out.extend_from_slice(b"\r\n");
}

fn write_head_of_map(head: &Response<()>, out: &mut Vec<u8>) {
    let status = head.status();
    write_status_line(status, status.canonical_reason().unwrap_or_default(), out);
    for (name, value) in head.headers() {
        write_field(name.as_str().as_bytes(), value.as_bytes().trim_ascii(), out);
    }
}

/// Writes the status line and the fields that go on; says whether a Date is among them.
fn write_status_and_fields(head: &ResponseHead<'_>, out: &mut Vec<u8>) -> bool {
    write_status_line(head.status, head.reason, out);
    let mut dated = false;
    head.fields.write_kept(
        |name, meaning| {
            let kept = meaning.goes_to_client() && !head.options.nominate(&head.fields, name);
            dated |= kept && meaning == FieldName::Date;
            kept
        },
        out,
    );
    dated
}

/// A server tells its own version, whatever the client's is (RFC 9110, section 6.2).
fn write_status_line(status: StatusCode, reason: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"HTTP/1.1 ");
    write_decimal(status.as_u16().into(), out);
    out.push(b' ');
    out.extend_from_slice(reason.as_bytes());
    out.extend_from_slice(b"\r\n");
}
