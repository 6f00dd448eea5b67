//! Traffic: requests as the gateway answered them, for those who watch.

use std::time::Duration;

use super::Filter;

/// Which requests are watched.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrafficAsked {
    /// Only those that fit; all when there is none.
    pub filter: Option<Filter>,
    /// Only one of so many of those; 0 and 1 are each.
    pub sample: u32,
}

/// Some requests, and how many they stand for; counts are since the batch before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrafficBatch {
    /// When it was put together, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// How long after the batch before.
    pub interval: Duration,
    /// Requests that fit.
    pub matched: u64,
    /// Those of them that were chosen and found no room.
    pub dropped: u64,
    /// Those that were chosen and are told, in the order they were over.
    pub requests: Vec<Served>,
}

/// A request that is over, however it ended. Texts that are not known are empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Served {
    /// Its number, unique in one process of the gateway.
    pub id: u64,
    /// When it was over, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The client's address, as decided.
    pub client: String,
    /// Its method.
    pub method: String,
    /// The host it asked for.
    pub host: String,
    /// Its path, without query.
    pub path: String,
    /// What it asked beside that.
    pub query: Query,
    /// The protocol: "HTTP/1.1", "HTTP/2.0".
    pub protocol: String,
    /// The version of TLS: "1.3".
    pub tls: String,
    /// The status; absent when the client left before it was known.
    pub status: Option<u32>,
    /// Why the gateway answered by itself or broke off.
    pub refused: String,
    /// The limit that refused it.
    pub rule: String,
    /// The route that matched.
    pub route: String,
    /// The pool it was for.
    pub pool: String,
    /// The backend that was asked last.
    pub backend: String,
    /// From its head to its end, in milliseconds, as all that follow.
    pub total_ms: f64,
    /// How long it waited for a place on a backend; absent when it got none.
    pub queue_ms: Option<f64>,
    /// How long the last connection took; absent when one was kept, or none was had.
    pub connect_ms: Option<f64>,
    /// From there to the head of the answer; absent when none came.
    pub ttfb_ms: Option<f64>,
    /// Bytes of body that came from the client.
    pub in_bytes: u64,
    /// Bytes of body that went to it.
    pub out_bytes: u64,
    /// What the client calls itself.
    pub agent: String,
    /// The client's x-request-id.
    pub request_id: String,
    /// The trace it is part of.
    pub trace_id: String,
    /// Its attempts on backends, in their order.
    pub attempts: Vec<Tried>,
}

/// What a request asks for beside its path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Query {
    /// Nothing.
    #[default]
    None,
    /// Something that the gateway does not tell.
    Masked,
    /// This.
    Told(String),
}

/// One try of a request on one backend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tried {
    /// The backend.
    pub backend: String,
    /// How it ended: a status, or why there was none.
    pub ended: String,
    /// How long it took to there, in milliseconds.
    pub took_ms: f64,
    /// Whether a kept connection was used.
    pub reused: bool,
}

impl Served {
    /// Path and query as they are shown.
    #[must_use]
    pub fn target(&self) -> String {
        match &self.query {
            Query::None => self.path.clone(),
            Query::Masked => format!("{}?***", self.path),
            Query::Told(query) => format!("{}?{query}", self.path),
        }
    }

    /// The limit that refused it, or else why the gateway answered by itself.
    #[must_use]
    pub fn why(&self) -> &str {
        if self.rule.is_empty() { &self.refused } else { &self.rule }
    }

    /// Whether it is an error of the gateway or of a backend.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status.is_some_and(|status| status >= 500)
    }

    /// Its number as it is shown.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:x}-{:04x}", self.id >> 40, self.id & 0xff_ffff_ffff)
    }
}
