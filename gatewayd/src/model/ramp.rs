//! A ramp: a weight on its way to another one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{AbortIf, Weight};

/// Where a backend's weight comes from and how long it takes to become what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ramp {
    /// The weight that it began with, and goes back to when it is given up.
    pub from: Weight,
    /// When it began, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// How long it takes.
    pub lasts: Duration,
    /// When it is given up.
    pub abort_if: Option<AbortIf>,
    /// The 99th percentile before, in microseconds, where it is given up by that.
    pub p99_before_us: Option<u64>,
}

impl Ramp {
    /// The shortest and the longest there are.
    pub const LENGTHS: std::ops::RangeInclusive<Duration> =
        Duration::from_secs(1)..=Duration::from_secs(7 * 24 * 60 * 60);

    /// When it is over, milliseconds since the Unix epoch.
    #[must_use]
    pub fn until_ms(&self) -> i64 {
        self.since_ms.saturating_add(self.lasts.as_millis() as i64)
    }
}
