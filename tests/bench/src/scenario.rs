//! The scenarios: what a crowd does while a proxy's processor time is counted.

use std::net::SocketAddr;

use crate::load::{Request, Then, Tongue, Visit};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Its name in tables.
    pub(crate) title: &'static str,
    /// How many clients come.
    pub(crate) connections: usize,
    /// Whether it belongs to a quick run.
    pub(crate) quick: bool,
    /// Whether they speak TLS.
    pub(crate) tls: bool,
    tongue: Tongue,
    then: Then,
}

/// Kept alive in the clear: what most rows say of their clients.
const PLAIN: Scenario = Scenario {
    name: "small-64",
    title: "small, 64 connections",
    connections: 64,
    quick: true,
    tls: false,
    tongue: Tongue::Http1(Request::Small),
    then: Then::AskAgain,
};

/// All of them, in the order of the tables.
pub(crate) const ALL: [Scenario; 8] = [
    PLAIN,
    Scenario { name: "small-1000", title: "small, 1000 connections", connections: 1000, ..PLAIN },
    Scenario {
        name: "large",
        title: "1 MiB responses",
        connections: 16,
        quick: false,
        tongue: Tongue::Http1(Request::Large),
        ..PLAIN
    },
    Scenario {
        name: "large-tls",
        title: "1 MiB responses, TLS",
        connections: 16,
        quick: false,
        tls: true,
        tongue: Tongue::Http1(Request::Large),
        ..PLAIN
    },
    Scenario { name: "tls", title: "TLS keep-alive", tls: true, ..PLAIN },
    Scenario {
        name: "handshake",
        title: "TLS, a full handshake each",
        quick: false,
        tls: true,
        then: Then::Leave,
        ..PLAIN
    },
    Scenario {
        name: "h2",
        title: "HTTP/2, 10 × 32 streams",
        connections: 10,
        tls: true,
        tongue: Tongue::Http2 { streams: 32 },
        ..PLAIN
    },
    Scenario {
        name: "post",
        title: "POST of 16 KiB",
        quick: false,
        tongue: Tongue::Http1(Request::Upload),
        ..PLAIN
    },
];

impl Scenario {
    /// What each client does at a proxy that listens there.
    pub(crate) fn visit(&self, http: SocketAddr, https: SocketAddr) -> Visit {
        let to = if self.tls { https } else { http };
        Visit { to, tls: self.tls, tongue: self.tongue, then: self.then }
    }
}
