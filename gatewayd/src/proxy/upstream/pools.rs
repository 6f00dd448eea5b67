//! This worker's idle connections, by backend; the one that rested least is used first.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::net::{DialError, dial};
use crate::state::{LiveBackend, Table};

use super::super::worker::Worker;
use super::shelf::Spare;
use super::{Attempt, Carrier, ConnectError, Connection, Lease, Shelf};

/// How long a connection to a backend may take to come about.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Below what backends themselves allow.
pub(super) const LONGEST_IDLE_MS: u64 = 30_000;
pub(super) const LONGEST_LIFE_MS: u64 = 60 * 60 * 1000;
/// Of a worker's idle connections those are too many that nobody needed for so long.
const SURPLUS_AFTER_MS: u64 = 2000;
/// Idle connections kept for each backend.
const MOST_IDLE: usize = 1024;

/// Idle connections by the slot of their backend.
#[derive(Default)]
pub(in crate::proxy) struct Pools {
    idle: HashMap<u64, Vec<Connection>>,
}

impl Pools {
    /// Takes an idle connection that is still quiet.
    fn take(&mut self, slot: u64, now_ms: u64) -> Option<Connection> {
        let idle = self.idle.get_mut(&slot)?;
        while let Some(connection) = idle.pop() {
            if connection.is_fresh(now_ms) && connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection for the next request.
    pub(super) fn put(&mut self, slot: u64, connection: Connection) {
        let idle = self.idle.entry(slot).or_default();
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
    }

    /// Closes what is too old or was closed, and what belongs to backends gone from `table`.
    fn sweep(&mut self, table: &Table, now_ms: u64) {
        self.idle.retain(|slot, idle| {
            idle.retain(|connection| connection.is_fresh(now_ms) && connection.is_quiet());
            !idle.is_empty() && table.backends().any(|live| live.slot == *slot)
        });
    }

    /// Puts what nobody needed for a while on the shelf for other workers.
    ///
    /// Gives how many.
    fn share(&mut self, shelf: &Shelf, now_ms: u64) -> u64 {
        let mut shared = 0;
        for (slot, idle) in &mut self.idle {
            // Those that rested longest lie first.
            let needed =
                |it: &Connection| now_ms.saturating_sub(it.idle_since_ms()) < SURPLUS_AFTER_MS;
            let surplus = idle.iter().position(needed).unwrap_or(idle.len());
            for connection in idle.drain(..surplus) {
                // One that cannot be given up is closed.
                if let Ok(spare) = connection.give_up() {
                    shelf.put(*slot, spare);
                    shared += 1;
                }
            }
        }
        shared
    }

    /// Closes all.
    pub(in crate::proxy) fn clear(&mut self) {
        self.idle.clear();
    }
}

impl Connection {
    fn is_fresh(&self, now_ms: u64) -> bool {
        is_fresh(self.born_ms(), self.idle_since_ms(), now_ms)
    }
}

fn is_fresh(born_ms: u64, idle_since_ms: u64, now_ms: u64) -> bool {
    now_ms.saturating_sub(idle_since_ms) < LONGEST_IDLE_MS
        && now_ms.saturating_sub(born_ms) < LONGEST_LIFE_MS
}

impl Carrier for Connection {
    type Begun = Lease;

    async fn reach(
        worker: &Rc<Worker>,
        backend: &Arc<LiveBackend>,
        anew: bool,
    ) -> Result<Connection, Rc<ConnectError>> {
        if let Some(connection) = if anew { None } else { worker.idle(backend.slot) } {
            return Ok(connection);
        }
        worker.cells().connections_made.add(1);
        let mut stream = dial(backend.address, CONNECT_TIMEOUT).await;
        if matches!(stream, Err(DialError::Local { .. })) && worker.let_idle_go() {
            stream = dial(backend.address, CONNECT_TIMEOUT).await;
        }
        let stream = stream.map_err(|error| Rc::new(error.into()))?;
        Ok(Connection::new(stream, backend.connections.open(), worker.now_ms()))
    }

    fn is_kept(&self) -> bool {
        Connection::is_kept(self)
    }

    fn begin(self, attempt: Attempt) -> Lease {
        Lease::new(self, attempt)
    }
}

impl Worker {
    /// An idle connection to the backend at `slot`: this worker's own, or one that another worker
    /// did not need.
    fn idle(&self, slot: u64) -> Option<Connection> {
        let own = self.pools.borrow_mut().take(slot, self.now_ms());
        own.or_else(|| self.take_shared(slot))
    }

    fn take_shared(&self, slot: u64) -> Option<Connection> {
        let connection = Connection::adopt(self.shelf.as_ref()?.take(slot)?).ok()?;
        let fresh = connection.is_fresh(self.now_ms());
        self.cells().connections_taken.add(u64::from(fresh));
        fresh.then_some(connection)
    }

    /// Closes idle connections, because this process is short of something; says whether there were
    /// any.
    fn let_idle_go(&self) -> bool {
        let had_any = !self.pools.borrow().idle.is_empty();
        self.pools.borrow_mut().clear();
        let shared = self.shelf.as_ref().is_some_and(|shelf| shelf.clear());
        had_any || shared
    }

    /// Closes idle connections that are too old, were closed, or lead nowhere in `table`, and lets
    /// other workers have those that this one does not need.
    pub(in crate::proxy) fn sweep_pools(&self, table: &Table) {
        let now_ms = self.now_ms();
        self.http2.borrow_mut().sweep(table, now_ms);
        let mut pools = self.pools.borrow_mut();
        pools.sweep(table, now_ms);
        if let Some(shelf) = &self.shelf {
            let shared = pools.share(shelf, now_ms);
            self.cells().connections_shared.add(shared);
            shelf.retain(|slot, spare: &Spare| {
                is_fresh(spare.born_ms, spare.idle_since_ms, now_ms)
                    && table.backends().any(|live| live.slot == slot)
            });
        }
    }
}
