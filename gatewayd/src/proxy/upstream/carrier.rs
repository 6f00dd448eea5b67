//! A carrier: what takes one request to a backend, or why there is none.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{AttemptFailure, Refusal};
use crate::net::DialError;
use crate::state::LiveBackend;

use super::super::worker::Worker;
use super::Attempt;

/// What takes one request to a backend, in the protocol that its pool speaks.
pub(in crate::proxy) trait Carrier: Sized {
    /// What it becomes when the attempt begins.
    type Begun;

    /// One to `backend`, on a connection of its own time if `anew`.
    ///
    /// # Errors
    /// When there is none. Nothing was sent.
    async fn reach(
        worker: &Rc<Worker>,
        backend: &Arc<LiveBackend>,
        anew: bool,
    ) -> Result<Self, Rc<ConnectError>>;

    /// Whether its connection had served before.
    fn is_kept(&self) -> bool;

    /// Begins an attempt on it.
    fn begin(self, attempt: Attempt) -> Self::Begun;
}

/// Why a backend cannot be asked. Nothing was sent to it, so another may always be tried.
#[derive(Debug, thiserror::Error)]
pub(in crate::proxy) enum ConnectError {
    /// No connection came about.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// What answers there is no HTTP/2.
    #[error("{address} does not speak HTTP/2: {source}")]
    NotHttp2 {
        /// Who was dialled.
        address: SocketAddr,
        /// What broke.
        source: h2::Error,
    },
    /// It took the connection and said nothing.
    #[error("{address} did not begin to speak HTTP/2 within {limit:?}")]
    Silent {
        /// Who was dialled.
        address: SocketAddr,
        /// How long it was waited for.
        limit: Duration,
    },
    /// It closes each connection at once, or allows no stream on it.
    #[error("{0} takes no streams of HTTP/2")]
    NoStreams(SocketAddr),
}

impl ConnectError {
    /// What a client is told: that the backend is down, or that it is mute.
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            ConnectError::Dial(DialError::TimedOut { .. }) | ConnectError::Silent { .. } => {
                Refusal::UpstreamTimeout
            }
            _ => Refusal::UpstreamConnect,
        }
    }

    /// What kind of failure it is.
    pub(super) fn failure(&self) -> AttemptFailure {
        match self {
            ConnectError::Dial(DialError::Refused(_)) => AttemptFailure::ConnectRefused,
            ConnectError::Dial(DialError::TimedOut { .. }) | ConnectError::Silent { .. } => {
                AttemptFailure::ConnectTimeout
            }
            _ => AttemptFailure::ConnectFailed,
        }
    }

    /// Whether the backend's health should suffer for it; a shortage of our own is not its fault.
    pub(super) fn is_backends_fault(&self) -> bool {
        match self {
            ConnectError::Dial(error) => error.is_backends_fault(),
            ConnectError::NotHttp2 { .. }
            | ConnectError::Silent { .. }
            | ConnectError::NoStreams(_) => true,
        }
    }
}
