//! A drain: how it is to go, and what is left of it.

use std::{str::FromStr, time::Duration};

use crate::duration;

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

impl FromStr for Then {
    type Err = String;

    /// Reads `stay`, `remove` or `enable-after=1h`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            None if text == "stay" => Ok(Self::Stay),
            None if text == "remove" => Ok(Self::Remove),
            Some(("enable-after", after)) => {
                duration::parse(after).map(Self::EnableAfter).map_err(|error| error.to_string())
            }
            _ => Err("expected stay, remove or enable-after=DURATION, like enable-after=1h".into()),
        }
    }
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

    /// The order by which it goes on as it does, with deadlines so much later than they are or, where
    /// they are over, than now.
    #[must_use]
    pub fn extended(&self, by: Duration, now_ms: i64) -> DrainOrder {
        let later = |until_ms: Option<i64>| {
            let left = until_ms.map_or(0, |until_ms| until_ms.saturating_sub(now_ms).max(0));
            Some(Duration::from_millis(left.unsigned_abs()).saturating_add(by))
        };
        DrainOrder {
            requests: later(self.requests_until_ms),
            streams: later(self.streams_until_ms),
            spread: None,
            on_deadline: match self.on_deadline.as_str() {
                "kill" => OnDeadline::Kill,
                "undo" => OnDeadline::Undo,
                _ => OnDeadline::Wait,
            },
            then: self.then.parse().unwrap_or_default(),
        }
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
    fn a_drain_with_later_deadlines_goes_on_as_it_did() {
        let drain = Drain {
            requests_until_ms: Some(4_000),
            streams_until_ms: Some(70_000),
            on_deadline: "kill".into(),
            then: "enable-after=3600s".into(),
            ..Drain::default()
        };
        let seconds = |s| Some(Duration::from_secs(s));
        let order = DrainOrder {
            requests: seconds(60),
            streams: seconds(120),
            spread: None,
            on_deadline: OnDeadline::Kill,
            then: Then::EnableAfter(Duration::from_secs(3600)),
        };
        assert_eq!(drain.extended(Duration::from_secs(60), 10_000), order);
    }

    #[test]
    fn what_follows_is_one_of_three() {
        assert_eq!("stay".parse(), Ok(Then::Stay));
        assert_eq!("remove".parse(), Ok(Then::Remove));
        let hour = Duration::from_secs(3600);
        assert_eq!("enable-after=1h".parse(), Ok(Then::EnableAfter(hour)));
        for wrong in ["", "delete", "enable-after", "enable-after=", "enable-after=soon", "stay=1s"]
        {
            assert!(wrong.parse::<Then>().is_err(), "{wrong}");
        }
    }

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
