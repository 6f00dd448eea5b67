//! Heads: the lines before a body, read strictly and written anew.

mod fields;
mod options;
mod outgoing;
mod progress;
mod request;
mod response;
mod target;

pub(in crate::proxy) use fields::{Fields, Lines};
pub(in crate::proxy) use options::Options;
pub(in crate::proxy) use outgoing::{
    Begun, ToClient, write_interim, write_interim_of_map, write_request, write_request_of_map,
    write_response, write_response_of_map,
};
pub(in crate::proxy) use request::{RequestHead, RequestParser};
pub(in crate::proxy) use response::{
    Asked, MOST_INTERIM, ResponseFault, ResponseHead, ResponseParser, Stage,
};
pub(in crate::proxy) use target::Target;

/// The most fields of a head, and of the trailers behind a body.
pub(super) const MOST_FIELDS: usize = 100;

/// What the bytes so far are.
#[derive(Debug, PartialEq)]
pub(in crate::proxy) enum Parsed<Head, Fault> {
    /// The beginning of a head: more bytes are needed.
    Incomplete,
    /// A head, and how many bytes it takes; what is behind them is the body or the next head.
    Complete {
        /// The head.
        head: Head,
        /// Its length in bytes.
        len: usize,
    },
    /// No head, whatever may follow.
    Refused(Fault),
}

/// The versions of HTTP/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    Http11,
}

impl Version {
    /// The version with this number behind the dot.
    fn of_minor(minor: u8) -> Version {
        if minor == 0 { Version::Http10 } else { Version::Http11 }
    }
}
