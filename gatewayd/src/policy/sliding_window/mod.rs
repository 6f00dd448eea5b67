//! A sliding window: may one more request pass, if no window of the period may see too many?
//!
//! Remembering every request would tell, at too many bytes for each client. Instead there are two
//! witnesses, each of which proves that one more is allowed, and one of them is enough.
//!
//! The *counts* of six sub-windows, each a fifth of the period. Wherever now is in the newest, the
//! six reach back a whole period or more, so if they hold fewer than the limit, so does the period.
//! The oldest is counted in full. Alone they would refuse an even stream close to the limit, and
//! keep a client that spent it all at once waiting for up to 6/5 of the period.
//!
//! The *pace* (the theoretical arrival time of GCRA, ITU-T I.371, without a burst): the time at
//! which all requests so far would have been sent, had they come evenly. Each moves it on by
//! `step = period / limit`, from now if it was behind. Whoever is not ahead of it is allowed: of n
//! requests in a window, the last found the pace at `first + (n - 1) * step` or later and came
//! less than a period after the first, so `n - 1 < limit`. A step is exact: the pace is kept in
//! such parts of a millisecond that it is a whole number of them.
//!
//! Time is in whole milliseconds, and a window is as many of those as the period has.

mod packed;
mod tuning;

pub use packed::Packing;
pub use tuning::Tuning;

use tuning::COUNTED;

/// What one client used of one limit.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// What it counts for.
    tuning: Tuning,
    /// The number of the newest sub-window since time 0.
    newest: u32,
    /// The newest first.
    counts: [u32; COUNTED],
    /// From the start of the newest sub-window, in parts of a millisecond.
    pace: u64,
}

/// What is decided of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes and is counted.
    Admitted {
        /// How many more could pass at once.
        left: u32,
    },
    /// It does not pass and is not counted.
    Rejected {
        /// When the next will pass if none does before: not 1 ms earlier.
        retry_after_ms: u64,
    },
}

impl Window {
    /// One in which nothing was counted. Times are milliseconds since the start of the process.
    #[must_use]
    pub fn new(tuning: Tuning, now_ms: u64) -> Window {
        Window { tuning, newest: tuning.number(now_ms), counts: [0; COUNTED], pace: 0 }
    }

    /// Decides of one request now, under an allowance that may have changed since the last one.
    pub fn admit(&mut self, now_ms: u64, tuning: Tuning) -> Verdict {
        if self.tuning != tuning {
            *self = self.retuned(tuning, now_ms);
        }
        self.roll(now_ms);
        let into_ms = now_ms.saturating_sub(self.start_ms());
        let used = self.total();
        if used >= tuning.requests && self.pace >= tuning.parts(into_ms + 1) {
            let free_ms = tuning.ms(self.pace).min(self.counts_free_ms());
            return Verdict::Rejected { retry_after_ms: free_ms.saturating_sub(into_ms) };
        }
        self.counts[0] += 1;
        self.pace = self.pace.max(tuning.parts(into_ms)) + tuning.step();
        Verdict::Admitted { left: tuning.requests.saturating_sub(used + 1) }
    }

    /// How many requests it holds against its client now.
    #[must_use]
    pub fn count(&self, now_ms: u64) -> u32 {
        let mut rolled = *self;
        rolled.roll(now_ms);
        rolled.total()
    }

    /// Whether it can be forgotten: a new one would decide the same.
    #[must_use]
    pub fn is_idle(&self, now_ms: u64) -> bool {
        self.count(now_ms) == 0
    }

    fn total(&self) -> u32 {
        self.counts.iter().sum()
    }

    fn start_ms(&self) -> u64 {
        u64::from(self.newest) * self.tuning.width_ms()
    }

    /// Makes the sub-window of `now_ms` the newest. A time before it, seen by another core, counts
    /// as its start.
    fn roll(&mut self, now_ms: u64) {
        let passed = self.tuning.number(now_ms).saturating_sub(self.newest);
        if passed == 0 {
            return;
        }
        self.newest += passed;
        // Nothing reaches further than two periods.
        let passed = passed.min(2 * COUNTED as u32);
        let gone = COUNTED.min(passed as usize);
        self.counts.rotate_right(gone);
        self.counts[..gone].fill(0);
        let passed_ms = u64::from(passed) * self.tuning.width_ms();
        self.pace = self.pace.saturating_sub(self.tuning.parts(passed_ms));
    }

    /// When the counts will allow one more, from the start of the newest sub-window.
    fn counts_free_ms(&self) -> u64 {
        let mut left = self.total();
        let mut free_ms = 0;
        for count in self.counts.iter().rev() {
            left -= count;
            free_ms += self.tuning.width_ms();
            if left < self.tuning.requests {
                break;
            }
        }
        free_ms
    }

    /// One that holds `count` requests, all of which came now.
    #[must_use]
    pub fn holding(count: u32, tuning: Tuning, now_ms: u64) -> Window {
        let mut window = Window::new(tuning, now_ms);
        let count = count.min(tuning.requests);
        window.counts[0] = count;
        let into_ms = now_ms - window.start_ms();
        window.pace = tuning.parts(into_ms) + u64::from(count) * tuning.step();
        window
    }

    /// The same past under another allowance. What was counted in a sub-window may have come as
    /// late as its end, so it is taken to have.
    #[must_use]
    pub fn retuned(&self, tuning: Tuning, now_ms: u64) -> Window {
        let mut window = Window::new(tuning, now_ms);
        let mut pace = 0;
        for (age, count) in (0..COUNTED as u32).zip(self.counts).rev() {
            let next = u64::from((self.newest + 1).saturating_sub(age)) * self.tuning.width_ms();
            let latest_ms = now_ms.min(next.saturating_sub(1));
            let new_age = (window.newest - tuning.number(latest_ms)) as usize;
            if let Some(new_count) = window.counts.get_mut(new_age) {
                *new_count += count;
                pace = tuning.parts(latest_ms).max(pace) + u64::from(count) * tuning.step();
            }
        }
        // After a whole period nothing of this past is in any window.
        let start_ms = window.start_ms();
        let latest_ms = now_ms - start_ms + tuning.period_ms();
        let pace = pace.saturating_sub(tuning.parts(start_ms));
        window.pace = pace.min(tuning.parts(latest_ms));
        window
    }
}

#[cfg(test)]
mod tests;
