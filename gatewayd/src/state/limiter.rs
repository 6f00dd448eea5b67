//! The limiter's store: who asked how often, in bounded memory, shared by all workers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Allowance;
use crate::policy::{Verdict, Window};

/// Locks are this many, so that two cores rarely want the same one at once.
const SHARDS: usize = 256;
/// How many entries of a full shard are looked at for the one to forget.
const LOOKED_AT: usize = 16;

/// Counts by key, at most as many as it was made for.
#[derive(Debug)]
pub struct Limiter {
    shards: Box<[Mutex<Shard>]>,
    keys_per_shard: usize,
    seed: u64,
}

/// How many keys of one limit the store holds and had to forget.
#[derive(Debug, Default)]
pub struct KeyTally {
    held: AtomicU64,
    evicted: AtomicU64,
}

type Shard = HashMap<u64, Entry, BuildHasherDefault<AsIs>>;

/// One key's count and the limit it belongs to.
#[derive(Debug)]
struct Entry {
    window: Window,
    tally: Arc<KeyTally>,
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64")
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl Limiter {
    /// A store for at most `keys` keys. `seed` is secret, so that nobody can choose keys that
    /// collide.
    #[must_use]
    pub fn new(keys: usize, seed: u64) -> Limiter {
        Limiter {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            keys_per_shard: keys.div_ceil(SHARDS).max(1),
            seed,
        }
    }

    /// The key of `bytes` under the limit whose own hash is `limit`.
    #[must_use]
    pub fn key(&self, limit: u64, bytes: &[u8]) -> u64 {
        xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.seed ^ limit)
    }

    /// Counts one request of `key` at `now_ms` (since the start of the process), or refuses it.
    #[must_use]
    pub fn admit(
        &self,
        key: u64,
        tally: &Arc<KeyTally>,
        allowance: Allowance,
        now_ms: u64,
    ) -> Verdict {
        // The map below uses the low bits.
        let mut shard = lock(&self.shards[(key >> 56) as usize % SHARDS]);
        if let Some(entry) = shard.get_mut(&key) {
            return entry.window.admit(now_ms, allowance);
        }
        if shard.len() >= self.keys_per_shard {
            forget_one(&mut shard, now_ms);
        }
        let mut window = Window::new(allowance, now_ms);
        let verdict = window.admit(now_ms, allowance);
        tally.held.fetch_add(1, Ordering::Relaxed);
        shard.insert(key, Entry { window, tally: Arc::clone(tally) });
        verdict
    }

    /// Lets go of keys that count nothing any more.
    pub fn sweep(&self, now_ms: u64) {
        for shard in &self.shards {
            lock(shard).retain(|_, entry| {
                let counts = entry.window.count(now_ms) > 0;
                if !counts {
                    entry.tally.held.fetch_sub(1, Ordering::Relaxed);
                }
                counts
            });
        }
    }
}

impl KeyTally {
    /// How many keys are held.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// How many keys were forgotten while they still counted.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }
}

/// Forgets the key that asked least of some: a spray forgets itself, a spent client stays.
fn forget_one(shard: &mut Shard, now_ms: u64) {
    let looked_at = shard.iter().take(LOOKED_AT);
    let least = looked_at.min_by_key(|(_, entry)| entry.window.count(now_ms)).map(|(key, _)| *key);
    let Some(entry) = least.and_then(|key| shard.remove(&key)) else { return };
    entry.tally.held.fetch_sub(1, Ordering::Relaxed);
    if entry.window.count(now_ms) > 0 {
        entry.tally.evicted.fetch_add(1, Ordering::Relaxed);
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance() -> Allowance {
        "3/minute".parse().unwrap()
    }

    fn admitted(verdict: Verdict) -> bool {
        matches!(verdict, Verdict::Admitted { .. })
    }

    #[test]
    fn each_key_has_its_own_allowance() {
        let (limiter, tally) = (Limiter::new(1000, 7), Arc::default());
        let (one, other) = (limiter.key(1, b"one"), limiter.key(1, b"other"));
        assert_ne!(one, limiter.key(2, b"one"), "limits do not share counts");
        let pass = |key| admitted(limiter.admit(key, &tally, allowance(), 0));
        let times = |key| (0..5).filter(|_| pass(key)).count();
        assert_eq!((times(one), times(other)), (3, 3));
        assert_eq!(tally.held(), 2);
    }

    #[test]
    fn a_spray_of_keys_forgets_itself_and_never_a_spent_client() {
        let (limiter, tally) = (Limiter::new(SHARDS * 8, 7), Arc::default());
        let spent = limiter.key(1, b"spent");
        (0..3).for_each(|_| assert!(admitted(limiter.admit(spent, &tally, allowance(), 0))));
        for number in 0..100_000_u32 {
            let key = limiter.key(1, &number.to_le_bytes());
            let verdict = limiter.admit(key, &tally, allowance(), 1);
            assert!(admitted(verdict), "an innocent is never refused");
        }
        assert!(!admitted(limiter.admit(spent, &tally, allowance(), 2)));
        assert!(tally.held() <= (SHARDS * 8) as u64);
        assert!(tally.evicted() > 90_000);
    }

    #[test]
    fn a_sweep_forgets_only_what_counts_nothing() {
        let (limiter, tally) = (Limiter::new(1000, 7), Arc::default());
        let _ = limiter.admit(1, &tally, allowance(), 0);
        let _ = limiter.admit(2, &tally, allowance(), 100_000);
        limiter.sweep(100_001);
        assert_eq!((tally.held(), tally.evicted()), (1, 0));
    }
}
