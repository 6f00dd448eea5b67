//! Brings a gateway up, and runs it until a signal ends it.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::Rng;
use tokio::net::UnixListener;
use tokio::sync::{oneshot, watch};
use tokio::task::AbortHandle;

use super::cli::Color;
use super::descriptors;
use super::listeners::{self, Bound};
use super::places::{Log, Places};
use super::reload::Reload;
use super::signals::Signals;
use super::watchers::Watchers;
use super::workers::{self, Shared};
use super::{check, told};
use crate::admin::{self, Admin, AdminSocket, LoadKnob};
use crate::clock::Clock;
use crate::config;
use crate::model::{Configuration, EventKind, Phase, Settings, Severity};
use crate::state::{
    Cells, ConnectionCaps, Events, Inquiry, Limiter, Observatory, Past, Scalers, Started, Writer,
};
use crate::tasks::{self, Scale};

/// Threads of the control plane.
const CONTROL_THREADS: usize = 2;
/// How long the last lines of the access log may take.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Runs the gateway that the file at `path` describes.
pub(super) fn start(path: &Path) -> ExitCode {
    match config::read(path, &listeners::check) {
        Ok(configuration) => told(run(configuration, Some(path), None)),
        Err(diagnostics) => check::refuse(&diagnostics, Color::Auto),
    }
}

/// Runs the gateway of `configuration` until a signal ends it. SIGHUP reads `path` again; `load`
/// is the knob of a demo.
pub(super) fn run(
    configuration: Configuration,
    path: Option<&Path>,
    load: Option<LoadKnob>,
) -> anyhow::Result<()> {
    let control = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("control")
        .enable_all()
        .build()?;
    let done = control.block_on(async {
        let gateway = Gateway::bring_up(configuration, load).await?;
        gateway.serve(path).await
    });
    // Whoever still watches is not waited for.
    control.shutdown_background();
    done
}

/// A gateway that was brought up.
struct Gateway {
    settings: Settings,
    signals: Signals,
    writer: Writer,
    events: Events,
    phase: watch::Sender<Phase>,
    workers: Vec<JoinHandle<()>>,
    scaling: tokio::task::JoinHandle<()>,
    admin: Admin,
    socket: AdminSocket,
    callers: UnixListener,
    log_written: Option<oneshot::Receiver<()>>,
}

impl Gateway {
    /// Takes every place it needs, then starts: the writer, the loops, the workers.
    async fn bring_up(
        configuration: Configuration,
        load: Option<LoadKnob>,
    ) -> anyhow::Result<Gateway> {
        let Configuration { settings, gateway } = configuration;
        let signals = Signals::take()?;
        let descriptors = descriptors::raise_limit();
        let clock = Clock::start();
        let events = Events::new(clock);
        let count = settings.workers.map_or_else(available_cores, NonZeroUsize::get);
        let places = Places::take(&settings, &gateway.listeners, count, clock).await?;
        let Places { journal, past, bound, metrics, external_scaler, socket, callers, log } =
            places;
        tell_quarantine(&past, &events);
        let (observatory, feed) = Observatory::new();
        let keys = settings.limiter_keys.get();
        let limiter = Arc::new(Limiter::new(keys, count, rand::rng().random()));
        let writer = Writer::start(Started {
            journal,
            past,
            limiter: Arc::clone(&limiter),
            clock,
            events: events.clone(),
            observatory: observatory.clone(),
        })?;
        Reload::new(&writer, &events).apply(gateway).await?;

        let (phase, phases) = watch::channel(Phase::Running);
        let Log { lines, dropped, written } = log;
        let shared = Shared {
            clock,
            writer: writer.clone(),
            cells: Arc::new(Cells::new(count)),
            caps: Arc::new(ConnectionCaps::new(
                descriptors::max_connections(&settings, descriptors, count),
                settings.max_connections_per_client,
            )),
            limiter,
            accusations: Arc::default(),
            log: lines,
            events: events.clone(),
            phase: phases,
        };
        let scalers = Scalers::new(clock);
        let Bound { doors, views, watched } = bound;
        let watchers = Watchers {
            certificates: watched,
            listeners: views,
            metrics,
            external_scaler,
            scalers: scalers.clone(),
            log_dropped: dropped,
            observatory: observatory.clone(),
            feed,
        };
        watchers.start(&shared);
        let workers = workers::start(&shared, doors)?;
        let scaling = tokio::spawn(tasks::scale(Scale {
            writer: writer.clone(),
            events: events.clone(),
            clock,
            scalers: scalers.clone(),
            state_dir: settings.state_dir.clone(),
        }));
        let (cells, limiter) = (Arc::clone(&shared.cells), Arc::clone(&shared.limiter));
        let inquiry = Inquiry { clock, cells, limiter };
        let admin = Admin {
            writer: writer.clone(),
            observatory,
            events: events.clone(),
            inquiry,
            scalers,
            load,
        };
        let log_written = written;
        Ok(Gateway {
            settings,
            signals,
            writer,
            events,
            phase,
            workers,
            scaling,
            admin,
            socket,
            callers,
            log_written,
        })
    }

    /// Serves until a signal ends it and everything in flight is finished.
    async fn serve(self, path: Option<&Path>) -> anyhow::Result<()> {
        let what = format!("serving, admin API on {}", self.settings.socket.display());
        let answering = answer(self.admin, self.callers, self.events.clone());
        self.events.record(EventKind::Gateway, Severity::Info, "gateway", "gateway", &what);
        // Without systemd there is nobody to notify.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);

        let reload = Reload::new(&self.writer, &self.events);
        self.signals.follow(&self.phase, self.workers, path, &self.settings, reload).await?;
        answering.abort();
        // Servers that are to end with the gateway do so when their driver goes.
        self.scaling.abort();
        let _ = self.scaling.await;
        drop(self.socket);
        if let Some(written) = self.log_written {
            // A reader that stalls is not waited for.
            let _ = tokio::time::timeout(LAST_LINES, written).await;
        }
        Ok(())
    }
}

/// Answers the `callers` of the admin API. Traffic goes on should that end, but not in silence.
fn answer(admin: Admin, callers: UnixListener, events: Events) -> AbortHandle {
    let answering = async move {
        if let Err(error) = admin::serve(admin, callers).await {
            let what = format!("the admin API has ended, restart to have it back: {error}");
            events.record(EventKind::Gateway, Severity::Error, "gateway", "gateway", &what);
        }
    };
    tokio::spawn(answering).abort_handle()
}

fn tell_quarantine(past: &Past, events: &Events) {
    if let Some((aside, why)) = &past.quarantined {
        let aside = aside.display();
        let what = format!("the journal could not be read ({why}); it is kept as {aside}");
        events.record(EventKind::Gateway, Severity::Error, "gateway", "gateway", &what);
    }
}

fn available_cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
