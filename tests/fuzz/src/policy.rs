//! The decisions that the codec asks for.

#[path = "../../../gatewayd/src/policy/host.rs"]
mod host;
#[path = "../../../gatewayd/src/policy/load_report/mod.rs"]
mod load_report;
#[path = "../../../gatewayd/src/policy/path.rs"]
mod path;

pub use host::{Host, host};
pub use load_report::{LoadReport, MalformedReport, load_report};
pub use path::canonical;
