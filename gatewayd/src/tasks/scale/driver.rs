//! A driver: starts and ends the servers of one pool, in whatever way it has.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::{BoxFuture, pending};

use crate::model::{Driver as Settings, Name};

/// Starts and ends the servers of one pool. A new way to do so is one type with this trait.
pub(super) trait Driver: Send {
    /// What it is able to do.
    fn capabilities(&self) -> Capabilities;

    /// Works as `settings` say from now on, with the servers it has; whether it can.
    fn adapt(&mut self, settings: &Settings) -> bool;

    /// Whether it may start and end servers from now on. While it may not it looks, keeps running
    /// what runs, and neither gives nor repeats an order.
    fn allow(&mut self, _allowed: bool) {}

    /// Does what is to be done between two looks; ends never. Cancel-safe.
    fn work(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(pending())
    }

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

    /// How many servers run on when it is dropped.
    fn leaves(&self) -> u32 {
        0
    }

    /// What went wrong since it was last asked, with orders it had accepted.
    fn troubles(&mut self) -> Vec<DriverError> {
        Vec::new()
    }
}

/// What a driver is able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// Which servers it ends.
    pub(super) victims: Victims,
    /// The most servers it can run; absent without a limit of its own.
    pub(super) room: Option<u32>,
}

/// Which servers a driver ends when it is told to end some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Victims {
    /// Exactly those it is told to.
    Exact,
    /// None: it cannot end any.
    None,
}

/// A server as its driver sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Instance {
    /// Its name.
    pub(super) name: Name,
    /// Where it listens; absent until that is known.
    pub(super) address: Option<SocketAddr>,
    /// How it is.
    pub(super) life: Life,
    /// The CPU it used since the last look, 0..=1 of its cores; absent when not known anew.
    pub(super) cpu_ratio: Option<f64>,
}

/// How a server is, as far as its driver can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It is ordered, and not there yet.
    Coming,
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
    /// What the servers are is not known yet: the first list is under way.
    #[error("its servers are not known yet")]
    NotYet,
    /// The servers cannot be listed.
    #[error("its servers cannot be listed: {0}")]
    List(String),
    /// A call that was to start servers failed; it is repeated.
    #[error("scale-out {servers} (order {key}) failed, again in {} s: {cause}", again.as_secs())]
    ScaleOut {
        /// How many there were to be.
        servers: u32,
        /// The order's idempotency key.
        key: String,
        /// When it is repeated.
        again: Duration,
        /// What went wrong.
        cause: String,
    },
    /// A call that was to end a server failed; it is repeated.
    #[error("terminate {id} (order {key}) failed, again in {} s: {cause}", again.as_secs())]
    Terminate {
        /// The server.
        id: Name,
        /// The order's idempotency key.
        key: String,
        /// When it is repeated.
        again: Duration,
        /// What went wrong.
        cause: String,
    },
    /// Somebody else scales this pool.
    #[error("this driver only advises")]
    OnlyAdvises,
}

impl DriverError {
    /// Whether it means that servers did not start.
    pub(super) fn is_failed_start(&self) -> bool {
        matches!(self, DriverError::Start { .. } | DriverError::ScaleOut { .. })
    }
}
