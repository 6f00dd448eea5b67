//! A refusal: why the gateway answered a request by itself instead of relaying it.

use http::StatusCode;

/// Why the gateway answered a request by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The Host field is missing, doubled or malformed.
    HostInvalid,
    /// The path has more than one reading.
    PathInvalid,
    /// A method that is not relayed: CONNECT, TRACE.
    MethodRefused,
    /// The body is longer than the route allows.
    BodyTooLarge,
    /// An expectation other than 100-continue.
    ExpectationFailed,
    /// No route matches.
    NoRoute,
    /// A route matches the path but not the method.
    MethodNotAllowed,
    /// A limit is spent.
    Limit,
    /// No backend takes requests.
    NoBackend,
    /// No connection to a backend came about.
    UpstreamConnect,
    /// The backend's answer did not come in time.
    UpstreamTimeout,
    /// The backend broke off or answered what is not HTTP.
    UpstreamBroken,
}

impl Refusal {
    /// Every reason, in the order of [`Refusal::index`].
    pub const ALL: [Refusal; 12] = [
        Refusal::HostInvalid,
        Refusal::PathInvalid,
        Refusal::MethodRefused,
        Refusal::BodyTooLarge,
        Refusal::ExpectationFailed,
        Refusal::NoRoute,
        Refusal::MethodNotAllowed,
        Refusal::Limit,
        Refusal::NoBackend,
        Refusal::UpstreamConnect,
        Refusal::UpstreamTimeout,
        Refusal::UpstreamBroken,
    ];

    /// Its place in [`Refusal::ALL`], for counters.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its word in metrics, logs and tools.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Refusal::HostInvalid => "host_invalid",
            Refusal::PathInvalid => "path_invalid",
            Refusal::MethodRefused => "method_refused",
            Refusal::BodyTooLarge => "body_too_large",
            Refusal::ExpectationFailed => "expectation_failed",
            Refusal::NoRoute => "no_route",
            Refusal::MethodNotAllowed => "method_not_allowed",
            Refusal::Limit => "limit",
            Refusal::NoBackend => "no_backend",
            Refusal::UpstreamConnect => "upstream_connect",
            Refusal::UpstreamTimeout => "upstream_timeout",
            Refusal::UpstreamBroken => "upstream_broken",
        }
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::HostInvalid | Refusal::PathInvalid => StatusCode::BAD_REQUEST,
            Refusal::MethodRefused | Refusal::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::ExpectationFailed => StatusCode::EXPECTATION_FAILED,
            Refusal::NoRoute => StatusCode::NOT_FOUND,
            Refusal::Limit => StatusCode::TOO_MANY_REQUESTS,
            Refusal::NoBackend => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::UpstreamConnect | Refusal::UpstreamBroken => StatusCode::BAD_GATEWAY,
            Refusal::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// What the client is told; nothing of the fleet.
    #[must_use]
    pub fn detail(self) -> &'static str {
        match self {
            Refusal::HostInvalid => "the request needs exactly one valid Host",
            Refusal::PathInvalid => "the path is ambiguous; send it in its canonical form",
            Refusal::MethodRefused => "this method is not relayed",
            Refusal::BodyTooLarge => "the body is larger than allowed here",
            Refusal::ExpectationFailed => "only 100-continue can be expected",
            Refusal::NoRoute => "nothing is served here",
            Refusal::MethodNotAllowed => "this path does not take this method",
            Refusal::Limit => "too many requests; try again after the time in Retry-After",
            Refusal::NoBackend => "no server can take the request now",
            Refusal::UpstreamConnect => "the server behind the gateway could not be reached",
            Refusal::UpstreamTimeout => "the server behind the gateway did not answer in time",
            Refusal::UpstreamBroken => "the server behind the gateway broke off",
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
}
