//! A check: something that was asserted of a gateway, and whether it is so.

/// Something that was asserted, and whether it is so.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What it was asserted of: `gateway`, `pool/api`, `backend/api-3`.
    pub target: String,
    /// What was asserted: `ready`, `min_healthy`, `p99_ms`, `error_ratio`, `rejected_per_s`.
    pub what: &'static str,
    /// Whether it is so.
    pub ok: bool,
    /// What was found, in the unit of `what`; absent when not known.
    pub value: Option<f64>,
    /// What it is held against, in the same unit; absent where that is no number.
    pub limit: Option<f64>,
    /// Both in words.
    pub sentence: String,
}
