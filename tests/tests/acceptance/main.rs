//! The acceptance of the data plane: hostile requests, slow clients, faulty backends. Each case is
//! judged by its answer, by the one reason that is counted, by what a recording backend saw of it,
//! and by the next request being served.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, aloud")]

mod deadlines;
mod faulty_backends;
mod hostile_framing;
mod hostile_heads;
mod hostile_messages;
mod hostile_targets;
mod unreachable_backends;

use gateway_tests::Verdict;

/// A verdict of 400.
const fn bad(reason: &'static str) -> Verdict {
    Verdict { status: 400, reason }
}

/// A verdict of another status.
const fn verdict(status: u16, reason: &'static str) -> Verdict {
    Verdict { status, reason }
}
