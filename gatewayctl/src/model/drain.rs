//! A drain: how it is to go, and what is left of it.

use std::time::Duration;

/// How a drain is to go; what is absent goes as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrainOrder {
    /// How long requests may take whose answer has not begun.
    pub requests: Option<Duration>,
    /// How long WebSockets may take, and answers that have begun.
    pub streams: Option<Duration>,
    /// How long the closing of those takes, after their deadline.
    pub spread: Option<Duration>,
    /// What happens to what is left at its deadline.
    pub on_deadline: OnDeadline,
    /// What becomes of the backend once it is drained.
    pub then: Then,
}

/// What happens to what is left at its deadline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnDeadline {
    /// It is waited for.
    #[default]
    Wait,
    /// It is closed.
    Kill,
    /// The backend takes requests again.
    Undo,
}

/// What becomes of a backend once it is drained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Then {
    /// It stays drained.
    #[default]
    Stay,
    /// It is removed.
    Remove,
    /// It takes requests again after so long.
    EnableAfter(Duration),
}

/// What is left on a backend that takes no requests, and what follows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Drain {
    /// Requests whose answer has not begun.
    pub requests: u64,
    /// Answers that have begun.
    pub streams: u64,
    /// WebSockets.
    pub websockets: u64,
    /// How long the oldest of them is under way, in milliseconds; absent when none is.
    pub oldest_ms: Option<u64>,
    /// The path it asked for, as far as the gateway remembers.
    pub oldest_path: String,
    /// When nothing is left, in seconds from now, by the fall of the last ten; absent when it does
    /// not fall.
    pub eta_s: Option<f64>,
    /// When requests are over their deadline, milliseconds since the Unix epoch; absent without one.
    pub requests_until_ms: Option<i64>,
    /// When streams are.
    pub streams_until_ms: Option<i64>,
    /// What happens then: `wait`, `kill`, `undo`; empty when there is no deadline.
    pub on_deadline: String,
    /// What follows a drain: `stay`, `remove`, `enable-after=1h`.
    pub then: String,
    /// When it was drained, milliseconds since the Unix epoch; absent until then.
    pub drained_ms: Option<i64>,
    /// The operation that began it.
    pub op: String,
}

impl Drain {
    /// What is left by kind: `2 requests, 1 stream, 14 websockets`; empty when nothing is.
    #[must_use]
    pub fn kinds(&self) -> String {
        let kinds =
            [(self.requests, "request"), (self.streams, "stream"), (self.websockets, "websocket")];
        let told = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| {
            let ending = if *count == 1 { "" } else { "s" };
            format!("{count} {kind}{ending}")
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// The deadline that comes next of what is left, milliseconds since the Unix epoch.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<i64> {
        let requests = self.requests_until_ms.filter(|_| self.requests > 0);
        let streams = self.streams_until_ms.filter(|_| self.streams + self.websockets > 0);
        requests.into_iter().chain(streams).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_are_left_are_told_and_have_a_deadline() {
        let mut drain = Drain {
            requests: 1,
            websockets: 14,
            requests_until_ms: Some(30),
            streams_until_ms: Some(300),
            ..Drain::default()
        };
        assert_eq!(drain.kinds(), "1 request, 14 websockets");
        assert_eq!(drain.deadline_ms(), Some(30));
        drain.requests = 0;
        assert_eq!(drain.deadline_ms(), Some(300));
        drain.websockets = 0;
        assert_eq!((drain.kinds().as_str(), drain.deadline_ms()), ("", None));
    }
}
