//! A driver: starts and ends the servers of one pool, in whatever way it has.

use std::net::SocketAddr;

use futures_util::future::BoxFuture;

use crate::model::{Driver as Settings, Name};

/// Starts and ends the servers of one pool. A new way to do so is one type with this trait.
pub(super) trait Driver: Send {
    /// What it is able to do.
    fn capabilities(&self) -> Capabilities;

    /// Works as `settings` say from now on, with the servers it has; whether it can.
    fn adapt(&mut self, settings: &Settings) -> bool;

    /// The servers there are, those that end included.
    fn observe(&mut self) -> BoxFuture<'_, Result<Vec<Instance>, DriverError>>;

    /// Starts `count` more servers, none of them called as one of `taken`.
    fn scale_out<'a>(
        &'a mut self,
        count: u32,
        taken: &'a [Name],
    ) -> BoxFuture<'a, Result<(), DriverError>>;

    /// Ends these servers; they take no requests any more. Returns before they are gone.
    fn terminate<'a>(&'a mut self, names: &'a [Name]) -> BoxFuture<'a, Result<(), DriverError>>;
}

/// What a driver is able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// Whether it ends exactly the servers it is told to.
    pub(super) ends_exact: bool,
    /// The most servers it can run; absent without a limit of its own.
    pub(super) room: Option<u32>,
}

/// A server as its driver sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instance {
    /// Its name.
    pub(super) name: Name,
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// How it is.
    pub(super) life: Life,
}

/// How a server is, as far as its driver can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It runs.
    Running,
    /// It ended by itself and is started again later; how it ended.
    Away(String),
    /// It was told to end.
    Ending,
}

/// Why a driver could not do what it was told.
#[derive(Debug, thiserror::Error)]
pub(super) enum DriverError {
    /// Nothing came of a start.
    #[error("{name} did not start: {cause}")]
    Start {
        /// The server.
        name: Name,
        /// What the system says.
        cause: String,
    },
    /// All ports are in use.
    #[error("no port of {0} is free")]
    NoPort(String),
    /// What it remembers of its servers cannot be written.
    #[error("{path}: {cause}")]
    Record {
        /// The file.
        path: String,
        /// What the system says.
        cause: String,
    },
    /// Somebody else scales this pool.
    #[error("this driver only advises")]
    OnlyAdvises,
}
