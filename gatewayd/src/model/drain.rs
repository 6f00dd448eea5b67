//! A drain: how long what is in flight may take, and what follows.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What is left at a deadline is counted and told within this, and only then closed.
const TOLD_FIRST: Duration = Duration::from_millis(250);

/// How a drain is to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainOrder {
    /// How long requests may take whose answer has not begun.
    pub requests: Duration,
    /// How long streams may take: WebSockets, and answers that have begun.
    pub streams: Duration,
    /// Streams that are closed are closed within so long after their deadline, each at another
    /// moment, so that not all clients come back at once.
    pub spread: Duration,
    /// What happens to what is left at its deadline.
    pub on_deadline: OnDeadline,
    /// What becomes of the backend once it is drained.
    pub then: Then,
}

/// What happens to what is left at its deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// It stays drained.
    #[default]
    Stay,
    /// It is removed.
    Remove,
    /// It takes requests again after so long.
    EnableAfter(Duration),
}

/// A drain under way, or over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrainPlan {
    /// How it is to go.
    pub order: DrainOrder,
    /// The revision that began it, by which its operation is known.
    pub revision: u64,
    /// From when its deadlines count, milliseconds since the Unix epoch.
    pub from_ms: i64,
    /// Since when all that is left is closed, milliseconds since the Unix epoch.
    #[serde(default)]
    pub killed_ms: Option<i64>,
    /// When it was drained, milliseconds since the Unix epoch.
    #[serde(default)]
    pub drained_ms: Option<i64>,
}

/// What a drain comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrainStep {
    /// Nothing is left.
    Drained,
    /// It is over its deadline and taken back.
    Undo,
    /// It was drained for as long as it was to be.
    Enable,
    /// It is drained and to be removed.
    Remove,
}

impl DrainOrder {
    /// What a deadline, a spread, or the time until it is enabled may be.
    pub const LENGTHS: RangeInclusive<Duration> =
        Duration::ZERO..=Duration::from_secs(7 * 24 * 60 * 60);
    /// How long requests may take when nobody says.
    pub const REQUESTS: Duration = Duration::from_secs(30);
    /// How long streams may take when nobody says.
    pub const STREAMS: Duration = Duration::from_secs(5 * 60);
    const MOST_SPREAD: Duration = Duration::from_secs(30);

    /// How long the closing of streams takes when nobody says: a tenth of their deadline, half a
    /// minute at most.
    #[must_use]
    pub fn default_spread(streams: Duration) -> Duration {
        (streams / 10).min(DrainOrder::MOST_SPREAD)
    }
}

impl Default for DrainOrder {
    fn default() -> DrainOrder {
        DrainOrder {
            requests: DrainOrder::REQUESTS,
            streams: DrainOrder::STREAMS,
            spread: DrainOrder::default_spread(DrainOrder::STREAMS),
            on_deadline: OnDeadline::Wait,
            then: Then::Stay,
        }
    }
}

impl OnDeadline {
    /// Its word in every tool.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            OnDeadline::Wait => "wait",
            OnDeadline::Kill => "kill",
            OnDeadline::Undo => "undo",
        }
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Then::Stay => f.pad("stay"),
            Then::Remove => f.pad("remove"),
            Then::EnableAfter(after) => write!(f, "enable-after={after:?}"),
        }
    }
}

impl DrainPlan {
    /// A drain that begins now.
    #[must_use]
    pub fn new(order: DrainOrder, revision: u64, now_ms: i64) -> DrainPlan {
        DrainPlan { order, revision, from_ms: now_ms, killed_ms: None, drained_ms: None }
    }

    /// Until when requests may take, milliseconds since the Unix epoch.
    #[must_use]
    pub fn requests_until_ms(&self) -> i64 {
        self.from_ms.saturating_add(self.order.requests.as_millis() as i64)
    }

    /// Until when streams may take, milliseconds since the Unix epoch.
    #[must_use]
    pub fn streams_until_ms(&self) -> i64 {
        self.from_ms.saturating_add(self.order.streams.as_millis() as i64)
    }

    /// When requests and streams that are left are closed (milliseconds since the Unix epoch), and
    /// how long the latter takes; `None` when they are not. First it is told how many are left.
    #[must_use]
    pub fn closes(&self) -> Option<(i64, i64, Duration)> {
        let told_ms = TOLD_FIRST.as_millis() as i64;
        let ordered = (self.order.on_deadline == OnDeadline::Kill).then(|| {
            let (requests_ms, streams_ms) = (self.requests_until_ms(), self.streams_until_ms());
            let spread = self.order.spread.saturating_sub(TOLD_FIRST);
            (requests_ms.saturating_add(told_ms), streams_ms.saturating_add(told_ms), spread)
        });
        self.killed_ms.map(|at_ms| (at_ms, at_ms, Duration::ZERO)).or(ordered)
    }
}
