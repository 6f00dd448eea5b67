//! Idle connections: what a proxy keeps for a client that had its answer and says no more.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::load::{Crowd, Request, Then, Tongue, Visit};
use crate::process::Process;
use crate::stop;

/// How many connections are left idle.
const CONNECTIONS: u64 = 2000;
/// How many of them are busy at a time on the way there, so that a rush leaves no memory behind.
const AT_A_TIME: u64 = 20;
const PATIENCE: Duration = Duration::from_secs(10);
/// What a proxy gets to put things away.
const SETTLING: Duration = Duration::from_millis(1500);

/// A kind of connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// HTTP/1.1 in the clear.
    Plain,
    /// HTTP/1.1 over TLS.
    Tls,
    /// HTTP/2 over TLS.
    Http2,
}

impl Idle {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Idle; 3] = [Idle::Plain, Idle::Tls, Idle::Http2];

    /// Its name in tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Idle::Plain => "plain",
            Idle::Tls => "TLS",
            Idle::Http2 => "HTTP/2",
        }
    }

    fn visit(self, http: SocketAddr, https: SocketAddr) -> Visit {
        let (to, tls) = if self == Idle::Plain { (http, false) } else { (https, true) };
        let tongue = match self {
            Idle::Plain | Idle::Tls => Tongue::Http1(Request::Small),
            Idle::Http2 => Tongue::Http2 { streams: 1 },
        };
        Visit { to, tls, tongue, then: Then::Rest }
    }
}

/// What a proxy takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// With one connection of the kind that was answered, in bytes.
    pub(crate) at_rest: u64,
    /// For each connection more, in bytes.
    pub(crate) per_connection: f64,
}

/// Measures it of a proxy that was just started.
pub(crate) fn measure(
    process: &Process,
    kind: Idle,
    http: SocketAddr,
    https: SocketAddr,
) -> Result<Memory> {
    let mut crowd = Crowd::new(kind.visit(http, https))?;
    crowd.join(AT_A_TIME as usize)?;
    crowd.go_on_until(AT_A_TIME, PATIENCE)?;
    let at_rest = settled(process)?;
    for arrived in (AT_A_TIME..CONNECTIONS).step_by(AT_A_TIME as usize) {
        crowd.join(AT_A_TIME as usize)?;
        crowd.go_on_until(arrived + AT_A_TIME, PATIENCE)?;
    }
    let after = settled(process)?;
    let tally = crowd.tally();
    ensure!(tally.failed + tally.renewed == 0, "connections did not stay: {tally:?}");
    let grown = after as f64 - at_rest as f64;
    Ok(Memory { at_rest, per_connection: grown / (CONNECTIONS - AT_A_TIME) as f64 })
}

fn settled(process: &Process) -> Result<u64> {
    thread::sleep(SETTLING);
    stop::unless_asked()?;
    process.memory_bytes()
}
