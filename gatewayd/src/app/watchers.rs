//! The watchers: the loops beside the data plane, started together.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::FutureExt;
use rand::Rng;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::workers::Shared;
use crate::admin;
use crate::model::ListenerView;
use crate::state::{
    Audit, CertificateDesk, Certificates, Denials, Feed, History, HostFigures, Observatory,
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
        let Shared { clock, writer, events, vital, .. } = shared;
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
        let (own, audit) = (writer.clone(), self.audit.clone());
        vital.keep("the writer", async move { own.ended().await });
        vital.keep("the audit log", async move { audit.ended().await });
        vital.keep("the publisher", tasks::publish(publish, painter, self.feed));
        vital.beside("sampling the host", tasks::sample_host(host).map(Ok::<_, Infallible>));
        vital.keep("the prober", tasks::probe(writer.clone(), events.clone(), *clock));
        let accusations = Arc::clone(&shared.accusations);
        let ejecting = tasks::eject(writer.clone(), events.clone(), *clock, accusations);
        vital.keep("ejection", ejecting);
        vital.keep("slow start", tasks::warm(writer.clone()));
        vital.keep("mending", tasks::mend(self.troubles, writer.clone(), self.audit));
        let observatory = self.observatory.clone();
        vital.keep("watching ramps", tasks::watch_ramps(writer.clone(), observatory, *clock));
        vital.keep("draining", tasks::drain(writer.clone(), events.clone(), *clock));
        vital.keep("expiry", tasks::expire(writer.clone(), events.clone(), *clock));
        let reverter = Reverter {
            writer: writer.clone(),
            events: events.clone(),
            clock: *clock,
            cells: Arc::clone(&shared.cells),
        };
        vital.keep("taking back", tasks::revert(reverter));
        let keeper = CertificateKeeper {
            watched: self.watched,
            desk,
            writer: writer.clone(),
            events: events.clone(),
            reloads: self.reloads.clone(),
            clock: *clock,
        };
        vital.keep("the keeper of certificates", tasks::keep_certificates(keeper));
        let mut answering = Vec::new();
        if let Some(listener) = self.metrics {
            let serving = tasks::serve_metrics(
                listener,
                self.observatory,
                self.scalers.clone(),
                self.denials,
                self.reloads,
            );
            let serving = vital.beside("the metrics listener", serving.map(Ok::<_, Infallible>));
            answering.push(serving.abort_handle());
        }
        if let Some(listener) = self.external_scaler {
            let advising = admin::serve_external_scaler(self.scalers, listener);
            answering.push(vital.beside("the external scaler", advising).abort_handle());
        }
        answering
    }
}

/// Names this process; a new one after each start.
fn instance() -> String {
    format!("{:08x}", rand::rng().random::<u32>())
}

fn host_name() -> String {
    sysinfo::System::host_name().unwrap_or_else(|_| "gateway".to_owned())
}
