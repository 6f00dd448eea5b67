//! Places: everything of the machine that one gateway alone can have. All are taken before anything
//! runs, so that a second gateway is refused before it has touched what the first one does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::doors::Doors;
use super::hand_over::Estate;
use super::listeners::{self, Bound};
use crate::clock::Clock;
use crate::model::{self, Listener, Settings};
use crate::proxy::AccessLog;
use crate::state::{Journal, Past};
use crate::tasks;

/// Access log lines that may wait for the disk.
const LOG_ROOM: usize = 8192;

/// What was taken.
pub(super) struct Places {
    pub(super) journal: Journal,
    pub(super) past: Past,
    pub(super) bound: Bound,
    pub(super) metrics: Option<TcpListener>,
    pub(super) external_scaler: Option<TcpListener>,
    pub(super) doors: Doors,
    pub(super) log: Log,
    /// Of these, what another process can take over.
    pub(super) estate: Estate,
}

/// The access log, if there is one.
pub(super) struct Log {
    pub(super) lines: Option<AccessLog>,
    /// Lines that were not written.
    pub(super) dropped: Arc<AtomicU64>,
    /// Answers when the last line is written, once nobody can log any more.
    pub(super) written: Option<oneshot::Receiver<()>>,
}

impl Places {
    /// Takes what `settings` and `listeners` name, for so many workers; of what is inherited, what
    /// is still wanted.
    pub(super) async fn take(
        settings: &Settings,
        listeners: &[Listener],
        workers: usize,
        clock: Clock,
        mut inherited: Estate,
    ) -> anyhow::Result<Places> {
        let mut estate = Estate::default();
        let (journal, past) = Journal::open(&settings.state_dir)?;
        let both = (&mut inherited, &mut estate);
        let bound = listeners::bind(listeners, workers, &settings.state_dir, clock, both)?;
        let metrics = own_listener("metrics", settings.metrics, &mut inherited).await?;
        let scaler = settings.external_scaler;
        let external_scaler = own_listener("external_scaler", scaler, &mut inherited).await?;
        let doors = Doors::take(settings, clock, (&mut inherited, &mut estate)).await?;
        let log = Log::open(settings.access_log.as_ref()).context("access log")?;
        metrics.iter().try_for_each(|it| estate.keep("metrics", it))?;
        external_scaler.iter().try_for_each(|it| estate.keep("external_scaler", it))?;
        Ok(Places { journal, past, bound, metrics, external_scaler, doors, log, estate })
    }
}

impl Log {
    fn open(place: Option<&model::AccessLog>) -> std::io::Result<Log> {
        let dropped = Arc::default();
        let Some(place) = place else { return Ok(Log { lines: None, dropped, written: None }) };
        let (lines, receiver) = AccessLog::new(LOG_ROOM, Arc::clone(&dropped));
        let written = tasks::write_access_log(place, receiver, Arc::clone(&dropped))?;
        Ok(Log { lines: Some(lines), dropped, written: Some(written) })
    }
}

/// A listener on the address that `[admin]` gives as `key`, if it does.
pub(super) async fn own_listener(
    key: &str,
    address: Option<SocketAddr>,
    inherited: &mut Estate,
) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    let before = inherited.take(key).into_iter().map(std::net::TcpListener::from);
    let fits = |it: &std::net::TcpListener| it.local_addr().is_ok_and(|own| own == address);
    if let Some(listener) = before.into_iter().find(fits) {
        return Ok(Some(TcpListener::from_std(listener)?));
    }
    let bound = TcpListener::bind(address).await;
    bound.map(Some).with_context(|| format!("{key} on {address}; set admin.{key} to a free one"))
}
