//! The shelf: idle connections of which their worker has too many, for any other worker to take
//! before it makes one.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::state::OpenConnection;

/// Connections kept for each backend.
const MOST: usize = 64;

/// Idle connections that belong to no worker, by the slot of their backend.
#[derive(Debug, Default)]
pub struct Shelf {
    spare: Mutex<HashMap<u64, Vec<Spare>>>,
}

/// An idle connection that belongs to no worker.
#[derive(Debug)]
pub(super) struct Spare {
    pub(super) stream: TcpStream,
    pub(super) born_ms: u64,
    pub(super) idle_since_ms: u64,
    pub(super) open: OpenConnection,
}

impl Shelf {
    /// Puts one there; it is closed when there are enough.
    pub(super) fn put(&self, slot: u64, spare: Spare) {
        let mut all = self.lock();
        let spares = all.entry(slot).or_default();
        if spares.len() < MOST {
            spares.push(spare);
        }
    }

    /// Takes the one that was put there last and is still quiet. Who finds another worker here
    /// makes a connection instead of waiting.
    pub(super) fn take(&self, slot: u64) -> Option<Spare> {
        let mut all = self.spare.try_lock().ok()?;
        let spares = all.get_mut(&slot)?;
        while let Some(spare) = spares.pop() {
            if spare.is_quiet() {
                return Some(spare);
            }
        }
        None
    }

    /// Closes all but those that `stays`, given the slot and the connection.
    pub(super) fn retain(&self, stays: impl Fn(u64, &Spare) -> bool) {
        self.lock().retain(|slot, spares| {
            spares.retain(|spare| stays(*slot, spare) && spare.is_quiet());
            !spares.is_empty()
        });
    }

    /// Closes all; says whether there were any.
    pub(super) fn clear(&self) -> bool {
        !std::mem::take(&mut *self.lock()).is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Vec<Spare>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spare {
    /// Whether nothing came, not even its end: it does not block.
    fn is_quiet(&self) -> bool {
        self.stream.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;
    use crate::state::OpenConnections;

    /// A quiet connection, and the backend's end of it.
    fn spare() -> (Spare, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        stream.set_nonblocking(true).unwrap();
        let backend = listener.accept().unwrap().0;
        (resting(stream), backend)
    }

    fn resting(stream: TcpStream) -> Spare {
        let open = OpenConnections::default().open();
        Spare { stream, born_ms: 0, idle_since_ms: 0, open }
    }

    fn port(spare: &Spare) -> u16 {
        spare.stream.local_addr().unwrap().port()
    }

    /// What the backend did has reached the other end, once a byte or the end can be read.
    fn arrived(spare: &Spare) -> TcpStream {
        let stream = spare.stream.try_clone().unwrap();
        stream.set_nonblocking(false).unwrap();
        let _ = stream.peek(&mut [0]);
        stream.set_nonblocking(true).unwrap();
        stream
    }

    #[test]
    fn what_is_taken_goes_to_the_backend_that_is_asked_for() {
        let shelf = Shelf::default();
        let ((one, _backend), (two, _other)) = (spare(), spare());
        let ports = (port(&one), port(&two));
        shelf.put(1, one);
        shelf.put(2, two);
        assert!(shelf.take(3).is_none());
        assert_eq!(shelf.take(2).as_ref().map(port), Some(ports.1));
        assert!(shelf.take(2).is_none(), "each is taken once");
        assert_eq!(shelf.take(1).as_ref().map(port), Some(ports.0));
    }

    #[test]
    fn what_was_closed_or_says_something_is_not_taken() {
        let shelf = Shelf::default();
        let (closed, backend) = spare();
        drop(backend);
        arrived(&closed);
        let (talks, mut backend) = spare();
        backend.write_all(b"HTTP/1.1 408 ").unwrap();
        arrived(&talks);
        shelf.put(1, closed);
        shelf.put(1, talks);
        assert!(shelf.take(1).is_none());
    }

    #[test]
    fn what_need_not_stay_is_closed_and_so_is_what_has_no_room() {
        let shelf = Shelf::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut backends = Vec::new();
        for _ in 0..MOST + 3 {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            stream.set_nonblocking(true).unwrap();
            backends.push(listener.accept().unwrap().0);
            shelf.put(1, resting(stream));
        }
        assert_eq!(shelf.lock()[&1].len(), MOST);
        shelf.retain(|slot, _| slot != 1);
        assert!(shelf.lock().is_empty());
    }
}
