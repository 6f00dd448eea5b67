//! A request: who sent it, when, how much work it is, and how often it was tried.

/// One request of a client, through all of its tries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Request {
    /// When it was first sent.
    pub(super) born_ns: u64,
    /// Where it comes from.
    pub(super) address: u32,
    /// How often it was sent again.
    pub(super) retries: u8,
    /// How much work it is; 1 on average.
    pub(super) work: f64,
}

/// Why a request got no answer that helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// The client could not reach the gateway.
    Unreachable,
    /// No server takes requests.
    NoServer,
    /// As many are under way as the gateway has room for.
    GatewayFull,
    /// All servers that were asked refused the connection.
    Refused,
    /// The server had no room in its queue: 503.
    QueueFull,
    /// The server took longer than the gateway waits: 504.
    TimedOut,
    /// The server answered 500.
    Error,
    /// The server died on it, or was ended with it.
    CutOff,
}

impl Loss {
    /// All of them, in the order in which they are told.
    pub(super) const ALL: [Loss; 8] = [
        Loss::QueueFull,
        Loss::TimedOut,
        Loss::Error,
        Loss::CutOff,
        Loss::Refused,
        Loss::NoServer,
        Loss::GatewayFull,
        Loss::Unreachable,
    ];

    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Loss::Unreachable => "never reached the gateway",
            Loss::NoServer => "no server was ready",
            Loss::GatewayFull => "a million were under way",
            Loss::Refused => "connection refused",
            Loss::QueueFull => "queue full (503)",
            Loss::TimedOut => "timed out (504)",
            Loss::Error => "server error (500)",
            Loss::CutOff => "server died on it",
        }
    }
}
