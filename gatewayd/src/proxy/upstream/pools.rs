//! This worker's idle connections, by backend; the one that rested least is used first.

use std::collections::HashMap;
use std::time::Duration;

use crate::net::{DialError, dial};
use crate::state::{LiveBackend, Table};

use super::super::worker::Worker;
use super::Connection;

/// How long a connection to a backend may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Below what backends themselves allow.
const LONGEST_IDLE_MS: u64 = 30_000;
const LONGEST_LIFE_MS: u64 = 60 * 60 * 1000;
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
            if is_fresh(&connection, now_ms) && connection.is_quiet() {
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
    pub(in crate::proxy) fn sweep(&mut self, table: &Table, now_ms: u64) {
        self.idle.retain(|slot, idle| {
            idle.retain(|connection| is_fresh(connection, now_ms) && connection.is_quiet());
            !idle.is_empty() && table.backends().any(|live| live.slot == *slot)
        });
    }

    /// Closes all.
    pub(in crate::proxy) fn clear(&mut self) {
        self.idle.clear();
    }
}

fn is_fresh(connection: &Connection, now_ms: u64) -> bool {
    now_ms.saturating_sub(connection.idle_since_ms()) < LONGEST_IDLE_MS
        && now_ms.saturating_sub(connection.born_ms()) < LONGEST_LIFE_MS
}

impl Worker {
    /// A connection to `backend`: an idle one, or a new one.
    pub(super) async fn connect(&self, backend: &LiveBackend) -> Result<Connection, DialError> {
        let idle = self.pools.borrow_mut().take(backend.slot, self.now_ms());
        match idle {
            Some(connection) => Ok(connection),
            None => self.connect_anew(backend).await,
        }
    }

    /// A new connection to `backend`.
    pub(super) async fn connect_anew(
        &self,
        backend: &LiveBackend,
    ) -> Result<Connection, DialError> {
        let stream = dial(backend.address, CONNECT_TIMEOUT).await?;
        Ok(Connection::new(stream, self.now_ms()))
    }
}
