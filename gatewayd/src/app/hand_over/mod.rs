//! The hand-over: a new process takes the place of this one, and nobody's connection is lost.
//!
//! ```text
//!  predecessor                               successor: gatewayd --config FILE --take-over
//!  SIGUSR2: starts it ─────────────────────▶ reads the file
//!                       ◀────── ready ──────
//!  leaves the journal,
//!  stops scaling
//!                       ─ will, sockets ───▶ opens the journal, goes on from what was known
//!                       ◀───── counts? ───── has all but the counts of limits
//!                       ─ counts ──────────▶ takes connections
//!                       ◀───── serving ─────
//!  finishes what is in flight, ends
//! ```
//! Whatever fails before *serving* ends the successor; the predecessor then goes on as before. The
//! sockets are the same ones in both processes, so that a connection which waits in one of them is
//! taken by whoever comes to it first. What the predecessor still admits after it left its counts is
//! not in them: so they are left last, a few hundredths of a second before it takes no more.

mod estate;
mod predecessor;
mod successor;

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::Name;

pub(super) use estate::Estate;
pub(super) use predecessor::{Predecessor, Scaling};
pub(super) use successor::Inheritance;

/// The successor has read its file.
const READY: u8 = b'r';
/// The successor has all but the counts of limits.
const COUNTS: u8 = b'c';
/// The successor takes connections.
const SERVING: u8 = b's';
/// How long reading a file may take, and anything else one side waits for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the successor may take to come up.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// What a will means; another number is not understood.
const FORMAT: u32 = 1;

/// What the predecessor knows and the successor cannot find out.
#[derive(Debug, Serialize, Deserialize)]
struct Will {
    format: u32,
    /// The age of the predecessor's clock.
    clock_us: u64,
    /// What the sockets are that follow.
    sockets: Vec<String>,
    /// What the keys of limits are hashed with.
    seed: u64,
    healthy: Vec<Vouched>,
}

/// A backend that is healthy.
#[derive(Debug, Serialize, Deserialize)]
struct Vouched {
    name: Name,
    address: SocketAddr,
    /// Since when it takes requests.
    joined_ms: u64,
}
