//! A tuning: an allowance in the units a window counts in.

use crate::model::Allowance;

/// How many sub-windows are counted.
pub(super) const COUNTED: usize = 6;
/// How many of them make a period.
const IN_A_PERIOD: u64 = COUNTED as u64 - 1;

/// An allowance in the units of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    pub(super) requests: u32,
    /// The length of a sub-window in milliseconds.
    width_ms: u32,
    /// The pace is kept in parts of a millisecond: so many that a step is a whole number of them.
    parts: u32,
    /// How many parts one request moves the pace on.
    step: u32,
}

impl Tuning {
    /// The tuning of an allowance.
    #[must_use]
    pub fn of(allowance: Allowance) -> Tuning {
        // Whole seconds of at most a day: divisible, and small.
        let period_ms = allowance.period().as_millis() as u32;
        let requests = allowance.requests();
        let common = common_divisor(period_ms, requests);
        let width_ms = period_ms / IN_A_PERIOD as u32;
        Tuning { requests, width_ms, parts: requests / common, step: period_ms / common }
    }

    /// How many are allowed in a period.
    #[must_use]
    pub fn requests(self) -> u32 {
        self.requests
    }

    pub(super) fn width_ms(self) -> u64 {
        u64::from(self.width_ms)
    }

    pub(super) fn period_ms(self) -> u64 {
        self.width_ms() * IN_A_PERIOD
    }

    pub(super) fn step(self) -> u64 {
        u64::from(self.step)
    }

    /// A time, or a length of it, as parts.
    pub(super) fn parts(self, ms: u64) -> u64 {
        ms * u64::from(self.parts)
    }

    /// The millisecond that `parts` fall into.
    pub(super) fn ms(self, parts: u64) -> u64 {
        parts / u64::from(self.parts)
    }

    /// The number of the sub-window at `ms`.
    pub(super) fn number(self, ms: u64) -> u32 {
        u32::try_from(ms / self.width_ms()).unwrap_or(u32::MAX)
    }
}

/// Euclid's.
fn common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { common_divisor(other, one % other) }
}
