//! Which exit code does an outcome have? Scripts depend on every one of them.

use super::{Failure, Kind};
use crate::client::ErrorCode;

/// How a command that was carried out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Done, or the condition is true.
    Done,
    /// Checked, and not as it should be.
    NotOk,
}

/// Every exit code with its meaning, as printed by `help exit-codes`.
pub(super) const EXIT_CODES: [(u8, &str); 14] = [
    (0, "done, or the condition is true"),
    (1, "the gateway or this machine failed in another way"),
    (2, "usage: a wrong or missing flag, or a question that nobody could be asked"),
    (3, "checked, and not OK; or what was waited for cannot happen any more"),
    (4, "not authenticated or not allowed"),
    (5, "no such object"),
    (6, "conflict: the revision changed, or what is to be undone; look again and repeat"),
    (7, "refused by a safety guard; the message names the guard and its override"),
    (8, "timed out waiting; an accepted change goes on"),
    (9, "unreachable, or the connection is lost for good"),
    (10, "partly done: some targets failed, and with -o json `details` lists each"),
    (130, "interrupted by ^C; an accepted change goes on"),
    (141, "the reader of the output went away"),
    (143, "ended by SIGTERM"),
];

/// The exit code of an outcome.
#[must_use]
pub const fn exit_code(outcome: &Result<Verdict, Failure>) -> u8 {
    match outcome {
        Ok(Verdict::Done) => 0,
        Ok(Verdict::NotOk) => 3,
        Err(failure) => match failure.kind {
            Kind::Call(ErrorCode::Failed) | Kind::Local => 1,
            Kind::Call(ErrorCode::Invalid) | Kind::Usage | Kind::WouldAsk | Kind::Declined => 2,
            Kind::Impossible => 3,
            Kind::Call(ErrorCode::Denied) => 4,
            Kind::Call(ErrorCode::NotFound) => 5,
            Kind::Call(ErrorCode::Conflict) => 6,
            Kind::Call(ErrorCode::Guard) => 7,
            Kind::Call(ErrorCode::Timeout) | Kind::TimedOut => 8,
            Kind::Call(ErrorCode::Unreachable) => 9,
            Kind::Partly => 10,
            Kind::Interrupted => 130,
            Kind::BrokenPipe => 141,
        },
    }
}

/// The word of a failure in JSON.
pub(super) const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Call(code) => code.word(),
        Kind::TimedOut => "timed_out",
        Kind::Usage => "usage",
        Kind::WouldAsk => "would_ask",
        Kind::Declined => "declined",
        Kind::Impossible => "impossible",
        Kind::Partly => "partly_done",
        Kind::Interrupted => "interrupted",
        Kind::BrokenPipe => "broken_pipe",
        Kind::Local => "local",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_the_code_of_the_contract() {
        assert_eq!(exit_code(&Ok(Verdict::Done)), 0);
        assert_eq!(exit_code(&Ok(Verdict::NotOk)), 3);
        for (kind, code) in [
            (Kind::Call(ErrorCode::Failed), 1),
            (Kind::Local, 1),
            (Kind::Call(ErrorCode::Invalid), 2),
            (Kind::Usage, 2),
            (Kind::WouldAsk, 2),
            (Kind::Declined, 2),
            (Kind::Impossible, 3),
            (Kind::Call(ErrorCode::Denied), 4),
            (Kind::Call(ErrorCode::NotFound), 5),
            (Kind::Call(ErrorCode::Conflict), 6),
            (Kind::Call(ErrorCode::Guard), 7),
            (Kind::Call(ErrorCode::Timeout), 8),
            (Kind::TimedOut, 8),
            (Kind::Call(ErrorCode::Unreachable), 9),
            (Kind::Partly, 10),
            (Kind::Interrupted, 130),
            (Kind::BrokenPipe, 141),
        ] {
            assert_eq!(exit_code(&Err(Failure::new(kind, "x"))), code, "{kind:?}");
            assert!(EXIT_CODES.iter().any(|(listed, _)| *listed == code), "{code} is explained");
        }
    }
}
