//! The watchers: the loops beside the data plane, started together.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rand::Rng;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::workers::Shared;
use crate::admin;
use crate::model::{EventKind, ListenerView, Severity};
use crate::state::{
    Audit, CertificateDesk, Certificates, Denials, Events, Feed, History, HostFigures, Observatory,
    Painter, Reloads, Scalers, Troubles,
};
use crate::tasks::{self, CertificateKeeper, Publish, Reverter, Watched};

/// What only the watchers need.
pub(super) struct Watchers {
    pub(super) watched: Vec<Watched>,
    pub(super) certificates: (Certificates, CertificateDesk),
    pub(super) listeners: Vec<ListenerView>,
    pub(super) metrics: Option<TcpListener>,
    pub(super) external_scaler: Option<TcpListener>,
    pub(super) scalers: Scalers,
    pub(super) denials: Denials,
    pub(super) reloads: Reloads,
    pub(super) log_dropped: Arc<AtomicU64>,
    pub(super) observatory: Observatory,
    pub(super) feed: Feed,
    pub(super) history: History,
    pub(super) troubles: Troubles,
    pub(super) audit: Audit,
}

impl Watchers {
    /// Starts all of them; they run for as long as the control plane does. Gives those who take
    /// calls.
    pub(super) fn start(self, shared: &Shared) -> Vec<AbortHandle> {
        let Shared { clock, writer, events, .. } = shared;
        let (certificates, desk) = self.certificates;
        let (host, host_seen) = watch::channel(HostFigures::default());
        let publish = Publish {
            clock: *clock,
            writer: writer.clone(),
            cells: Arc::clone(&shared.cells),
            limiter: Arc::clone(&shared.limiter),
            host: host_seen,
            listeners: self.listeners,
            certificates,
            access_log_dropped: self.log_dropped,
            log_dropped: super::logging::dropped,
            events: events.clone(),
            phase: shared.phase.clone(),
            history: self.history,
            troubles: self.troubles.clone(),
        };
        let workers = shared.cells.iter().count();
        let painter = Painter::new(*clock, &instance(), &host_name(), workers);
        tokio::spawn(tasks::publish(publish, painter, self.feed));
        tokio::spawn(tasks::sample_host(host));
        tokio::spawn(tasks::probe(writer.clone(), events.clone(), *clock));
        let accusations = Arc::clone(&shared.accusations);
        tokio::spawn(tasks::eject(writer.clone(), events.clone(), *clock, accusations));
        tokio::spawn(tasks::warm(writer.clone()));
        tokio::spawn(tasks::mend(self.troubles, writer.clone(), self.audit));
        let observatory = self.observatory.clone();
        tokio::spawn(tasks::watch_ramps(writer.clone(), observatory, *clock));
        tokio::spawn(tasks::drain(writer.clone(), events.clone(), *clock));
        tokio::spawn(tasks::expire(writer.clone(), events.clone(), *clock));
        tokio::spawn(tasks::revert(Reverter {
            writer: writer.clone(),
            events: events.clone(),
            clock: *clock,
            cells: Arc::clone(&shared.cells),
        }));
        tokio::spawn(tasks::keep_certificates(CertificateKeeper {
            watched: self.watched,
            desk,
            writer: writer.clone(),
            events: events.clone(),
            reloads: self.reloads.clone(),
            clock: *clock,
        }));
        let mut answering = Vec::new();
        if let Some(listener) = self.metrics {
            let serving = tasks::serve_metrics(
                listener,
                self.observatory,
                self.scalers.clone(),
                self.denials,
                self.reloads,
            );
            answering.push(tokio::spawn(serving).abort_handle());
        }
        if let Some(listener) = self.external_scaler {
            let advising = advise(self.scalers, listener, events.clone());
            answering.push(tokio::spawn(advising).abort_handle());
        }
        answering
    }
}

/// Tells KEDA what is wanted. Traffic goes on should that end, but not in silence.
async fn advise(scalers: Scalers, listener: TcpListener, events: Events) {
    if let Err(error) = admin::serve_external_scaler(scalers, listener).await {
        let what = format!("the external scaler has ended, restart to have it back: {error}");
        events.record(EventKind::Gateway, Severity::Error, "gateway", "gateway", &what);
    }
}

/// Names this process; a new one after each start.
fn instance() -> String {
    format!("{:08x}", rand::rng().random::<u32>())
}

fn host_name() -> String {
    sysinfo::System::host_name().unwrap_or_else(|_| "gateway".to_owned())
}
