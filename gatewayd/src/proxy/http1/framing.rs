//! Framing: where does a message's body end?

use http::{Method, StatusCode};

use crate::model::Refusal;

use super::super::field_name::FieldName;
use super::head::{Fields, ResponseFault, Version};
use super::numbers::decimal;

/// How a request's body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum RequestFraming {
    /// There is none.
    Nothing,
    /// After so many bytes.
    Length(u64),
    /// With the last chunk and the trailers behind it.
    Chunked,
}

/// How a response's body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum ResponseFraming {
    /// There is none, whatever the fields say. A length may be told all the same: of what a GET
    /// would have brought (RFC 9110, section 8.6).
    Nothing {
        /// The length that is told.
        told: Option<u64>,
    },
    /// After so many bytes.
    Length(u64),
    /// With the last chunk and the trailers behind it.
    Chunked,
    /// With the connection.
    UntilClose,
}

/// A response's framing, and whether it leaves no doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) struct Framed {
    /// How the body ends.
    pub(in crate::proxy) framing: ResponseFraming,
    /// What follows on the connection cannot be trusted to be the next response.
    pub(in crate::proxy) doubtful: bool,
}

/// A Transfer-Encoding, judged.
enum Coding {
    Absent,
    Chunked,
    /// Well-formed and with `chunked` at the end, but with codings we do not know before it.
    Unknown,
    Invalid,
}

/// How the body of a request ends (RFC 9112, section 6.3).
///
/// # Errors
/// Whatever leaves room for doubt. Where RFC 9112 lets a server choose between repair and
/// refusal, it is refused.
pub(super) fn of_request(
    method: &Method,
    version: Version,
    fields: &Fields<'_>,
) -> Result<RequestFraming, Refusal> {
    let has_length = fields.has(FieldName::ContentLength);
    match coding(fields) {
        Coding::Absent => {}
        // HTTP/1.0 does not know the field: it could have been passed on unread (section 6.1).
        _ if version == Version::Http10 => return Err(Refusal::TeInvalid),
        Coding::Invalid => return Err(Refusal::TeInvalid),
        Coding::Chunked | Coding::Unknown if has_length => return Err(Refusal::ClTe),
        Coding::Unknown => return Err(Refusal::TeUnsupported),
        Coding::Chunked => return Ok(RequestFraming::Chunked),
    }
    match length(fields).map_err(|_| Refusal::ContentLengthInvalid)? {
        Some(length) => Ok(RequestFraming::Length(length)),
        None if version == Version::Http10 && has_body(method) => {
            Err(Refusal::ContentLengthInvalid)
        }
        None => Ok(RequestFraming::Nothing),
    }
}

/// How the body of a response to a request of `method` ends (RFC 9112, section 6.3).
///
/// # Errors
/// When it cannot be said.
pub(super) fn of_response(
    method: &Method,
    status: StatusCode,
    version: Version,
    fields: &Fields<'_>,
) -> Result<Framed, ResponseFault> {
    let certain = |framing| Framed { framing, doubtful: false };
    let coding = match coding(fields) {
        Coding::Absent => None,
        _ if version == Version::Http10 => return Err(ResponseFault::TransferEncoding),
        Coding::Chunked => Some(ResponseFraming::Chunked),
        Coding::Unknown | Coding::Invalid => return Err(ResponseFault::TransferEncoding),
    };
    // With both, Transfer-Encoding counts, and the connection is not used again.
    let doubtful = coding.is_some() && fields.has(FieldName::ContentLength);
    let length = match coding {
        Some(_) => None,
        None => length(fields).map_err(|_| ResponseFault::ContentLength)?,
    };
    // These tell no length, whatever was asked (RFC 9110, section 8.6).
    if status.is_informational() || status == StatusCode::NO_CONTENT {
        return Ok(Framed { framing: ResponseFraming::Nothing { told: None }, doubtful });
    }
    if *method == Method::HEAD || status == StatusCode::NOT_MODIFIED {
        return Ok(Framed { framing: ResponseFraming::Nothing { told: length }, doubtful });
    }
    if status == StatusCode::RESET_CONTENT {
        // It has no content (RFC 9110, section 15.3.6): what comes all the same is not passed on.
        let framing = ResponseFraming::Nothing { told: Some(0) };
        return Ok(Framed { framing, doubtful: length != Some(0) });
    }
    match (coding, length) {
        (Some(framing), _) => Ok(Framed { framing, doubtful }),
        (None, Some(length)) => Ok(certain(ResponseFraming::Length(length))),
        (None, None) => Ok(certain(ResponseFraming::UntilClose)),
    }
}

impl ResponseFraming {
    /// How the same body ends on its way to a client of `version`, which knows chunks only since
    /// HTTP/1.1.
    pub(in crate::proxy) fn toward_client(self, version: Version) -> ResponseFraming {
        match (self, version) {
            (ResponseFraming::Chunked, Version::Http10) => ResponseFraming::UntilClose,
            (ResponseFraming::UntilClose, Version::Http11) => ResponseFraming::Chunked,
            (same, _) => same,
        }
    }
}

/// Methods whose requests have a body, so that HTTP/1.0 wants its length (RFC 1945, section 8.3).
fn has_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

/// What Transfer-Encoding says (RFC 9112, sections 6.1 and 7).
fn coding(fields: &Fields<'_>) -> Coding {
    let value = match fields.only(FieldName::TransferEncoding) {
        Ok(None) => return Coding::Absent,
        Ok(Some(value)) => value,
        // Two lines are one list, and we take lists of one.
        Err(_) => return Coding::Invalid,
    };
    if value.eq_ignore_ascii_case(b"chunked") {
        return Coding::Chunked;
    }
    let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let mut codings = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).rev();
    let ends_chunked = codings.next().is_some_and(is_chunked);
    let known_form = |it: &[u8]| !it.is_empty() && it.iter().all(|byte| is_token(*byte));
    if ends_chunked && codings.all(|it| known_form(it) && !is_chunked(it)) {
        return Coding::Unknown;
    }
    Coding::Invalid
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// What Content-Length says (RFC 9112, section 6.3, item 5): one line of digits. Two that agree
/// could be taken for one; no honest sender needs that.
fn length(fields: &Fields<'_>) -> Result<Option<u64>, ()> {
    match fields.only(FieldName::ContentLength) {
        Ok(None) => Ok(None),
        Ok(Some(digits)) => decimal(digits).map(Some).ok_or(()),
        Err(_) => Err(()),
    }
}

#[cfg(test)]
mod tests;
