//! A block: a network whose clients are refused, and what it refused.

/// A block and what it refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// The network.
    pub network: String,
    /// Who blocked it.
    pub owner: String,
    /// Why; empty when not told.
    pub reason: String,
    /// Since when, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// When it ends by itself, milliseconds since the Unix epoch.
    pub expires_ms: Option<i64>,
    /// Requests refused since the start of the gateway.
    pub hits_total: u64,
    /// What it goes back to when it ends; empty when its clients pass then.
    pub then: String,
}
