//! The head of a request: one reading, or a refusal.

use std::mem::MaybeUninit;

use http::Method;

use crate::model::Refusal;
use crate::policy::{self, Host};

use super::super::super::field_name::FieldName;
use super::super::framing::{self, RequestFraming};
use super::super::keepalive;
use super::options::listed;
use super::progress::Progress;
use super::{Fields, Lines, MOST_FIELDS, Options, Parsed, Target, Version};

/// The largest head.
const MOST_HEAD_BYTES: usize = 16 * 1024;
/// The longest target.
const MOST_TARGET_BYTES: usize = 8 * 1024;
/// Longer than any method that is registered.
const MOST_METHOD_BYTES: usize = 32;
/// Old clients send one behind the body of a POST (RFC 9112, section 2.2).
const MOST_EMPTY_LINES: usize = 4;
/// The host of an HTTP/1.0 request that names none.
const NO_HOST: &str = "localhost";

/// Reads the requests of one connection, one head after the other.
#[derive(Clone, Copy, Debug)]
pub(in crate::proxy) struct RequestParser {
    scheme: &'static str,
    progress: Progress,
}

/// What a request says before its body. Nothing in it is in doubt.
#[derive(Debug)]
pub(in crate::proxy) struct RequestHead<'a> {
    /// The method; neither CONNECT nor TRACE.
    pub(in crate::proxy) method: Method,
    /// The client's version.
    pub(in crate::proxy) version: Version,
    /// What is asked for.
    pub(in crate::proxy) target: Target<'a>,
    /// The host that is asked, as routes know it.
    pub(in crate::proxy) host: Host<'a>,
    /// The same as the client wrote it, with the port.
    pub(in crate::proxy) authority: &'a str,
    /// All field lines, as they came.
    pub(in crate::proxy) fields: Fields<'a>,
    /// What Connection says.
    pub(in crate::proxy) options: Options,
    /// How the body ends.
    pub(in crate::proxy) framing: RequestFraming,
    /// The client waits for a 100 before it sends its body.
    pub(in crate::proxy) expects_continue: bool,
    /// The client asks for a WebSocket.
    pub(in crate::proxy) asks_for_websocket: bool,
}

impl RequestHead<'_> {
    /// Whether the client keeps the connection for another request.
    pub(in crate::proxy) fn persists(&self) -> bool {
        keepalive::persists(self.version, self.options)
    }
}

impl RequestParser {
    /// A parser for a connection whose requests are of `scheme`, "http" or "https".
    pub(in crate::proxy) fn new(scheme: &'static str) -> RequestParser {
        RequestParser { scheme, progress: Progress::default() }
    }

    /// Reads the head that `bytes` begin with. While it is incomplete, call again with the same
    /// bytes and more behind them.
    pub(in crate::proxy) fn parse<'a>(
        &mut self,
        bytes: &'a [u8],
        lines: &'a mut Lines,
    ) -> Parsed<RequestHead<'a>, Refusal> {
        let bytes = &bytes[..bytes.len().min(MOST_HEAD_BYTES)];
        if !self.progress.is_due(bytes) && bytes.len() < MOST_HEAD_BYTES {
            return Parsed::Incomplete;
        }
        match self.read(bytes, lines) {
            Ok(Some((head, len))) => {
                self.progress = Progress::default();
                Parsed::Complete { head, len }
            }
            Ok(None) => Parsed::Incomplete,
            Err(refusal) => Parsed::Refused(refusal),
        }
    }

    fn read<'a>(
        &self,
        bytes: &'a [u8],
        lines: &'a mut Lines,
    ) -> Result<Option<(RequestHead<'a>, usize)>, Refusal> {
        let Some(skipped) = empty_lines(bytes)? else { return Ok(None) };
        let bytes = &bytes[skipped..];
        let mut found = [const { MaybeUninit::uninit() }; MOST_FIELDS];
        let mut raw = httparse::Request::new(&mut []);
        let len = match raw.parse_with_uninit_headers(bytes, &mut found) {
            Ok(httparse::Status::Complete(len)) => len,
            Ok(httparse::Status::Partial) if skipped + bytes.len() < MOST_HEAD_BYTES => {
                return Ok(None);
            }
            Ok(httparse::Status::Partial) => return Err(too_large(&raw)),
            Err(error) => return Err(refusal(error, &raw, bytes)),
        };
        let fields = lines.note(&bytes[..len], raw.headers).map_err(|_| Refusal::HeaderInvalid)?;
        let head = self.judge(&raw, fields)?;
        Ok(Some((head, skipped + len)))
    }

    /// Turns lines that are well-formed into a request that has one reading.
    fn judge<'a>(
        &self,
        raw: &httparse::Request<'_, 'a>,
        fields: Fields<'a>,
    ) -> Result<RequestHead<'a>, Refusal> {
        let (Some(method), Some(path), Some(minor)) = (raw.method, raw.path, raw.version) else {
            return Err(Refusal::RequestLineInvalid);
        };
        let (method, version) = (relayed(method)?, Version::of_minor(minor));
        if path.len() > MOST_TARGET_BYTES {
            return Err(Refusal::TargetTooLong);
        }
        let (target, authority) = Target::parse(path, &method, self.scheme)?;
        let authority = authority_of(authority, version, &fields)?;
        let host = policy::host(authority).map_err(|_| Refusal::HostInvalid)?;
        let options = Options::of(&fields).map_err(|_| Refusal::HeaderInvalid)?;
        let framing = framing::of_request(&method, version, &fields)?;
        let expects_continue = expects_continue(version, &fields)?;
        let asks_for_websocket = method == Method::GET
            && version == Version::Http11
            && options.upgrade
            && listed(&fields, FieldName::Upgrade).any(|it| it.eq_ignore_ascii_case(b"websocket"));
        // What the client sends behind such a head is no HTTP if the switch is made.
        if asks_for_websocket
            && !matches!(framing, RequestFraming::Nothing | RequestFraming::Length(0))
        {
            return Err(Refusal::UpgradeRefused);
        }
        Ok(RequestHead {
            method,
            version,
            target,
            host,
            authority,
            fields,
            options,
            framing,
            expects_continue,
            asks_for_websocket,
        })
    }
}

/// How many bytes of empty lines come before the request line; `None` if there is nothing else.
fn empty_lines(bytes: &[u8]) -> Result<Option<usize>, Refusal> {
    let mut skipped = 0;
    loop {
        match bytes[skipped..] {
            [] | [b'\r'] => return Ok(None),
            [b'\r', b'\n', ..] if skipped < 2 * MOST_EMPTY_LINES => skipped += 2,
            [b'\r' | b'\n', ..] => return Err(Refusal::RequestLineInvalid),
            _ => return Ok(Some(skipped)),
        }
    }
}

/// The method, if requests of it are relayed.
fn relayed(method: &str) -> Result<Method, Refusal> {
    if method.len() > MOST_METHOD_BYTES {
        return Err(Refusal::MethodRefused);
    }
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| Refusal::RequestLineInvalid)?;
    match method {
        Method::CONNECT | Method::TRACE => Err(Refusal::MethodRefused),
        method => Ok(method),
    }
}

/// The authority that is asked: the target's if it has one, which Host must then repeat (RFC
/// 9112, sections 3.2 and 3.2.2).
fn authority_of<'a>(
    in_target: Option<&'a str>,
    version: Version,
    fields: &Fields<'a>,
) -> Result<&'a str, Refusal> {
    let host = fields.only(FieldName::Host).map_err(|_| Refusal::HostInvalid)?;
    match (in_target, host) {
        (Some(target), Some(host)) if !host.eq_ignore_ascii_case(target.as_bytes()) => {
            Err(Refusal::HostInvalid)
        }
        (Some(target), Some(_)) => Ok(target),
        (None, Some(host)) => str::from_utf8(host).map_err(|_| Refusal::HostInvalid),
        (target, None) if version == Version::Http10 => Ok(target.unwrap_or(NO_HOST)),
        (_, None) => Err(Refusal::HostInvalid),
    }
}

/// Whether the client waits for a 100; HTTP/1.0 cannot (RFC 9110, section 10.1.1).
fn expects_continue(version: Version, fields: &Fields<'_>) -> Result<bool, Refusal> {
    match fields.only(FieldName::Expect) {
        Ok(None) => Ok(false),
        Ok(Some(value)) if value.eq_ignore_ascii_case(b"100-continue") => {
            Ok(version == Version::Http11)
        }
        _ => Err(Refusal::ExpectationFailed),
    }
}

/// Why a head that fills all the room there is for one is refused.
fn too_large(raw: &httparse::Request<'_, '_>) -> Refusal {
    match (raw.method, raw.path) {
        (Some(_), None) => Refusal::TargetTooLong,
        (_, Some(path)) if path.len() > MOST_TARGET_BYTES => Refusal::TargetTooLong,
        _ => Refusal::HeadTooLarge,
    }
}

/// Why bytes that are no head are refused.
fn refusal(error: httparse::Error, raw: &httparse::Request<'_, '_>, bytes: &[u8]) -> Refusal {
    match (error, raw.path) {
        (httparse::Error::TooManyHeaders, _) => Refusal::TooManyFields,
        (httparse::Error::Token, _) if raw.method.is_some() => Refusal::TargetInvalid,
        (httparse::Error::Version, Some(path)) => {
            let behind = path.as_ptr().addr() - bytes.as_ptr().addr() + path.len() + 1;
            let is_version = bytes[behind..].starts_with(b"HTTP/");
            if is_version { Refusal::VersionUnsupported } else { Refusal::RequestLineInvalid }
        }
        (httparse::Error::Token | httparse::Error::Version, _) => Refusal::RequestLineInvalid,
        _ => Refusal::HeaderInvalid,
    }
}

#[cfg(test)]
mod tests;
