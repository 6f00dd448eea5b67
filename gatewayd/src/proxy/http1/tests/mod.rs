//! What holds for all of HTTP/1.1 here, and how the other tests look at heads.

mod differential;
mod splits;
mod written;

use http::Method;

use crate::model::Refusal;

use super::framing::Framed;
use super::head::{Options, Target};
use super::{
    Asked, Fields, Lines, Parsed, RequestFraming, RequestParser, ResponseFault, ResponseParser,
    Version,
};

/// A request's head as the parser saw it, apart from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeenRequest {
    pub(super) method: Method,
    pub(super) version: Version,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) to_server: bool,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) authority: String,
    pub(super) fields: Vec<(String, Vec<u8>)>,
    pub(super) options: Options,
    pub(super) framing: RequestFraming,
    pub(super) expects_continue: bool,
    pub(super) asks_for_websocket: bool,
    pub(super) persists: bool,
    pub(super) len: usize,
}

/// A response's head as the parser saw it, apart from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeenResponse {
    pub(super) version: Version,
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) fields: Vec<(String, Vec<u8>)>,
    pub(super) framed: Framed,
    pub(super) is_reusable: bool,
    pub(super) len: usize,
}

fn owned(fields: &Fields<'_>) -> Vec<(String, Vec<u8>)> {
    let owned = |name: &[u8]| String::from_utf8(name.to_vec()).unwrap();
    fields.iter().map(|(name, value, _)| (owned(name), value.to_vec())).collect()
}

/// What a parser says to the pieces of `bytes` that end at `ends`, and at their own end.
pub(super) fn request_in(bytes: &[u8], ends: &[usize]) -> Parsed<SeenRequest, Refusal> {
    let (mut parser, mut lines) = (RequestParser::new("http"), Lines::new());
    for end in ends.iter().copied().chain([bytes.len()]) {
        match parser.parse(&bytes[..end], &mut lines) {
            Parsed::Incomplete => {}
            Parsed::Refused(refusal) => return Parsed::Refused(refusal),
            Parsed::Complete { head, len } => {
                let seen = SeenRequest {
                    path: head.target.path().to_owned(),
                    query: head.target.query().map(str::to_owned),
                    to_server: head.target == Target::Server,
                    host: head.host.name.as_ref().to_owned(),
                    port: head.host.port,
                    authority: head.authority.to_owned(),
                    fields: owned(&head.fields),
                    options: head.options,
                    framing: head.framing,
                    expects_continue: head.expects_continue,
                    asks_for_websocket: head.asks_for_websocket,
                    persists: head.persists(),
                    version: head.version,
                    len,
                    method: head.method,
                };
                return Parsed::Complete { head: seen, len };
            }
        }
    }
    Parsed::Incomplete
}

/// What a parser says to all of `bytes`.
pub(super) fn request(bytes: impl AsRef<[u8]>) -> Parsed<SeenRequest, Refusal> {
    request_in(bytes.as_ref(), &[])
}

/// What a parser says to a response in pieces, see [`request_in`].
pub(super) fn response_in(
    bytes: &[u8],
    ends: &[usize],
    asked: Asked<'_>,
) -> Parsed<SeenResponse, ResponseFault> {
    let (mut parser, mut lines) = (ResponseParser::default(), Lines::new());
    for end in ends.iter().copied().chain([bytes.len()]) {
        match parser.parse(&bytes[..end], asked, &mut lines) {
            Parsed::Incomplete => {}
            Parsed::Refused(fault) => return Parsed::Refused(fault),
            Parsed::Complete { head, len } => {
                let seen = SeenResponse {
                    version: head.version,
                    status: head.status.as_u16(),
                    reason: head.reason.to_owned(),
                    fields: owned(&head.fields),
                    framed: head.framed,
                    is_reusable: head.is_reusable(),
                    len,
                };
                return Parsed::Complete { head: seen, len };
            }
        }
    }
    Parsed::Incomplete
}

/// What a parser says to all of `bytes` as the answer to a plain request.
pub(super) fn response(
    method: Method,
    bytes: impl AsRef<[u8]>,
) -> Parsed<SeenResponse, ResponseFault> {
    response_in(bytes.as_ref(), &[], Asked { method: &method, for_websocket: false })
}

impl<Head: std::fmt::Debug, Fault: std::fmt::Debug> Parsed<Head, Fault> {
    /// The head.
    #[track_caller]
    pub(super) fn complete(self) -> Head {
        match self {
            Parsed::Complete { head, .. } => head,
            other => panic!("{other:?}"),
        }
    }

    /// Why it is none.
    #[track_caller]
    pub(super) fn refused(self) -> Fault {
        match self {
            Parsed::Refused(fault) => fault,
            other => panic!("{other:?}"),
        }
    }
}
