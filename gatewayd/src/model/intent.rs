//! An intent: who wants a change, why, and on which condition.

use super::Call;
use super::Terms;

/// Who wants a change, why, and on which condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// The user name behind the change, or "file".
    pub actor: String,
    /// The tool it came through: "cli", "tui", "api" or "file".
    pub via: String,
    /// In the actor's words; empty when not told.
    pub reason: String,
    /// Apply only if the gateway is still at this revision.
    pub expected_revision: Option<u64>,
    /// Say what would happen and change nothing.
    pub validate_only: bool,
    /// Apply although a guard refuses; needs a reason.
    pub force: bool,
    /// The call it came by; absent for what the gateway does by itself or by its file.
    pub call: Option<Call>,
    /// For how long it holds, and what takes it back before.
    pub terms: Terms,
    /// Names this change, so that it is made once however often it is asked for; 1 to 64 characters.
    pub key: Option<String>,
    /// Apply although a pool is left with fewer servers than its least.
    pub allow_below_min: bool,
}
