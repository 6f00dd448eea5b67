//! The load a demo gateway makes for itself.

/// A new load for a demo gateway.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LoadEdit {
    /// Requests per second.
    Rps(f64),
    /// A factor on the present load.
    Factor(f64),
}

/// The load the demo makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Load {
    /// Requests per second before the call.
    pub before_rps: f64,
    /// Requests per second from now on.
    pub rps: f64,
}
