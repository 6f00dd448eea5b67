//! A failure: why a stream brings no answer, or no more of it.

use h2::Reason;

use crate::model::Refusal;

/// Why a stream brings no answer, or no more of it. The backend's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Failure {
    /// It says that it did nothing with the request: as good as not sent (RFC 9113, section 8.7).
    Unprocessed,
    /// It reset the stream, or the connection ended.
    BrokeOff,
    /// What it sent is not HTTP.
    Invalid,
}

impl Failure {
    pub(super) fn of(error: &h2::Error) -> Failure {
        let refused = error.is_go_away() || error.reason() == Some(Reason::REFUSED_STREAM);
        match () {
            // Of a GOAWAY only the streams hear that are behind the last one it names.
            () if error.is_remote() && refused => Failure::Unprocessed,
            () if error.is_library() => Failure::Invalid,
            () => Failure::BrokeOff,
        }
    }

    /// What the client is told.
    pub(in crate::proxy) fn refusal(self) -> Refusal {
        match self {
            Failure::Unprocessed | Failure::BrokeOff => Refusal::UpstreamBroken,
            Failure::Invalid => Refusal::UpstreamInvalid,
        }
    }

    /// What is recorded when the answer had begun: the client sees it cut off.
    pub(in crate::proxy) fn midway(self) -> Refusal {
        match self {
            Failure::Unprocessed | Failure::BrokeOff => Refusal::UpstreamTruncated,
            Failure::Invalid => Refusal::UpstreamInvalid,
        }
    }
}
