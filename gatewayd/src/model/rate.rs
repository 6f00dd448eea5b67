//! A rate: so many requests in so long on average, and so many at once.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Allowance;

/// As many requests as `pace` says on average, and up to `burst` of them at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Rate {
    pace: Allowance,
    burst: NonZeroU32,
}

/// Why a rate cannot have its burst.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a burst of {burst} at {pace} is not possible: expected at most 1000000, and no more than the \
     rate fills in again in 24 hours"
)]
pub struct RateError {
    pace: Allowance,
    burst: NonZeroU32,
}

const MOST_AT_ONCE: u32 = 1_000_000;
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Serialize, Deserialize)]
struct Written {
    rate: Allowance,
    burst: NonZeroU32,
}

impl Rate {
    /// A rate with its burst.
    ///
    /// # Errors
    /// When an empty bucket would take more than a day to fill.
    pub fn new(pace: Allowance, burst: NonZeroU32) -> Result<Rate, RateError> {
        let fills_in = pace.period() * burst.get().min(MOST_AT_ONCE) / pace.requests();
        if burst.get() > MOST_AT_ONCE || fills_in > LONGEST {
            return Err(RateError { pace, burst });
        }
        Ok(Rate { pace, burst })
    }

    /// A rate whose burst is what it allows in one period.
    ///
    /// # Errors
    /// Never for a period of up to a day, which is the longest.
    pub fn of(pace: Allowance) -> Result<Rate, RateError> {
        Rate::new(pace, NonZeroU32::new(pace.requests()).unwrap_or(NonZeroU32::MIN))
    }

    /// So many times as many, but never more than the most there is.
    #[must_use]
    pub fn times(self, times: NonZeroU32) -> Rate {
        let most = NonZeroU32::new(MOST_AT_ONCE).unwrap_or(NonZeroU32::MAX);
        Rate { pace: self.pace.times(times), burst: self.burst.saturating_mul(times).min(most) }
    }

    /// How many on average.
    #[must_use]
    pub fn pace(self) -> Allowance {
        self.pace
    }

    /// How many at once.
    #[must_use]
    pub fn burst(self) -> NonZeroU32 {
        self.burst
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} burst {}", self.pace, self.burst)
    }
}

impl TryFrom<Written> for Rate {
    type Error = RateError;

    fn try_from(written: Written) -> Result<Rate, RateError> {
        Rate::new(written.rate, written.burst)
    }
}

impl From<Rate> for Written {
    fn from(rate: Rate) -> Written {
        Written { rate: rate.pace, burst: rate.burst }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_that_takes_more_than_a_day_to_come_back_is_refused() {
        let rate =
            |pace: &str, burst| Rate::new(pace.parse().unwrap(), NonZeroU32::new(burst).unwrap());
        for (pace, burst) in [("10/second", 20), ("1/24h", 1), ("1000000/second", 1_000_000)] {
            assert!(rate(pace, burst).is_ok(), "{pace} {burst}");
        }
        for (pace, burst) in [("1/24h", 2), ("1/minute", 1441), ("1000000/second", 1_000_001)] {
            assert!(rate(pace, burst).is_err(), "{pace} {burst}");
        }
    }
}
