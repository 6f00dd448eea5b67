//! The load: a crowd of clients on one thread, each with its next request as soon as it has an
//! answer.

mod client;
mod crowd;
mod pace;
mod security;

pub(crate) use crowd::{Crowd, Tally};

use std::net::SocketAddr;

/// What each client of a crowd does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit {
    /// Where the proxy listens.
    pub(crate) to: SocketAddr,
    /// Whether that is a TLS listener.
    pub(crate) tls: bool,
    /// How it speaks.
    pub(crate) tongue: Tongue,
    /// What it does once it has an answer.
    pub(crate) then: Then,
}

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// HTTP/1.1, with this request.
    Http1(Request),
    /// HTTP/2, with so many small requests at a time.
    Http2 {
        /// How many.
        streams: u32,
    },
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// A small answer.
    Small,
    /// A large answer.
    Large,
    /// A small answer to a body of 16 KiB.
    Upload,
}

/// What a client does once it has an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// It asks again on the same connection.
    AskAgain,
    /// It leaves, and another one comes.
    Leave,
    /// It stays and says nothing more.
    Rest,
}

/// The body of an upload.
const UPLOAD_BYTES: usize = 16 * 1024;

impl Request {
    /// The bytes of it.
    fn bytes(self) -> Vec<u8> {
        let (method, path) = match self {
            Request::Small => ("GET", "/small"),
            Request::Large => ("GET", "/large"),
            Request::Upload => ("POST", "/upload"),
        };
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: bench/1\r\nAccept: */*\r\n"
        );
        if self == Request::Upload {
            text += &format!("Content-Length: {UPLOAD_BYTES}\r\n");
        }
        let mut bytes = (text + "\r\n").into_bytes();
        if self == Request::Upload {
            bytes.resize(bytes.len() + UPLOAD_BYTES, b'x');
        }
        bytes
    }
}
