//! The clock: the one place where the process reads the time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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
