//! An allowance: so many requests in any window of so long.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// At most `requests` in any window of `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Allowance {
    requests: u32,
    period: Duration,
}

/// Why a text is not an allowance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an allowance: expected REQUESTS/PERIOD such as \"100/minute\", \"20/second\", \
     \"500/hour\" or \"100/10s\"; 1 to 1000000 requests, a period of 1s to 24h"
)]
pub struct AllowanceError(pub String);

const MOST_REQUESTS: u32 = 1_000_000;
const LONGEST_SECONDS: u64 = 24 * 60 * 60;

impl Allowance {
    /// At most this many, 1..=1000000.
    #[must_use]
    pub fn requests(self) -> u32 {
        self.requests
    }

    /// So many times as many, but never more than the most there is.
    #[must_use]
    pub fn times(self, times: NonZeroU32) -> Allowance {
        Allowance { requests: self.requests.saturating_mul(times.get()).min(MOST_REQUESTS), ..self }
    }

    /// In any window of this length: whole seconds, 1 s to 24 h.
    #[must_use]
    pub fn period(self) -> Duration {
        self.period
    }
}

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Allowance, AllowanceError> {
        let wrong = || AllowanceError(text.to_owned());
        let (requests, period) = text.split_once('/').ok_or_else(wrong)?;
        let requests = requests.parse().map_err(|_| wrong())?;
        let seconds = seconds(period).ok_or_else(wrong)?;
        if (1..=MOST_REQUESTS).contains(&requests) && (1..=LONGEST_SECONDS).contains(&seconds) {
            Ok(Allowance { requests, period: Duration::from_secs(seconds) })
        } else {
            Err(wrong())
        }
    }
}

/// The seconds in `second`, `minute`, `hour`, `10s`, `5m` or `2h`.
fn seconds(period: &str) -> Option<u64> {
    match period {
        "second" => return Some(1),
        "minute" => return Some(60),
        "hour" => return Some(3600),
        _ => {}
    }
    let (digits, unit) = period.split_at_checked(period.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.requests)?;
        match self.period.as_secs() {
            1 => f.write_str("second"),
            60 => f.write_str("minute"),
            3600 => f.write_str("hour"),
            hours if hours % 3600 == 0 => write!(f, "{}h", hours / 3600),
            minutes if minutes % 60 == 0 => write!(f, "{}m", minutes / 60),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

impl TryFrom<String> for Allowance {
    type Error = AllowanceError;

    fn try_from(text: String) -> Result<Allowance, AllowanceError> {
        text.parse()
    }
}

impl From<Allowance> for String {
    fn from(allowance: Allowance) -> String {
        allowance.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_reads_back_as_written() {
        for text in ["100/minute", "20/second", "500/hour", "100/10s", "7/5m", "1/24h"] {
            assert_eq!(text.parse::<Allowance>().unwrap().to_string(), text);
        }
        assert_eq!("9/60s".parse::<Allowance>().unwrap().to_string(), "9/minute");
    }

    #[test]
    fn what_is_no_allowance_is_refused() {
        for text in [
            "",
            "100",
            "/minute",
            "0/minute",
            "-1/minute",
            "1/0s",
            "1/day",
            "1/25h",
            "1/1.5s",
            "1/+3s",
        ] {
            assert!(text.parse::<Allowance>().is_err(), "{text:?}");
        }
    }
}
