//! The observatory: where the newest snapshot is, and where a fresh one can be asked for.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use crate::model::Snapshot;

/// How many may wait for a fresh snapshot; more wait for their place.
const WAITING: usize = 64;

/// Where snapshots are seen; cheap to clone.
#[derive(Clone, Debug)]
pub struct Observatory {
    latest: watch::Receiver<Option<Arc<Snapshot>>>,
    asks: mpsc::Sender<oneshot::Sender<Arc<Snapshot>>>,
}

/// Where the publisher puts snapshots. Newest wins: a slow watcher gets the newest, never a queue.
#[derive(Debug)]
pub struct Feed {
    /// The newest.
    pub latest: watch::Sender<Option<Arc<Snapshot>>>,
    /// Those who wait for a fresh one.
    pub asks: mpsc::Receiver<oneshot::Sender<Arc<Snapshot>>>,
}

impl Observatory {
    /// An observatory without a snapshot yet, and the way to feed it.
    #[must_use]
    pub fn new() -> (Observatory, Feed) {
        let (sender, latest) = watch::channel(None);
        let (asks, waiting) = mpsc::channel(WAITING);
        (Observatory { latest, asks }, Feed { latest: sender, asks: waiting })
    }

    /// A snapshot taken after this call began; `None` when the gateway is stopping.
    pub async fn fresh(&self) -> Option<Arc<Snapshot>> {
        let (answer, answered) = oneshot::channel();
        self.asks.send(answer).await.ok()?;
        answered.await.ok()
    }

    /// The newest snapshots as they come.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Option<Arc<Snapshot>>> {
        self.latest.clone()
    }

    /// The requests per second of each backend and the CPU use that it reports, as last published.
    #[must_use]
    pub fn figures(&self) -> HashMap<String, (f64, Option<f64>)> {
        let latest = self.latest.borrow();
        let backends = latest.iter().flat_map(|snapshot| &snapshot.backends);
        backends.map(|it| (it.name.to_string(), (it.rps, it.cpu_ratio))).collect()
    }

    /// The 99th percentiles in milliseconds of backends (`backend/app-1`) and pools (`pool/app`)
    /// that answered of late, and of all together (`gateway`), as last published.
    #[must_use]
    pub fn p99s_ms(&self) -> HashMap<String, f64> {
        let latest = self.latest.borrow();
        let Some(snapshot) = latest.as_ref() else { return HashMap::new() };
        let backends = snapshot.backends.iter();
        let backends = backends.map(|it| (format!("backend/{}", it.name), it.p99_ms));
        let pools = snapshot.pools.iter().map(|it| (format!("pool/{}", it.name), it.p99_ms));
        let all = [("gateway".to_owned(), snapshot.totals.p99_ms)];
        backends
            .chain(pools)
            .chain(all)
            .filter_map(|(name, p99_ms)| Some((name, p99_ms?)))
            .collect()
    }
}
