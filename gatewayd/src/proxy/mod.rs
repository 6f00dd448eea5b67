//! Requests in flight: from a client's connection to a backend's and back.
//!
//! ```text
//!  worker ─ serve ─┬─ http1 ─┐                            ┌─ upstream: pools, answers
//!                  └─ http2 ─┴▶ decide: client ▸ route ▸ limits ▸ pool ─▶ pick ─┘
//!                                  └── reply (the gateway answers by itself)
//! ```
//! `http1` beside `serve` is the protocol as pure state machines; `serve` and `upstream` move the
//! bytes. Everything here belongs to one worker: no value is shared with another core but counters
//! that only their owner writes, the limiter's store, each backend's count in flight, and a shelf
//! of connections to backends that nobody needs.

mod account;
mod admission;
mod buffers;
mod date;
mod deadlines;
mod decide;
mod door;
mod field_name;
mod fields;
mod http1;
mod limits;
mod log;
mod peer;
mod pick;
mod pipe;
mod quota;
mod reply;
mod screen;
mod serve;
mod sessions;
mod story;
mod tunnel;
mod under_way;
mod upstream;
mod worker;

pub use buffers::MOST_PIPES;
pub use door::{Door, DoorKind};
pub use log::{AccessLog, Line};
pub use sessions::SessionKey;
pub use upstream::Shelf;
pub use worker::{Setup, run};
