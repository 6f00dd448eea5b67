//! Requests in flight: from a client's connection to a backend's and back.
//!
//! ```text
//!  worker ─ accept ─ serve ─▶ request: screen ▸ route ▸ limit ─▶ exchange: pick ▸ upstream ▸ relay
//!                                └──────── reply (the gateway answers by itself) ◀──┘
//! ```
//! Everything here belongs to one worker: no value is shared with another core but counters that
//! only their owner writes, the limiter's store, and each backend's count of requests in flight.

mod account;
mod body;
mod door;
mod exchange;
mod field_name;
mod fields;
#[allow(dead_code, unused_imports, reason = "the relay that drives it is not here yet")]
mod http1;
mod limits;
mod log;
mod pick;
mod reply;
mod request;
mod screen;
mod serve;
mod tunnel;
mod upstream;
mod worker;

pub use door::{Door, DoorKind};
pub use log::{AccessLog, Line};
pub use worker::{Phase, Setup, run};
