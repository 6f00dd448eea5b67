//! A failure: why a stream brings no answer, or no more of it.

use h2::Reason;

use crate::model::Refusal;

/// Why a stream brings no answer, or no more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Failure {
    /// It says that it did nothing with the request: as good as not sent (RFC 9113, section 8.7).
    Unprocessed,
    /// It reset the stream.
    Reset,
    /// The connection ended.
    BrokeOff,
    /// We ended the connection, because clients took too little of what came on it.
    Overrun,
    /// What it sent is not HTTP.
    Invalid,
}

impl Failure {
    pub(super) fn of(error: &h2::Error) -> Failure {
        let refused = error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM);
        match () {
            // Of a GOAWAY only the streams hear that are behind the last one it names.
            () if error.is_remote() && refused => Failure::Unprocessed,
            () if error.is_library() && error.reason() == Some(Reason::ENHANCE_YOUR_CALM) => {
                Failure::Overrun
            }
            () if error.is_library() => Failure::Invalid,
            () if error.is_reset() => Failure::Reset,
            () => Failure::BrokeOff,
        }
    }

    /// Whether the backend's health should suffer for it.
    pub(in crate::proxy) fn is_backends_fault(self) -> bool {
        self != Failure::Overrun
    }

    /// What the client is told.
    pub(in crate::proxy) fn refusal(self) -> Refusal {
        match self {
            Failure::Invalid => Refusal::UpstreamInvalid,
            _ => Refusal::UpstreamBroken,
        }
    }

    /// What is recorded when the answer had begun: the client sees it cut off.
    pub(in crate::proxy) fn midway(self) -> Refusal {
        match self {
            Failure::Invalid => Refusal::UpstreamInvalid,
            _ => Refusal::UpstreamTruncated,
        }
    }
}
