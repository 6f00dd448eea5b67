//! Upstream: this worker's connections to backends, and the answers that come on them.
//!
//! An attempt on a backend of HTTP/1.1 is a [`Lease`]: it has a connection for itself. One on a
//! backend of HTTP/2 is an [`http2::Stream`]: it shares its connection with others.

mod answer;
mod attempt;
mod carrier;
mod connection;
mod engage;
pub(super) mod http2;
mod lease;
mod pools;
mod shelf;

pub(super) use answer::{Answer, Failure};
pub(super) use attempt::Attempt;
pub(super) use carrier::Carrier;
use carrier::ConnectError;
pub(super) use connection::{Connection, poll_fill};
pub(super) use engage::{CameTo, Search};
pub(super) use lease::Lease;
pub(super) use pools::Pools;
pub use shelf::Shelf;
