//! The simulator: what would a load do to a fleet? Answered in virtual time by the policies of production.
//!
//! ```text
//!  scenario ─▶ engine: crowd ─▶ limiter ─▶ balancer ─▶ machines      report: table, JSON, SVG
//!   (TOML)       │       checkups, slow start, faults          ─▶      ▲
//!                └─ each second: policy ─▶ step                        │
//!                   checkers: at every step ───────────────────────────┘
//! ```
//! Nothing here waits, and nothing reads a clock: the same scenario and seed give the same bytes.

mod checkers;
mod command;
mod crowd;
mod engine;
mod histogram;
mod limiter;
mod machine;
mod policies;
mod progress;
mod report;
mod request;
mod run;
mod scenario;
mod server;
mod tally;

pub use command::{Format, Refused, SimulateArgs, simulate};

#[cfg(test)]
mod tests;
