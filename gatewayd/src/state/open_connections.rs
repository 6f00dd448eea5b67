//! Open connections: how many there are to a backend, of all workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many are open; cheap to clone.
///
/// Workers share the count, since a connection may move from one to another. It changes when one is
/// made or closed, not with each request.
#[derive(Clone, Debug, Default)]
pub struct OpenConnections(Arc<AtomicU32>);

/// One that is open; its end is counted when this is dropped.
#[derive(Debug)]
pub struct OpenConnection(OpenConnections);

impl OpenConnections {
    /// One more.
    #[must_use]
    pub fn open(&self) -> OpenConnection {
        self.0.fetch_add(1, Ordering::Relaxed);
        OpenConnection(self.clone())
    }

    /// How many are open now.
    #[must_use]
    pub fn read(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_open_are_counted() {
        let connections = OpenConnections::default();
        let (one, _other) = (connections.open(), connections.open());
        assert_eq!(connections.read(), 2);
        drop(one);
        assert_eq!(connections.read(), 1);
    }
}
