//! A lapse: what a limit goes back to by itself, and when.

use serde::{Deserialize, Serialize};

use super::{LimitMode, Rule};

/// What a limit goes back to, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Lapse {
    /// When, milliseconds since the Unix epoch.
    pub until_ms: i64,
    /// The rule from then on.
    pub rule: Rule,
    /// The mode from then on.
    pub mode: LimitMode,
}
