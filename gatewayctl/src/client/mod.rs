//! The way to a gateway: the only module that knows the wire.

mod address;
mod audit;
mod calls;
mod certificates;
mod config;
mod connect;
mod convert;
mod edits;
mod error;
mod inquiry;
mod operations;
mod practice;
mod request;
mod scaler;
mod tls;
mod traffic;

pub use address::{Address, AddressError, HostPort};
pub use audit::{AuditPart, AuditParts, AuditRecords};
pub use calls::{Events, Pasts, Snapshots};
pub use connect::{CONNECT_TIMEOUT, Client, REQUEST_TIMEOUT};
pub use error::{Error, ErrorCode};
pub use operations::Progresses;
pub use tls::TlsFiles;
pub use traffic::Traffic;
