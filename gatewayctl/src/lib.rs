//! The dashboard and command line of gatewayd.

pub mod client;
pub mod model;
