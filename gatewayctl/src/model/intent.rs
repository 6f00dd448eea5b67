//! An intent: why a change is wanted, and on which condition.

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
}

impl Intent {
    /// The same, only asking what would happen.
    #[must_use]
    pub fn validate_only(&self) -> Self {
        Self { validate_only: true, ..self.clone() }
    }
}
