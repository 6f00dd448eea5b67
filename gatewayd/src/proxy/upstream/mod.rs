//! Upstream: this worker's connections to backends, and the answers that come on them.

mod answer;
mod connection;
mod engage;
mod lease;
mod pools;
mod shelf;

pub(super) use answer::{Answer, Failure};
pub(super) use connection::{Connection, poll_fill};
pub(super) use engage::Search;
pub(super) use lease::Lease;
pub(super) use pools::Pools;
pub use shelf::Shelf;
