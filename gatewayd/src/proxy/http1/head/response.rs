//! The head of a response: what a backend says before its body, or that it speaks no HTTP.

use std::mem::MaybeUninit;

use http::{Method, StatusCode};

use super::super::super::field_name::FieldName;
use super::super::framing::{self, Framed};
use super::super::keepalive;
use super::options::listed;
use super::progress::Progress;
use super::{Fields, Lines, MOST_FIELDS, Options, Parsed, Version};

/// The largest head.
const MOST_HEAD_BYTES: usize = 64 * 1024;
/// The most interim responses to one request; a 100, a 103 and some 102 are honest.
pub(in crate::proxy) const MOST_INTERIM: u32 = 16;

/// What a response's meaning depends on: the request it answers.
#[derive(Clone, Copy, Debug)]
pub(in crate::proxy) struct Asked<'a> {
    /// The request's method.
    pub(in crate::proxy) method: &'a Method,
    /// The request asked for a WebSocket.
    pub(in crate::proxy) for_websocket: bool,
}

/// Reads the responses on one connection, one head after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::proxy) struct ResponseParser {
    progress: Progress,
}

/// What a response says before its body.
#[derive(Debug)]
pub(in crate::proxy) struct ResponseHead<'a> {
    /// The backend's version.
    pub(in crate::proxy) version: Version,
    /// The status, 100 to 599.
    pub(in crate::proxy) status: StatusCode,
    /// The phrase behind it; may be empty.
    pub(in crate::proxy) reason: &'a str,
    /// All field lines, as they came.
    pub(in crate::proxy) fields: Fields<'a>,
    /// What Connection says.
    pub(in crate::proxy) options: Options,
    /// How the body ends.
    pub(in crate::proxy) framed: Framed,
}

/// Whether more heads answer the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Stage {
    /// Another one follows (RFC 9110, section 15.2).
    Interim,
    /// What follows is no HTTP (RFC 9110, section 15.2.2).
    Switched,
    /// This is the answer.
    Final,
}

/// Why bytes of a backend are no response. Its fault; nothing of it goes to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::proxy) enum ResponseFault {
    /// No status line of HTTP/1.0 or HTTP/1.1.
    #[error("the response begins with what is no status line of HTTP/1")]
    StatusLine,
    /// Below 100 or above 599.
    #[error("the response has the status {0}")]
    Status(u16),
    /// A field line that breaks the grammar.
    #[error("the response has a malformed field line")]
    Field,
    /// More than 100 fields.
    #[error("the response has more than {MOST_FIELDS} fields")]
    TooManyFields,
    /// More than 64 KiB.
    #[error("the response's head is longer than {MOST_HEAD_BYTES} bytes")]
    TooLarge,
    /// More than [`MOST_INTERIM`] before the final one.
    #[error("more than {MOST_INTERIM} interim responses come before the final one")]
    Interim,
    /// Not one number.
    #[error("the response has a Content-Length that is not one number")]
    ContentLength,
    /// Anything but `chunked`, or with HTTP/1.0.
    #[error("the response has a Transfer-Encoding other than chunked")]
    TransferEncoding,
    /// A 101 that nobody asked for, or to what nobody asked for (RFC 9110, section 7.8).
    #[error("the response switches protocols unasked")]
    UnaskedSwitch,
}

impl ResponseHead<'_> {
    /// Whether more heads answer the same request.
    pub(in crate::proxy) fn stage(&self) -> Stage {
        match self.status {
            StatusCode::SWITCHING_PROTOCOLS => Stage::Switched,
            status if status.is_informational() => Stage::Interim,
            _ => Stage::Final,
        }
    }

    /// Whether the next request may use this connection, once the body has come to its end and
    /// nothing came behind it.
    pub(in crate::proxy) fn is_reusable(&self) -> bool {
        self.stage() == Stage::Final
            && keepalive::is_reusable(self.version, self.options, self.framed)
    }
}

impl ResponseParser {
    /// Reads the head that `bytes` begin with. While it is incomplete, call again with the same
    /// bytes and more behind them.
    pub(in crate::proxy) fn parse<'a>(
        &mut self,
        bytes: &'a [u8],
        asked: Asked<'_>,
        lines: &'a mut Lines,
    ) -> Parsed<ResponseHead<'a>, ResponseFault> {
        let bytes = &bytes[..bytes.len().min(MOST_HEAD_BYTES)];
        if !self.progress.is_due(bytes) && bytes.len() < MOST_HEAD_BYTES {
            return Parsed::Incomplete;
        }
        match read(bytes, asked, lines) {
            Ok(Some((head, len))) => {
                self.progress = Progress::default();
                Parsed::Complete { head, len }
            }
            Ok(None) => Parsed::Incomplete,
            Err(fault) => Parsed::Refused(fault),
        }
    }
}

fn read<'a>(
    bytes: &'a [u8],
    asked: Asked<'_>,
    lines: &'a mut Lines,
) -> Result<Option<(ResponseHead<'a>, usize)>, ResponseFault> {
    // Empty lines are for servers to forgive (RFC 9112, section 2.2).
    if matches!(bytes, [b'\r' | b'\n', ..]) {
        return Err(ResponseFault::StatusLine);
    }
    let mut found = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut raw = httparse::Response::new(&mut []);
    let parser = httparse::ParserConfig::default();
    let len = match parser.parse_response_with_uninit_headers(&mut raw, bytes, &mut found) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if bytes.len() < MOST_HEAD_BYTES => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(ResponseFault::TooLarge),
        Err(error) => return Err(fault(error)),
    };
    let fields = lines.note(&bytes[..len], raw.headers).map_err(|_| ResponseFault::Field)?;
    Ok(Some((judge(&raw, fields, asked)?, len)))
}

/// Turns lines that are well-formed into a response that can be relayed.
fn judge<'a>(
    raw: &httparse::Response<'_, 'a>,
    fields: Fields<'a>,
    asked: Asked<'_>,
) -> Result<ResponseHead<'a>, ResponseFault> {
    let (Some(minor), Some(code)) = (raw.version, raw.code) else {
        return Err(ResponseFault::StatusLine);
    };
    let version = Version::of_minor(minor);
    let status = StatusCode::from_u16(code)
        .ok()
        .filter(|_| (100..=599).contains(&code))
        .ok_or(ResponseFault::Status(code))?;
    let options = Options::of(&fields).map_err(|_| ResponseFault::Field)?;
    let to_websocket =
        || listed(&fields, FieldName::Upgrade).any(|it| it.eq_ignore_ascii_case(b"websocket"));
    if status == StatusCode::SWITCHING_PROTOCOLS
        && !(asked.for_websocket && version == Version::Http11 && to_websocket())
    {
        return Err(ResponseFault::UnaskedSwitch);
    }
    let framed = framing::of_response(asked.method, status, version, &fields)?;
    let reason = raw.reason.unwrap_or_default();
    Ok(ResponseHead { version, status, reason, fields, options, framed })
}

fn fault(error: httparse::Error) -> ResponseFault {
    match error {
        httparse::Error::TooManyHeaders => ResponseFault::TooManyFields,
        httparse::Error::Version | httparse::Error::Status | httparse::Error::Token => {
            ResponseFault::StatusLine
        }
        httparse::Error::HeaderName | httparse::Error::HeaderValue | httparse::Error::NewLine => {
            ResponseFault::Field
        }
    }
}

#[cfg(test)]
mod tests;
