//! The load a demo gateway makes for itself.

/// A new load for a demo gateway.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LoadEdit {
    /// Requests per second.
    Rps(f64),
    /// A factor on the present load.
    Factor(f64),
}

/// Controls of `gatewayd demo`; every other gateway answers FAILED_PRECONDITION.
///rvice Demo {
/// Changes how much load the demo makes.
///c SetLoad(SetLoadRequest) returns (Load);
///
///
/// A new load.
///ssage SetLoadRequest {
/// How it is told.
///eof load {
/// Requests per second, 0..=1000000.
///uble rps = 1;
/// A factor on the present load, above 0 and at most 1000.
///uble factor = 2;
///
///
///
/// The load the demo makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Load {
    /// Requests per second before the call.
    pub before_rps: f64,
    /// Requests per second from now on.
    pub rps: f64,
}
