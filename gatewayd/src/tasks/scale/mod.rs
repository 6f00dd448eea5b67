//! The autoscaler: once a second each scaled pool is observed, decided about and acted on.
//!
//! ```text
//!  driver ─ instances ─┐
//!  table ─ live figures ┼─▶ sight ─▶ policy::scaling::tick ─▶ hand ─▶ driver, single writer
//!  desired gateway ─────┘                          └─▶ state::Scalers: decisions, with reasons
//! ```

mod advise;
mod driver;
mod exec;
mod hand;
mod pool;
mod process;
mod sight;
mod written;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::join_all;

use crate::clock::{Clock, every};
use crate::model::Name;
use crate::state::{Events, Scalers, Writer};

use pool::PoolScaler;

/// How often is decided.
const TICK: Duration = Duration::from_secs(1);

/// What the autoscaler works with.
#[derive(Clone, Debug)]
pub struct Scale {
    /// Where changes go, and where table and desired gateway are.
    pub writer: Writer,
    /// Where facts are told.
    pub events: Events,
    /// The process's clock.
    pub clock: Clock,
    /// Where decisions are shown.
    pub scalers: Scalers,
    /// Where drivers remember their servers.
    pub state_dir: PathBuf,
}

/// Scales every pool that is to be scaled, for as long as the process lives.
pub async fn scale(with: Scale) {
    let mut pools: BTreeMap<Name, PoolScaler> = BTreeMap::new();
    let mut ticks = every(TICK);
    loop {
        // Cancel-safe: a tick that is not taken is kept, and work goes on where it was.
        tokio::select! {
            _ = ticks.tick() => {}
            _ = join_all(pools.values_mut().map(PoolScaler::work)), if !pools.is_empty() => continue,
        }
        let desired = with.writer.desired();
        let scaled = |name: &Name| {
            desired.gateway.pool(name.as_str()).is_some_and(|pool| pool.autoscale.is_some())
        };
        for (_, unscaled) in pools.extract_if(.., |name, _| !scaled(name)) {
            unscaled.leave(&with);
        }
        with.scalers.retain(scaled);
        for pool in &desired.gateway.pools {
            if let Some(autoscale) = &pool.autoscale {
                let stays = pools.get_mut(&pool.name).is_some_and(|it| it.adapt(&autoscale.driver));
                if !stays {
                    // The one before lets go of its servers before the next one looks for them.
                    if let Some(before) = pools.remove(&pool.name) {
                        before.leave(&with);
                    }
                    let scaler = PoolScaler::new(&pool.name, &autoscale.driver, &with.state_dir);
                    pools.insert(pool.name.clone(), scaler);
                }
                if let Some(scaler) = pools.get_mut(&pool.name) {
                    scaler.tick(&with, pool, autoscale).await;
                }
            }
        }
    }
}
