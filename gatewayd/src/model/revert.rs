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
    /// The most there are at once: the journal writes all of them with each change.
    pub const MOST: usize = 1000;

    /// When it is taken back if nothing happens before, milliseconds since the Unix epoch.
    #[must_use]
    pub fn due_ms(&self) -> Option<i64> {
        [self.expires_ms, self.confirm_by_ms].into_iter().flatten().min()
    }
}
