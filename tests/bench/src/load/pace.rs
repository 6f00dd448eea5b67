//! A pace: requests are due at even times, whether or not earlier ones were answered.
//!
//! How long one takes is counted from when it was due, so that a proxy that stalls is charged for
//! all that it kept waiting, and not for one request alone.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};

/// How often the clock wakes the crowd at most; requests that are due at a time go out together.
const SHORTEST_TICK: Duration = Duration::from_micros(100);

/// The requests of a crowd in time.
pub(super) struct Pace {
    clock: TimerFd,
    every: Duration,
    next: Instant,
    /// Places whose client has nothing to do.
    free: Vec<usize>,
    /// By place: when the request under way was due.
    due: Vec<Option<Instant>>,
    taken: Vec<Duration>,
}

impl Pace {
    /// `rate` requests each second from now on, by clients in that many places.
    pub(super) fn new(rate: f64, places: usize) -> Result<Pace> {
        let every = Duration::from_secs_f64(1.0 / rate);
        let clock = TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_CLOEXEC)?;
        let tick = Expiration::Interval(TimeSpec::from(every.max(SHORTEST_TICK)));
        clock.set(tick, TimerSetTimeFlags::empty()).context("no clock for the pace")?;
        let (free, due, taken) = ((0..places).collect(), vec![None; places], Vec::new());
        Ok(Pace { clock, every, next: Instant::now(), free, due, taken })
    }

    /// What wakes the crowd.
    pub(super) fn clock(&self) -> &TimerFd {
        &self.clock
    }

    /// The place whose client is to ask now, if a request is due and a client is free.
    pub(super) fn turn(&mut self, now: Instant) -> Option<usize> {
        if self.next > now {
            return None;
        }
        let place = self.free.pop()?;
        self.due[place] = Some(self.next);
        self.next += self.every;
        Some(place)
    }

    /// The client in a place had its answer.
    pub(super) fn answered(&mut self, place: usize, now: Instant) {
        self.taken.extend(self.due[place].take().map(|due| now.saturating_duration_since(due)));
        self.free.push(place);
    }

    /// The client in a place is a new one, and asks on its own first.
    pub(super) fn renewed(&mut self, place: usize) {
        self.due[place] = None;
        self.free.retain(|free| *free != place);
    }

    /// How long the answers took since this was last asked for, those under way left out.
    pub(super) fn take_times(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.taken)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn a_request_that_waited_for_a_client_is_counted_from_when_it_was_due() {
        let mut pace = Pace::new(1000.0, 1).unwrap();
        let start = pace.next;
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!(pace.turn(at(0)), Some(0));
        // The second is due at 1 ms, and the only client is busy until 7 ms.
        assert_eq!(pace.turn(at(1)), None);
        pace.answered(0, at(7));
        assert_eq!(pace.turn(at(7)), Some(0));
        pace.answered(0, at(8));
        assert_eq!(pace.take_times(), [7, 7].map(Duration::from_millis));
    }

    #[test]
    fn nobody_asks_before_it_is_due() {
        let mut pace = Pace::new(1000.0, 2).unwrap();
        let start = pace.next;
        assert_eq!(pace.turn(start), Some(1));
        assert_eq!(pace.turn(start), None);
        assert_eq!(pace.turn(start + Duration::from_millis(1)), Some(0));
    }
}
