//! A stop: why a request goes no further.

use crate::model::Refusal;

/// Why a request goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It is refused: the client is told why, if it can still be told.
    Refused(Refusal),
    /// The client left, or reset its stream.
    Left,
}
