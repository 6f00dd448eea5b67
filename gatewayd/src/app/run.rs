//! `gatewayd --config FILE`: a gateway from a file, until it is told to end.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::Context;
use rand::Rng;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;

use super::cli::Color;
use super::listeners::{self, Bound};
use super::reload::Reload;
use super::workers::{self, Shared};
use super::{check, signals, told};
use crate::admin::{self, Admin, AdminSocket, LoadKnob};
use crate::clock::Clock;
use crate::config;
use crate::model::{Configuration, EventKind, Settings, Severity};
use crate::proxy::{AccessLog, Phase};
use crate::state::{
    Cells, Events, HostFigures, Journal, Limiter, Observatory, Painter, Started, Writer,
};
use crate::tasks::{self, Publish};

/// Threads of the control plane.
const CONTROL_THREADS: usize = 2;
/// Access log lines that may wait for the disk.
const LOG_ROOM: usize = 8192;

/// Runs the gateway that the file at `path` describes.
pub(super) fn start(path: &Path) -> ExitCode {
    let configuration = match config::read(path) {
        Ok(configuration) => configuration,
        Err(diagnostics) => return check::refuse(&diagnostics, Color::Auto),
    };
    if let Err(wrong) = listeners::check_certificates(&configuration.gateway.listeners) {
        return check::refuse_certificates(path, &wrong);
    }
    told(run(configuration, Some(path), None))
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
    writer: Writer,
    events: Events,
    phase: watch::Sender<Phase>,
    workers: Vec<JoinHandle<()>>,
    admin: Admin,
    socket: AdminSocket,
    socket_listener: UnixListener,
}

impl Gateway {
    /// Takes every place it needs, then starts: what is taken is refused before anything runs.
    async fn bring_up(
        configuration: Configuration,
        load: Option<LoadKnob>,
    ) -> anyhow::Result<Gateway> {
        let Configuration { settings, gateway } = configuration;
        raise_descriptor_limit();
        let clock = Clock::start();
        let events = Events::new(clock);
        let (journal, past) = Journal::open(&settings.state_dir)?;
        if let Some((aside, why)) = &past.quarantined {
            let aside = aside.display();
            let what = format!("the journal could not be read ({why}); it is kept as {aside}");
            events.record(EventKind::Gateway, Severity::Error, "gateway", "gateway", &what);
        }
        let count = settings.workers.map_or_else(available_cores, NonZeroUsize::get);
        let bound = listeners::bind(&gateway.listeners, count, &settings.state_dir, clock)?;
        let metrics = match settings.metrics {
            None => None,
            Some(address) => Some(metrics_listener(address).await?),
        };
        let (socket, socket_listener) = AdminSocket::bind(&settings.socket)?;
        let (observatory, feed) = Observatory::new();
        let writer = Writer::start(Started {
            journal,
            past,
            workers: count,
            clock,
            events: events.clone(),
            observatory: observatory.clone(),
        })?;
        Reload::new(&writer, &events).apply(gateway).await?;

        let (phase, phases) = watch::channel(Phase::Running);
        let (log, log_dropped) = access_log(&settings)?;
        let shared = Shared {
            clock,
            writer: writer.clone(),
            cells: Arc::new(Cells::new(count)),
            limiter: Arc::new(Limiter::new(settings.limiter_keys.get(), rand::rng().random())),
            log,
            events: events.clone(),
            phase: phases,
        };
        let Bound { doors, views, watched } = bound;
        let (listeners, listeners_seen) = watch::channel(views);
        let (host, host_seen) = watch::channel(HostFigures::default());
        let publish = Publish {
            clock,
            writer: writer.clone(),
            cells: Arc::clone(&shared.cells),
            limiter: Arc::clone(&shared.limiter),
            host: host_seen,
            listeners: listeners_seen,
            log_dropped,
        };
        let painter = Painter::new(clock, &instance(), &host_name(), count);
        tokio::spawn(tasks::publish(publish, painter, feed));
        tokio::spawn(tasks::sample_host(host));
        tokio::spawn(tasks::probe(writer.clone(), events.clone(), clock));
        tokio::spawn(tasks::warm(writer.clone()));
        tokio::spawn(tasks::watch_certificates(watched, listeners, events.clone(), clock));
        if let Some(listener) = metrics {
            tokio::spawn(tasks::serve_metrics(listener, observatory.clone()));
        }
        let workers = workers::start(&shared, doors)?;
        let admin = Admin { writer: writer.clone(), observatory, events: events.clone(), load };
        Ok(Gateway { settings, writer, events, phase, workers, admin, socket, socket_listener })
    }

    /// Serves until a signal ends it and everything in flight is finished.
    async fn serve(self, path: Option<&Path>) -> anyhow::Result<()> {
        let (stop_admin, admin_stops) = tokio::sync::oneshot::channel::<()>();
        let over = async {
            // A dropped sender stops it as well.
            let _ = admin_stops.await;
        };
        let what = format!("serving, admin API on {}", self.settings.socket.display());
        let answering = tokio::spawn(admin::serve(self.admin, self.socket_listener, over));
        self.events.record(EventKind::Gateway, Severity::Info, "gateway", "gateway", &what);
        // Without systemd there is nobody to notify.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);

        let reload = Reload::new(&self.writer, &self.events);
        let finished = signals::follow(&self.phase, self.workers, path, &self.settings, reload);
        finished.await?;
        drop(stop_admin);
        answering.abort();
        drop(self.socket);
        Ok(())
    }
}

type Dropped = Box<dyn Fn() -> u64 + Send>;

fn access_log(settings: &Settings) -> anyhow::Result<(Option<AccessLog>, Dropped)> {
    let Some(place) = &settings.access_log else { return Ok((None, Box::new(|| 0))) };
    let (log, lines) = AccessLog::new(LOG_ROOM);
    tasks::write_access_log(place, lines).context("access log")?;
    let counted = log.clone();
    Ok((Some(log), Box::new(move || counted.dropped())))
}

async fn metrics_listener(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("metrics listener on {address}; set admin.metrics to a free one"))
}

fn available_cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Names this process; a new one after each start.
fn instance() -> String {
    format!("{:08x}", rand::rng().random::<u32>())
}

fn host_name() -> String {
    sysinfo::System::host_name().unwrap_or_else(|_| "gateway".to_owned())
}

/// As many descriptors as the system allows without asking: connections need them.
fn raise_descriptor_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised = getrlimit(Resource::RLIMIT_NOFILE)
        .and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of descriptors stays as it is");
    }
}
