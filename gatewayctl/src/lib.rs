//! The dashboard and command line of gatewayd.

pub mod client;
pub mod commands;
pub mod config;
pub mod duration;
pub mod model;
pub mod output;
pub mod safe_text;
pub mod tui;
