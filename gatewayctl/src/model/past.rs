//! The past of a figure: what it was, step by step, as the gateway remembers it.

/// One figure of one thing, step by step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// The thing: "gateway", "pool/app", "backend/app-1", "limit/create-per-ip".
    pub target: String,
    /// The figure: "rps", "p99_ms" and so on.
    pub figure: String,
    /// How long a step is, in milliseconds.
    pub step_ms: i64,
    /// When the first step began, milliseconds since the Unix epoch.
    pub first_ms: i64,
    /// The greatest value in each step, oldest first; not a number where nothing is known.
    pub maxima: Vec<f32>,
}
