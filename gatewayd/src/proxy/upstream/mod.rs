//! Upstream: this worker's connections to backends.

mod connection;
mod lease;
mod pools;

pub(super) use connection::{Connection, Failure};
pub(super) use lease::Lease;
pub(super) use pools::Pools;
