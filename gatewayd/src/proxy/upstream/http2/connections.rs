//! This worker's connections of HTTP/2, by backend: the first one with room takes the next stream.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared, WeakShared};

use crate::state::{LiveBackend, Table};

use super::super::super::worker::Worker;
use super::super::ConnectError;
use super::Place;
use super::connection::Connection;

/// Connections that are tried for one stream before the backend is said to take none.
const DIALS: u32 = 3;

/// A connection on its way, which all who need one wait for together.
type Dialing = LocalBoxFuture<'static, Result<(), Rc<ConnectError>>>;

/// Connections by the slot of their backend.
#[derive(Default)]
pub(in crate::proxy) struct Connections {
    backends: HashMap<u64, Backend>,
}

/// The connections to one backend.
#[derive(Default)]
struct Backend {
    open: Vec<Connection>,
    dialing: Option<WeakShared<Dialing>>,
}

impl Connections {
    /// Closes what nobody uses or the backend has left, and what belongs to backends gone from
    /// `table`. Streams under way come to their end.
    pub(in crate::proxy) fn sweep(&mut self, table: &Table, now_ms: u64) {
        self.backends.retain(|slot, backend| {
            backend.forget_unusable(now_ms);
            backend.open.retain(|connection| !connection.is_idle_too_long(now_ms));
            let is_empty = backend.open.is_empty() && backend.dialing().is_none();
            !is_empty && table.backends().any(|live| live.slot == *slot)
        });
    }

    /// Begins no stream any more on what is open.
    pub(in crate::proxy) fn clear(&mut self) {
        self.backends.clear();
    }
}

impl Backend {
    fn forget_unusable(&mut self, now_ms: u64) {
        self.open.retain_mut(|connection| connection.is_usable(now_ms));
    }

    fn dialing(&self) -> Option<Shared<Dialing>> {
        self.dialing.as_ref()?.upgrade().filter(|dialing| dialing.peek().is_none())
    }
}

/// Room for one more stream to `backend`: on a connection that is there, or on a new one.
///
/// # Errors
/// When no connection comes about, or the backend takes no streams on it.
pub(super) async fn place(
    worker: &Rc<Worker>,
    backend: &Arc<LiveBackend>,
) -> Result<Place, Rc<ConnectError>> {
    let mut dialled = 0;
    loop {
        let dialing = {
            let connections = &mut *worker.http2.borrow_mut();
            let known = connections.backends.entry(backend.slot).or_default();
            known.forget_unusable(worker.now_ms());
            if let Some(place) = known.open.iter().find_map(Connection::place) {
                return Ok(place);
            }
            // Others were faster, the backend said goodbye at once, or it takes nobody.
            let takes_none = known.open.iter().all(|connection| connection.most_streams() == 0);
            if dialled >= DIALS && takes_none {
                return Err(Rc::new(ConnectError::NoStreams(backend.address)));
            }
            known.dialing().unwrap_or_else(|| {
                let dialing = dial(Rc::clone(worker), Arc::clone(backend)).boxed_local().shared();
                known.dialing = dialing.downgrade();
                dialing
            })
        };
        dialing.await?;
        dialled += 1;
    }
}

async fn dial(worker: Rc<Worker>, backend: Arc<LiveBackend>) -> Result<(), Rc<ConnectError>> {
    let connection = Connection::open(&worker, &backend).await?;
    let connections = &mut *worker.http2.borrow_mut();
    connections.backends.entry(backend.slot).or_default().open.push(connection);
    Ok(())
}
