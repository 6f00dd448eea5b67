//! The data plane's threads: one for each worker, pinned to a core where there are enough.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{Notify, watch};

use super::vital::Vital;
use crate::clock::Clock;
use crate::model::Phase;
use crate::proxy::{self, AccessLog, Door, SessionKey, Setup, Shelf};
use crate::state::{Cells, ConnectionCaps, Events, Limiter, Traffic, WorkerCells, Writer};

/// What all workers share.
pub(super) struct Shared {
    pub(super) clock: Clock,
    pub(super) writer: Writer,
    pub(super) cells: Arc<Cells<WorkerCells>>,
    pub(super) caps: Arc<ConnectionCaps>,
    pub(super) limiter: Arc<Limiter>,
    pub(super) accusations: Arc<Notify>,
    pub(super) log: Option<AccessLog>,
    pub(super) traffic: Traffic,
    pub(super) shows_queries: bool,
    pub(super) sessions: Arc<SessionKey>,
    pub(super) events: Events,
    pub(super) vital: Vital,
    pub(super) phase: watch::Receiver<Phase>,
}

/// Starts a worker for each set of doors.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn start(shared: &Shared, doors: Vec<Vec<Door>>) -> io::Result<Vec<JoinHandle<()>>> {
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    // Fewer workers than cores leave the choice of cores to the kernel, and so do more.
    let pinned = cores.len() == doors.len();
    let shelf = (doors.len() > 1).then(Arc::<Shelf>::default);
    let mut threads = Vec::new();
    for (index, doors) in doors.into_iter().enumerate() {
        let core = cores.get(index).copied().filter(|_| pinned);
        let setup = Setup {
            index,
            doors,
            clock: shared.clock,
            published: Arc::clone(shared.writer.published()),
            cells: Arc::clone(&shared.cells),
            caps: Arc::clone(&shared.caps),
            limiter: Arc::clone(&shared.limiter),
            accusations: Arc::clone(&shared.accusations),
            shelf: shelf.clone(),
            log: shared.log.clone(),
            traffic: shared.traffic.clone(),
            shows_queries: shared.shows_queries,
            sessions: Arc::clone(&shared.sessions),
            phase: shared.phase.clone(),
        };
        let vital = shared.vital.clone();
        let name = format!("worker-{index}");
        let thread = std::thread::Builder::new().name(name.clone());
        threads.push(thread.spawn(move || {
            if let Some(core) = core {
                // A core that cannot be had is no reason not to serve.
                core_affinity::set_for_current(core);
            }
            vital.work(&name, || proxy::run(setup));
        })?);
    }
    Ok(threads)
}
