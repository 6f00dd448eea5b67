//! The dashboard and command line of gatewayd.

pub mod client;
pub mod duration;
pub mod model;
pub mod safe_text;
