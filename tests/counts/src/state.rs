//! The live memory that limits and watchers of traffic need.

#![allow(dead_code, missing_docs, unreachable_pub, unused_imports, reason = "borrowed")]

#[path = "../../../gatewayd/src/state/arrivals.rs"]
mod arrivals;
#[path = "../../../gatewayd/src/state/collapse.rs"]
mod collapse;
#[path = "../../../gatewayd/src/state/counters.rs"]
mod counters;
#[path = "../../../gatewayd/src/state/histogram.rs"]
mod histogram;
#[path = "../../../gatewayd/src/state/limiter/mod.rs"]
mod limiter;
#[path = "../../../gatewayd/src/state/rejections.rs"]
mod rejections;
#[path = "../../../gatewayd/src/state/traffic.rs"]
mod traffic;

pub use arrivals::Arrivals;
pub use collapse::CollapseCells;
pub use counters::{Cells, Counter, LimitCells, WorkerCells};
pub use histogram::Histogram;
pub use limiter::Limiter;
pub use rejections::Rejections;
pub use traffic::{Teller, Traffic};
