//! A lapse: what something goes back to by itself, and when.

use serde::{Deserialize, Serialize};

/// What something goes back to, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lapse<T> {
    /// When, milliseconds since the Unix epoch.
    pub until_ms: i64,
    /// What it is from then on.
    pub to: T,
}

impl<T: Copy> Lapse<T> {
    /// What is left of `now` at `at_ms`, which goes back by `lapse`.
    #[must_use]
    pub fn left(lapse: Option<Lapse<T>>, now: T, at_ms: i64) -> T {
        lapse.filter(|it| it.until_ms <= at_ms).map_or(now, |it| it.to)
    }
}
