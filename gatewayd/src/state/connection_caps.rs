//! Caps on client connections: so many in all, so many for each client.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Refusal;

/// Clients are counted in so many parts, so that workers that accept at once seldom meet.
const PARTS: usize = 64;
/// Of all connections, those above this part push out the ones that idle longest.
const CROWDED_PERCENT: u32 = 95;

/// What a client is counted by: the bytes of its address or network.
type Client = [u8; 16];

/// Counts the client connections of all workers.
#[derive(Debug)]
pub struct ConnectionCaps {
    most: u32,
    most_per_client: Option<NonZeroU32>,
    open: AtomicU32,
    clients: Box<[Mutex<HashMap<Client, u32>>]>,
}

/// A connection that was let in; its end is counted when this is dropped.
#[derive(Debug)]
pub struct Entered {
    caps: Arc<ConnectionCaps>,
    client: Option<Client>,
}

impl ConnectionCaps {
    /// Lets in so many connections in all, and of one client if that is limited.
    #[must_use]
    pub fn new(most: u32, most_per_client: Option<NonZeroU32>) -> ConnectionCaps {
        let clients = (0..PARTS).map(|_| Mutex::default()).collect();
        ConnectionCaps { most, most_per_client, open: AtomicU32::new(0), clients }
    }

    /// Lets a connection in. `client` is what it is counted by; `None` for proxies, which bring
    /// many clients.
    ///
    /// # Errors
    /// Which cap is reached.
    pub fn enter(self: &Arc<ConnectionCaps>, client: Option<Client>) -> Result<Entered, Refusal> {
        let before = self.open.fetch_add(1, Ordering::Relaxed);
        // Counted from here on: a refused one is dropped, which counts its end.
        let mut entered = Entered { caps: Arc::clone(self), client: None };
        if before >= self.most {
            return Err(Refusal::Connections);
        }
        if let (Some(client), Some(most)) = (client, self.most_per_client) {
            let mut clients = self.part_of(client);
            let open = clients.entry(client).or_insert(0);
            if *open >= most.get() {
                return Err(Refusal::ClientConnections);
            }
            *open += 1;
            entered.client = Some(client);
        }
        Ok(entered)
    }

    /// How many connections have to go so that new ones find room.
    #[must_use]
    pub fn crowding(&self) -> u32 {
        let bound = u64::from(self.most) * u64::from(CROWDED_PERCENT) / 100;
        self.open.load(Ordering::Relaxed).saturating_sub(bound as u32)
    }

    /// Connections open, of all workers.
    #[must_use]
    pub fn open(&self) -> u32 {
        self.open.load(Ordering::Relaxed)
    }

    fn part_of(&self, client: Client) -> MutexGuard<'_, HashMap<Client, u32>> {
        let part = crate::policy::hash_key(&client) as usize % PARTS;
        self.clients[part].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.caps.open.fetch_sub(1, Ordering::Relaxed);
        let Some(client) = self.client else { return };
        let mut clients = self.caps.part_of(client);
        if let Some(open) = clients.get_mut(&client) {
            *open -= 1;
            if *open == 0 {
                clients.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(most: u32, most_per_client: u32) -> Arc<ConnectionCaps> {
        Arc::new(ConnectionCaps::new(most, NonZeroU32::new(most_per_client)))
    }

    #[test]
    fn a_client_gets_so_many_and_one_more_for_each_that_it_closes() {
        let caps = caps(10, 2);
        let (one, other) = (Some([1; 16]), Some([2; 16]));
        let first = caps.enter(one).unwrap();
        let _second = caps.enter(one).unwrap();
        assert_eq!(caps.enter(one).unwrap_err(), Refusal::ClientConnections);
        caps.enter(other).unwrap();
        drop(first);
        caps.enter(one).unwrap();
        assert_eq!(caps.open(), 1);
    }

    #[test]
    fn all_together_get_so_many() {
        let caps = caps(2, 2);
        let _open = [caps.enter(Some([1; 16])).unwrap(), caps.enter(None).unwrap()];
        assert_eq!(caps.enter(Some([2; 16])).unwrap_err(), Refusal::Connections);
        assert_eq!(caps.open(), 2);
    }

    #[test]
    fn nobody_is_remembered_who_has_left() {
        let caps = caps(5000, 5000);
        let open: Vec<_> = (0..4000_u16)
            .map(|it| {
                let mut client = [0; 16];
                client[..2].copy_from_slice(&it.to_le_bytes());
                caps.enter(Some(client)).unwrap()
            })
            .collect();
        drop(open);
        assert!(caps.clients.iter().all(|part| part.lock().unwrap().is_empty()));
    }

    #[test]
    fn above_nineteen_twentieths_some_have_to_go() {
        let caps = caps(100, 0);
        let open: Vec<_> = (0..97).map(|_| caps.enter(None).unwrap()).collect();
        assert_eq!(caps.crowding(), 2);
        drop(open);
        assert_eq!(caps.crowding(), 0);
    }
}
