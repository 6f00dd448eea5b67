//! A refusal: why the gateway answered a request by itself instead of relaying it.

use http::StatusCode;

/// Why the gateway answered a request by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// What should be a request line is none.
    RequestLineInvalid,
    /// A version other than HTTP/1.0 and HTTP/1.1.
    VersionUnsupported,
    /// The target is longer than 8 KiB.
    TargetTooLong,
    /// The target has none of the forms that are served, or names another scheme.
    TargetInvalid,
    /// The head is longer than 16 KiB.
    HeadTooLarge,
    /// More than 100 fields.
    TooManyFields,
    /// A field line that breaks the grammar: a bare LF or CR, NUL, folding, space before the
    /// colon, no name.
    HeaderInvalid,
    /// The Host field is missing, doubled, malformed or not the target's authority.
    HostInvalid,
    /// The path has more than one reading.
    PathInvalid,
    /// A method that is not relayed: CONNECT, TRACE.
    MethodRefused,
    /// Content-Length and Transfer-Encoding together.
    ClTe,
    /// A Transfer-Encoding that does not end the body with certainty.
    TeInvalid,
    /// A transfer coding that is not known.
    TeUnsupported,
    /// A Content-Length that is not one number, or none where one is needed.
    ContentLengthInvalid,
    /// A body that breaks the chunked coding.
    ChunkInvalid,
    /// A trailer section that breaks the grammar or its bounds.
    TrailerInvalid,
    /// The body is longer than the route allows.
    BodyTooLarge,
    /// An expectation other than 100-continue.
    ExpectationFailed,
    /// A switch of protocols that is not made.
    UpgradeRefused,
    /// A switch of protocols where the backends speak HTTP/2, which knows none.
    UpgradeUnsupported,
    /// The first byte of a request did not come in time: the connection closes without a word.
    TimeoutFirstByte,
    /// The client has as many connections as one may have: this one closes without a word.
    ClientConnections,
    /// There are as many connections as there may be: this one closes without a word.
    Connections,
    /// The request's head did not come in time.
    TimeoutHead,
    /// The request's body came too slowly.
    TimeoutBody,
    /// No route matches.
    NoRoute,
    /// A route matches the path but not the method.
    MethodNotAllowed,
    /// The client is in a network that an operator blocked.
    Blocked,
    /// A limit is spent.
    Limit,
    /// No backend takes requests.
    NoBackend,
    /// Every backend is full, and so is the line before them.
    QueueFull,
    /// Every backend was full for as long as a request waits.
    QueueTimeout,
    /// No connection to a backend came about.
    UpstreamConnect,
    /// The backend's answer did not come in time.
    UpstreamTimeout,
    /// The backend broke off before its answer began.
    UpstreamBroken,
    /// The backend broke off in the middle of its answer: the client sees it cut off.
    UpstreamTruncated,
    /// The backend answered what is not HTTP.
    UpstreamInvalid,
    /// The backend was drained, and there was no more time for the request.
    Drained,
}

/// What a refusal means for the HTTP/1 connection it is told on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Afterwards {
    /// Where the next request begins is not known: it ends.
    Closes,
    /// It serves on, once the request's body is out of the way.
    Stays,
}

impl Refusal {
    /// Every reason, in the order of [`Refusal::index`].
    pub const ALL: [Refusal; 38] = [
        Refusal::RequestLineInvalid,
        Refusal::VersionUnsupported,
        Refusal::TargetTooLong,
        Refusal::TargetInvalid,
        Refusal::HeadTooLarge,
        Refusal::TooManyFields,
        Refusal::HeaderInvalid,
        Refusal::HostInvalid,
        Refusal::PathInvalid,
        Refusal::MethodRefused,
        Refusal::ClTe,
        Refusal::TeInvalid,
        Refusal::TeUnsupported,
        Refusal::ContentLengthInvalid,
        Refusal::ChunkInvalid,
        Refusal::TrailerInvalid,
        Refusal::BodyTooLarge,
        Refusal::ExpectationFailed,
        Refusal::UpgradeRefused,
        Refusal::UpgradeUnsupported,
        Refusal::TimeoutFirstByte,
        Refusal::ClientConnections,
        Refusal::Connections,
        Refusal::TimeoutHead,
        Refusal::TimeoutBody,
        Refusal::NoRoute,
        Refusal::MethodNotAllowed,
        Refusal::Blocked,
        Refusal::Limit,
        Refusal::NoBackend,
        Refusal::QueueFull,
        Refusal::QueueTimeout,
        Refusal::UpstreamConnect,
        Refusal::UpstreamTimeout,
        Refusal::UpstreamBroken,
        Refusal::UpstreamTruncated,
        Refusal::UpstreamInvalid,
        Refusal::Drained,
    ];

    /// Its place in [`Refusal::ALL`], for counters.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its word in metrics, logs and tools.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// Whether the client's HTTP/1 connection ends with the answer, because nobody can say where
    /// the next request begins (RFC 9112, sections 6.3 and 9.6).
    #[must_use]
    pub fn closes(self) -> bool {
        self.row().2 == Afterwards::Closes
    }

    /// What the client is told; nothing of the fleet.
    #[must_use]
    pub fn detail(self) -> &'static str {
        self.row().3
    }

    /// Its word, its status, what it means for the connection, and what the client is told.
    fn row(self) -> (&'static str, StatusCode, Afterwards, &'static str) {
        use Afterwards::{Closes, Stays};
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Refusal::RequestLineInvalid => {
                ("request_line_invalid", bad, Closes, "the request line is malformed")
            }
            Refusal::VersionUnsupported => (
                "version_unsupported",
                StatusCode::HTTP_VERSION_NOT_SUPPORTED,
                Closes,
                "only HTTP/1.0, HTTP/1.1 and HTTP/2 are spoken here",
            ),
            Refusal::TargetTooLong => (
                "target_too_long",
                StatusCode::URI_TOO_LONG,
                Closes,
                "the request target is longer than 8 KiB",
            ),
            Refusal::TargetInvalid => {
                ("target_invalid", bad, Closes, "the request target is not one that is served here")
            }
            Refusal::HeadTooLarge => (
                "head_too_large",
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                Closes,
                "the request's head is larger than 16 KiB",
            ),
            Refusal::TooManyFields => (
                "too_many_fields",
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                Closes,
                "the request has more than 100 fields",
            ),
            Refusal::HeaderInvalid => {
                ("header_invalid", bad, Closes, "a field line of the request is malformed")
            }
            Refusal::HostInvalid => {
                ("host_invalid", bad, Closes, "the request needs exactly one valid Host")
            }
            Refusal::PathInvalid => (
                "path_invalid",
                bad,
                Closes,
                "the path is ambiguous; send it in its canonical form",
            ),
            Refusal::MethodRefused => (
                "method_refused",
                StatusCode::METHOD_NOT_ALLOWED,
                Closes,
                "this method is not relayed",
            ),
            Refusal::ClTe => (
                "cl_te",
                bad,
                Closes,
                "the request has both a Content-Length and a Transfer-Encoding",
            ),
            Refusal::TeInvalid => {
                ("te_invalid", bad, Closes, "the Transfer-Encoding must be exactly: chunked")
            }
            Refusal::TeUnsupported => (
                "te_unsupported",
                StatusCode::NOT_IMPLEMENTED,
                Closes,
                "no transfer coding but chunked is understood",
            ),
            Refusal::ContentLengthInvalid => (
                "content_length_invalid",
                bad,
                Closes,
                "the request needs exactly one Content-Length, in digits",
            ),
            Refusal::ChunkInvalid => {
                ("chunk_invalid", bad, Closes, "the request's body breaks the chunked coding")
            }
            Refusal::TrailerInvalid => (
                "trailer_invalid",
                bad,
                Closes,
                "the fields behind the request's body are malformed or too many",
            ),
            Refusal::BodyTooLarge => (
                "body_too_large",
                StatusCode::PAYLOAD_TOO_LARGE,
                Stays,
                "the body is larger than allowed here",
            ),
            Refusal::ExpectationFailed => (
                "expectation_failed",
                StatusCode::EXPECTATION_FAILED,
                Closes,
                "only 100-continue can be expected",
            ),
            Refusal::UpgradeRefused => {
                ("upgrade_refused", bad, Closes, "a request to switch protocols has no body")
            }
            Refusal::UpgradeUnsupported => (
                "upgrade_unsupported",
                StatusCode::NOT_IMPLEMENTED,
                Closes,
                "what is served here takes no WebSocket and no other switch of protocols",
            ),
            Refusal::TimeoutFirstByte => (
                "timeout_first_byte",
                StatusCode::REQUEST_TIMEOUT,
                Closes,
                "no request came in time",
            ),
            Refusal::ClientConnections => (
                "client_connections",
                StatusCode::SERVICE_UNAVAILABLE,
                Closes,
                "too many connections from this address",
            ),
            Refusal::Connections => {
                ("connections", StatusCode::SERVICE_UNAVAILABLE, Closes, "too many connections")
            }
            Refusal::TimeoutHead => (
                "timeout_head",
                StatusCode::REQUEST_TIMEOUT,
                Closes,
                "the request did not come in time",
            ),
            Refusal::TimeoutBody => (
                "timeout_body",
                StatusCode::REQUEST_TIMEOUT,
                Closes,
                "the request's body came too slowly",
            ),
            Refusal::NoRoute => {
                ("no_route", StatusCode::NOT_FOUND, Stays, "nothing is served here")
            }
            Refusal::MethodNotAllowed => (
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                Stays,
                "this path does not take this method",
            ),
            Refusal::Blocked => {
                ("blocked", StatusCode::FORBIDDEN, Stays, "this address is refused for now")
            }
            Refusal::Limit => (
                "limit",
                StatusCode::TOO_MANY_REQUESTS,
                Stays,
                "too many requests; try again after the time in Retry-After",
            ),
            Refusal::NoBackend => (
                "no_backend",
                StatusCode::SERVICE_UNAVAILABLE,
                Stays,
                "no server can take the request now",
            ),
            Refusal::QueueFull => (
                "queue_full",
                StatusCode::SERVICE_UNAVAILABLE,
                Stays,
                "every server is busy, and many requests wait already",
            ),
            Refusal::QueueTimeout => (
                "queue_timeout",
                StatusCode::SERVICE_UNAVAILABLE,
                Stays,
                "every server was busy for as long as a request may wait",
            ),
            Refusal::UpstreamConnect => (
                "upstream_connect",
                StatusCode::BAD_GATEWAY,
                Stays,
                "the server behind the gateway could not be reached",
            ),
            Refusal::UpstreamTimeout => (
                "upstream_timeout",
                StatusCode::GATEWAY_TIMEOUT,
                Stays,
                "the server behind the gateway did not answer in time",
            ),
            Refusal::UpstreamBroken => (
                "upstream_broken",
                StatusCode::BAD_GATEWAY,
                Stays,
                "the server behind the gateway broke off",
            ),
            Refusal::UpstreamTruncated => (
                "upstream_truncated",
                StatusCode::BAD_GATEWAY,
                Closes,
                "the server behind the gateway broke off",
            ),
            Refusal::UpstreamInvalid => (
                "upstream_invalid",
                StatusCode::BAD_GATEWAY,
                Stays,
                "the server behind the gateway answered what is not HTTP",
            ),
            Refusal::Drained => (
                "drained",
                StatusCode::SERVICE_UNAVAILABLE,
                Stays,
                "the server behind the gateway was taken out of service before it answered",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_at_its_index_and_has_a_word_of_its_own() {
        let mut words: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.word()).collect();
        for (index, refusal) in Refusal::ALL.iter().enumerate() {
            assert_eq!(refusal.index(), index);
        }
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Refusal::ALL.len());
    }

    #[test]
    fn whoever_sends_what_is_no_request_is_not_read_on() {
        for refusal in Refusal::ALL {
            let malformed = refusal.word().ends_with("_invalid") && refusal.status() == 400;
            assert!(refusal.closes() || !malformed, "{refusal:?}");
        }
        assert!(Refusal::ClTe.closes());
        assert!(!Refusal::Limit.closes());
    }
}
