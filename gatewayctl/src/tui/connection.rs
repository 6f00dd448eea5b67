//! The connection as the dashboard knows it: how old is what it shows, and may it act?

use std::time::Duration;

use super::moment::Moment;
use crate::client;

/// A gateway makes no more snapshots than this.
const LEAST: Duration = Duration::from_secs(1);

/// What is known of the link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Connection {
    /// How often snapshots should come.
    interval: Duration,
    /// How often they should come from the next one on.
    wanted: Duration,
    state: State,
    /// When the newest snapshot came.
    received: Option<Moment>,
}

#[derive(Debug, Clone, PartialEq)]
enum State {
    Connecting { since: Moment },
    Up,
    Down { since: Moment, retry_at: Moment, attempt: u32, error: client::Error },
}

/// How far what is shown may be taken for the present.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Freshness {
    /// Nothing came yet; for so long it has been tried.
    Connecting(Duration),
    /// The present.
    Live(Duration),
    /// Late, but not yet to be doubted.
    Slow(Duration),
    /// Too old to act upon.
    Stale(Duration),
    /// The link is lost.
    Lost {
        /// For how long.
        since: Duration,
        /// How many times it was tried since.
        attempt: u32,
        /// When the next try is.
        retry_in: Duration,
    },
}

impl Connection {
    /// A connection that is being made, of which a snapshot is expected every `interval`.
    pub(crate) fn new(interval: Duration) -> Self {
        let interval = interval.max(LEAST);
        let state = State::Connecting { since: Moment::default() };
        Self { interval, wanted: interval, state, received: None }
    }

    /// The same, being made since then.
    pub(crate) fn since(self, since: Moment) -> Self {
        Self { state: State::Connecting { since }, ..self }
    }

    /// From now on a snapshot is expected every `interval`. One that is late by this, but was not
    /// before, is not taken for late.
    pub(crate) fn expect(&mut self, interval: Duration) {
        self.wanted = interval.max(LEAST);
        self.interval = self.interval.max(self.wanted);
    }

    /// The link stands.
    pub(crate) fn up(&mut self) {
        self.state = State::Up;
    }

    /// A snapshot came.
    pub(crate) fn received(&mut self, now: Moment) {
        self.state = State::Up;
        self.received = Some(now);
        self.interval = self.wanted;
    }

    /// The link broke, or could not be made.
    pub(crate) fn down(
        &mut self,
        now: Moment,
        attempt: u32,
        retry_in: Duration,
        error: client::Error,
    ) {
        let since = match (&self.state, self.received) {
            (State::Down { since, .. } | State::Connecting { since }, _) => *since,
            (State::Up, received) => received.unwrap_or(now),
        };
        self.state = State::Down { since, retry_at: now.after(retry_in), attempt, error };
    }

    /// How far what is shown may be taken for the present.
    pub(crate) fn freshness(&self, now: Moment) -> Freshness {
        match (&self.state, self.received) {
            (State::Down { since, retry_at, attempt, .. }, _) => Freshness::Lost {
                since: now.since(*since),
                attempt: *attempt,
                retry_in: retry_at.since(now),
            },
            (State::Connecting { since }, _) => Freshness::Connecting(now.since(*since)),
            (State::Up, None) => Freshness::Connecting(now.0),
            (State::Up, Some(received)) => {
                let age = now.since(received);
                match age {
                    _ if age <= self.interval * 2 => Freshness::Live(age),
                    _ if age <= self.interval * 5 => Freshness::Slow(age),
                    _ => Freshness::Stale(age),
                }
            }
        }
    }

    /// Why the link is lost.
    pub(crate) fn error(&self) -> Option<&client::Error> {
        match &self.state {
            State::Down { error, .. } => Some(error),
            State::Connecting { .. } | State::Up => None,
        }
    }

    /// When the freshness changes by the passing of time alone, or its age is to be told anew.
    pub(crate) fn next_change(&self, now: Moment) -> Moment {
        let second = Duration::from_secs(1);
        match (self.freshness(now), self.received) {
            (Freshness::Live(_), Some(received)) => {
                received.after(self.interval * 2 + Duration::from_millis(1))
            }
            _ => now.after(second),
        }
    }
}

impl Freshness {
    /// Whether the figures are too old to act upon.
    pub(crate) fn is_stale(&self) -> bool {
        !matches!(self, Self::Live(_) | Self::Slow(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ErrorCode;

    fn at(ms: u64) -> Moment {
        Moment(Duration::from_millis(ms))
    }

    #[test]
    fn old_figures_are_slow_after_two_intervals_and_stale_after_five() {
        let mut connection = Connection::new(Duration::from_secs(1));
        assert!(connection.freshness(at(10)).is_stale());
        connection.received(at(1_000));
        assert!(matches!(connection.freshness(at(3_000)), Freshness::Live(_)));
        assert!(matches!(connection.freshness(at(3_001)), Freshness::Slow(_)));
        assert!(matches!(connection.freshness(at(6_001)), Freshness::Stale(_)));
        assert_eq!(connection.next_change(at(1_500)), at(3_001));
    }

    #[test]
    fn another_rhythm_makes_no_figure_late_that_is_not() {
        let mut connection = Connection::new(Duration::from_secs(5));
        connection.received(at(1_000));
        connection.expect(Duration::from_secs(1));
        assert!(matches!(connection.freshness(at(6_000)), Freshness::Live(_)));
        connection.received(at(6_500));
        assert!(matches!(connection.freshness(at(9_000)), Freshness::Slow(_)));
        connection.expect(Duration::from_secs(5));
        assert!(matches!(connection.freshness(at(9_000)), Freshness::Live(_)));
    }

    #[test]
    fn a_lost_link_is_as_old_as_its_last_sign_of_life() {
        let mut connection = Connection::new(Duration::from_secs(1));
        connection.received(at(1_000));
        let error = || client::Error::new(ErrorCode::Unreachable, "gone");
        connection.down(at(2_000), 1, Duration::from_secs(1), error());
        connection.down(at(5_000), 2, Duration::from_secs(2), error());
        let lost = Freshness::Lost {
            since: Duration::from_secs(5),
            attempt: 2,
            retry_in: Duration::from_secs(1),
        };
        assert_eq!(connection.freshness(at(6_000)), lost);
        assert!(lost.is_stale());
    }
}
