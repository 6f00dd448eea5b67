//! The dashboard and command line of gatewayd.

pub mod client;
pub mod commands;
pub mod config;
pub mod duration;
pub mod model;
pub mod output;
// One rule for what a terminal may be shown, in both programs.
#[path = "../../gatewayd/src/model/safe_text.rs"]
pub mod safe_text;
pub mod tui;
