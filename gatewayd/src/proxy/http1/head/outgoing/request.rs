//! The head of a request on its way to a backend.

use http::header::COOKIE;
use http::{HeaderMap, Method};

use super::super::super::super::field_name::FieldName;
use super::super::super::super::fields::Origin;
use super::super::super::framing::RequestFraming;
use super::super::super::numbers::write_address;
use super::super::RequestHead;
use super::{CHUNKED, TO_WEBSOCKET, write_field, write_length};

/// Appends the request of a client that came from `origin`, as a backend is asked.
pub(in crate::proxy) fn write_request(head: &RequestHead<'_>, origin: &Origin, out: &mut Vec<u8>) {
    write_request_line(&head.method, |out| head.target.write(out), out);
    write_field(b"Host", head.authority.as_bytes(), out);
    let nominated = |name: &[u8]| head.options.nominate(&head.fields, name);
    let mut told = Told::default();
    head.fields.write_kept(
        |name, meaning| {
            let kept = meaning.goes_to_backend(origin.trusted) && !nominated(name);
            if kept {
                told.note(meaning);
            }
            kept
        },
        out,
    );
    let chain = origin.trusted && !nominated(b"X-Forwarded-For");
    write_forwarded_for(head, chain, origin, out);
    if !told.proto {
        write_field(b"X-Forwarded-Proto", origin.scheme.as_bytes(), out);
    }
    if !told.host {
        write_field(b"X-Forwarded-Host", head.authority.as_bytes(), out);
    }
    if head.asks_for_websocket {
        out.extend_from_slice(TO_WEBSOCKET);
    }
    write_framing(head.framing, out);
    out.extend_from_slice(b"\r\n");
}

/// Appends a request whose `fields` are ready for a backend, as HTTP/2 brings them.
pub(in crate::proxy) fn write_request_of_map(
    method: &Method,
    path_and_query: &str,
    fields: &HeaderMap,
    framing: RequestFraming,
    out: &mut Vec<u8>,
) {
    let write_target = |out: &mut Vec<u8>| out.extend_from_slice(path_and_query.as_bytes());
    write_request_line(method, write_target, out);
    for name in fields.keys() {
        let mut values = fields.get_all(name).iter().map(|value| value.as_bytes().trim_ascii());
        if *name == COOKIE {
            // HTTP/2 may bring crumbs; HTTP/1 knows one line (RFC 9113, section 8.2.3).
            out.extend_from_slice(b"Cookie: ");
            out.extend_from_slice(values.next().unwrap_or_default());
            for crumb in values {
                out.extend_from_slice(b"; ");
                out.extend_from_slice(crumb);
            }
            out.extend_from_slice(b"\r\n");
        } else {
            values.for_each(|value| write_field(name.as_str().as_bytes(), value, out));
        }
    }
    write_framing(framing, out);
    out.extend_from_slice(b"\r\n");
}

/// What an earlier hop told that we need not tell.
#[derive(Default)]
struct Told {
    proto: bool,
    host: bool,
}

impl Told {
    fn note(&mut self, meaning: FieldName) {
        self.proto |= meaning == FieldName::ForwardedProto;
        self.host |= meaning == FieldName::ForwardedHost;
    }
}

fn write_request_line(method: &Method, target: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
    out.extend_from_slice(method.as_str().as_bytes());
    out.push(b' ');
    target(out);
    out.extend_from_slice(b" HTTP/1.1\r\n");
}

/// Writes who connected to us, behind the earlier hops if their word counts.
fn write_forwarded_for(head: &RequestHead<'_>, chain: bool, origin: &Origin, out: &mut Vec<u8>) {
    out.extend_from_slice(b"X-Forwarded-For: ");
    if chain {
        for hops in head.fields.values(FieldName::ForwardedFor) {
            out.extend_from_slice(hops);
            out.extend_from_slice(b", ");
        }
    }
    write_address(origin.peer, out);
    out.extend_from_slice(b"\r\n");
}

fn write_framing(framing: RequestFraming, out: &mut Vec<u8>) {
    match framing {
        RequestFraming::Nothing => {}
        RequestFraming::Length(length) => write_length(length, out),
        RequestFraming::Chunked => out.extend_from_slice(CHUNKED),
    }
}
