//! Terms: for how long a change holds, and what takes it back before.

use std::time::Duration;

use super::AbortIf;

/// For how long a change holds, and what takes it back before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// It is taken back after so long.
    pub ttl: Option<Duration>,
    /// It is taken back after so long unless somebody confirms it.
    pub confirm_within: Option<Duration>,
    /// It is taken back at once when this holds, until it is confirmed or over.
    pub guard: Option<AbortIf>,
}

impl Terms {
    /// The longest time: a year.
    pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

    /// Whether nothing takes the change back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ttl.is_none() && self.confirm_within.is_none() && self.guard.is_none()
    }
}
