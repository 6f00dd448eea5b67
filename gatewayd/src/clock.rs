//! The clock: the one place where the process reads the time, and what ticks by it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::time::{Interval, MissedTickBehavior, interval};

/// Time since the start of the process (or of the one it took over from), and the wall's time.
/// Cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Clock {
        Clock { start: Instant::now() }
    }

    /// The clock of an earlier process that has run for so long, continued.
    #[must_use]
    pub fn continued(age: Duration) -> Clock {
        let now = Instant::now();
        // Only an age longer than the machine's own cannot be.
        Clock { start: now.checked_sub(age).unwrap_or(now) }
    }

    /// Microseconds since the start; never goes back.
    #[must_use]
    pub fn now_us(self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    /// Milliseconds since the start; never goes back.
    #[must_use]
    pub fn now_ms(self) -> u64 {
        self.start.elapsed().as_millis() as u64
    }

    /// Milliseconds since the Unix epoch, as the machine's clock has it: for people, never for
    /// deciding how long something took.
    #[must_use]
    pub fn wall_ms(self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_millis() as i64)
    }
}

/// Ticks at once, and then a `period` after the tick before at the earliest: what was missed while
/// the process stood still is not made up for, so that whoever looks at what happened between two
/// ticks never sees an empty moment.
pub fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, advance};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ticks_that_were_missed_are_not_made_up_for() {
        let period = Duration::from_secs(1);
        let mut ticks = every(period);
        ticks.tick().await;
        advance(10 * period).await;
        let start = Instant::now();
        let mut told = Vec::new();
        for _ in 0..3 {
            ticks.tick().await;
            told.push(start.elapsed().as_secs());
        }
        assert_eq!(told, [0, 1, 2]);
    }
}
