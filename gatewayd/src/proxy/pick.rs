//! Which backend gets the request?

use std::net::IpAddr;
use std::rc::Rc;

use http::header::COOKIE;

use crate::model::HashKey;
use crate::policy;
use crate::state::{Flight, PoolTable};

use super::fields::FieldLines;
use super::worker::{Held, Worker};

/// A table is read anew this often when a gate was shut since it was read.
const LOOKS: usize = 3;

/// The number by which a request is hashed onto its pool; 0 where nothing is hashed.
pub(super) fn hash(pool: &PoolTable, client: IpAddr, path: &str, fields: &impl FieldLines) -> u64 {
    match &pool.hash_key {
        None => 0,
        Some(HashKey::ClientIp) => policy::hash_key(&policy::limit_prefix(client, 64)),
        Some(HashKey::Path) => policy::hash_key(path.as_bytes()),
        Some(HashKey::Header(name)) => {
            policy::hash_key(fields.lines(name).next().unwrap_or_default())
        }
        Some(HashKey::Cookie(name)) => {
            policy::hash_key(policy::cookie(fields.lines(&COOKIE), name).unwrap_or_default())
        }
    }
}

/// Picks a backend of the pool at `pool` in `table` and begins a request on it; never the one
/// whose slot is `except`. `None` when no backend takes requests, or those that do are full.
pub(super) fn pick(
    worker: &Worker,
    table: &Rc<Held>,
    pool: usize,
    hash: u64,
    except: Option<u64>,
) -> Option<Flight> {
    let mut table = Rc::clone(table);
    let mut pool = pool;
    let h2 = table.pools[pool].h2;
    for _ in 0..LOOKS {
        let candidates = &table.pools[pool];
        let index = worker.pick(candidates, pool, hash, except)?;
        if let Some(flight) = candidates.backends[index].enter(candidates.capacity.max_requests()) {
            return Some(flight);
        }
        // It filled up since, or was closed and there is a newer table. A request that is written for
        // one protocol does not go to a pool that changed to the other.
        let name = candidates.name.clone();
        table = worker.table();
        pool = table.pools.iter().position(|pool| pool.name == name && pool.h2 == h2)?;
    }
    None
}

/// Picks a backend of what `pool` is in the newest table.
pub(super) fn pick_newest(worker: &Worker, pool: &PoolTable, hash: u64) -> Option<Flight> {
    let table = worker.table();
    let same = |it: &PoolTable| it.name == pool.name && it.h2 == pool.h2;
    let pool = table.pools.iter().position(same)?;
    pick(worker, &table, pool, hash, None)
}
