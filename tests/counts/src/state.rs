//! The live memory that limits need.

#![allow(dead_code, missing_docs, unreachable_pub, unused_imports, reason = "borrowed")]

#[path = "../../../gatewayd/src/state/counters.rs"]
mod counters;
#[path = "../../../gatewayd/src/state/histogram.rs"]
mod histogram;
#[path = "../../../gatewayd/src/state/limiter/mod.rs"]
mod limiter;

pub use counters::{Cells, Counter, LimitCells};
pub use histogram::Histogram;
pub use limiter::Limiter;
