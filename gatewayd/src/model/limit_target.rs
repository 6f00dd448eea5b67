//! A target within a limit: all that it counts, or what it counts of one key.

use super::Name;

/// All that a limit counts, or what it counts of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitTarget {
    /// The limit.
    pub name: Name,
    /// An address, where the limit counts by that, or else the value that it counts by; absent, all
    /// there is.
    pub key: Option<String>,
}
