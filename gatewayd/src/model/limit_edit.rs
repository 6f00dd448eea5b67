//! An edit of a limit: what is absent stays.

use std::time::Duration;

use super::{LimitMode, RuleEdit};

/// A change of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitEdit {
    /// Its new rule.
    pub rule: Option<RuleEdit>,
    /// Its new mode.
    pub mode: Option<LimitMode>,
    /// What becomes of its candidate.
    pub candidate: Option<CandidateEdit>,
    /// Rule and mode go back to what they are now after so long.
    pub ttl: Option<Duration>,
}

/// What becomes of a candidate: a rule that is tried beside that of the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateEdit {
    /// It is this one, told from the limit's own.
    Set(RuleEdit),
    /// There is none any more.
    Drop,
    /// It becomes the limit's own.
    Promote,
}
