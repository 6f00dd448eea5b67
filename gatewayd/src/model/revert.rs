//! A revert: an operation that is taken back by itself, and when.

use serde::{Deserialize, Serialize};

use super::{AbortIf, Touched};

/// An operation that is taken back by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revert {
    /// The operation.
    pub op: String,
    /// Who asked for it.
    pub owner: String,
    /// When it was accepted, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// When it is over, milliseconds since the Unix epoch; absent when it is there to stay.
    pub expires_ms: Option<i64>,
    /// When it is taken back unless it was confirmed before; absent when it needs not be.
    pub confirm_by_ms: Option<i64>,
    /// What takes it back at once.
    pub guard: Option<AbortIf>,
    /// The 99th percentile before, in microseconds, where the guard compares with that.
    pub p99_before_us: Option<u64>,
    /// What it did.
    pub touched: Vec<Touched>,
}

impl Revert {
    /// How long before it is over this is told.
    const TOLD_BEFORE_MS: i64 = 5 * 60 * 1000;
    /// The most there are at once, and the most that they touched together: the journal writes all
    /// of them with each change.
    pub const MOST: usize = 1000;
    /// The most entities of all of them.
    pub const MOST_ENTITIES: usize = 5000;

    /// When it is taken back if nothing happens before, milliseconds since the Unix epoch.
    #[must_use]
    pub fn due_ms(&self) -> Option<i64> {
        [self.expires_ms, self.confirm_by_ms].into_iter().flatten().min()
    }

    /// How long is left of one that is long and soon over, in milliseconds: it is to be foretold.
    #[must_use]
    pub fn foretold_ms(&self, now_ms: i64) -> Option<i64> {
        let due_ms = self.due_ms()?;
        let is_long = due_ms - self.since_ms > Revert::TOLD_BEFORE_MS;
        Some(due_ms - now_ms)
            .filter(|left_ms| is_long && (1..=Revert::TOLD_BEFORE_MS).contains(left_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_foretold_once_it_is_soon_over() {
        let revert = |expires_ms, confirm_by_ms| Revert {
            op: String::new(),
            owner: String::new(),
            since_ms: 1000,
            expires_ms,
            confirm_by_ms,
            guard: None,
            p99_before_us: None,
            touched: Vec::new(),
        };
        let hour = revert(Some(3_601_000), None);
        assert_eq!(hour.foretold_ms(3_300_999), None, "more than five minutes are left");
        assert_eq!(hour.foretold_ms(3_301_000), Some(300_000));
        assert_eq!(hour.foretold_ms(3_601_000), None, "it is over");
        assert_eq!(revert(Some(301_000), None).foretold_ms(2000), None, "it was short");
        let both = revert(Some(3_601_000), Some(601_000));
        assert_eq!(both.foretold_ms(600_000), Some(1000), "of the first that takes it back");
    }
}
