//! An intent: why a change is wanted, and on which condition.

use std::time::Duration;

use crate::duration;

/// What every edit carries beside its own fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// Why, in the operator's words; empty when none was given.
    pub reason: String,
    /// Apply only if the gateway is still at this revision.
    pub expected_revision: Option<u64>,
    /// Answer what would happen and change nothing.
    pub validate_only: bool,
    /// The tool the change comes from: `cli` or `tui`.
    pub via: String,
    /// Apply although a guard refuses. Needs a reason.
    pub force: bool,
    /// For how long it holds, and what takes it back before.
    pub terms: Terms,
    /// Names this change, so that it is made once however often it is asked for; empty for none.
    pub idempotency_key: String,
    /// Apply although a pool is left with fewer ready servers than its minimum.
    pub allow_below_min: bool,
}

/// For how long a change holds, and what takes it back before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// It is taken back after so long.
    pub ttl: Option<Duration>,
    /// It is taken back after so long unless somebody confirms it.
    pub confirm_within: Option<Duration>,
    /// It is taken back at once when this holds: `error>1% or p99>2x`; empty when nothing does.
    pub guard: String,
}

impl Terms {
    /// What becomes of the change, in words; nothing when it stays.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let after = |length: &Duration| duration::short(*length);
        let ttl = self.ttl.as_ref().map(|ttl| format!("taken back after {}", after(ttl)));
        let unless = self.confirm_within.as_ref();
        let unless = unless.map(|it| format!("taken back after {} unless confirmed", after(it)));
        let guard = (!self.guard.is_empty()).then(|| format!("taken back when {}", self.guard));
        ttl.into_iter().chain(unless).chain(guard).collect()
    }
}

impl Intent {
    /// The same, only asking what would happen.
    #[must_use]
    pub fn validate_only(&self) -> Self {
        Self { validate_only: true, ..self.clone() }
    }
}
