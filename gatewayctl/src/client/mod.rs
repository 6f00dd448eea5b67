//! The way to a gateway: the only module that knows the wire.

mod address;
mod calls;
mod config;
mod connect;
mod convert;
mod error;
mod inquiry;
mod request;
mod scaler;

pub use address::{Address, AddressError};
pub use calls::{Events, Pasts, Snapshots};
pub use connect::{CONNECT_TIMEOUT, Client, REQUEST_TIMEOUT};
pub use error::{Error, ErrorCode};
