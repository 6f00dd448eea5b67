//! Brings a gateway up, and runs it until a signal ends it.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::{FutureExt, future};
use rand::Rng;
use tokio::sync::{oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::cli::Color;
use super::descriptors;
use super::doors::Doors;
use super::hand_over::{Estate, Inheritance, Predecessor, Scaling};
use super::listeners::{self, Bound};
use super::places::{Log, Places};
use super::signals::Signals;
use super::vital::{Losses, Vital};
use super::watchers::Watchers;
use super::workers::{self, Shared};
use super::{check, session_key, told};
use crate::admin::{Admin, Playground};
use crate::clock::Clock;
use crate::config;
use crate::model::{Change, Configuration, EventKind, Intent, Phase, Settings, Severity};
use crate::state::{
    Audit, Cells, Certificates, ConfigFile, ConnectionCaps, Denials, Events, History, Inquiry,
    Limiter, Observatory, Past, Prober, Reloads, Scalers, Started, Traffic, Troubles, Writer,
};
use crate::tasks::{ConfigKeeper, Scale, keep_config, try_addresses};

/// Threads of the control plane.
const CONTROL_THREADS: usize = 2;
/// How long the autoscaler may take to let go of its servers.
const LAST_MOMENT: Duration = Duration::from_secs(2);
/// How long the last lines of the access log may take.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Runs the gateway that the file at `path` describes, in the place of another process if it is to
/// `take_over`.
pub(super) fn start(path: &Path, take_over: bool) -> ExitCode {
    match config::read(path, &listeners::check) {
        Ok(configuration) => {
            told(run(configuration, Source { path: Some(path), take_over, demo: None }))
        }
        Err(diagnostics) => check::refuse(&diagnostics, Color::Auto),
    }
}

/// Where a gateway comes from.
#[derive(Default)]
pub(super) struct Source<'a> {
    /// What SIGHUP reads again; a demo has none.
    pub(super) path: Option<&'a Path>,
    /// Whether it takes the place of the process that started it.
    pub(super) take_over: bool,
    /// What can be practised on, of a demo.
    pub(super) demo: Option<Playground>,
}

/// Runs the gateway of `configuration` until a signal ends it.
pub(super) fn run(configuration: Configuration, source: Source<'_>) -> anyhow::Result<()> {
    let control = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("control")
        .enable_all()
        .build()?;
    let Source { path, take_over, demo } = source;
    let done = control.block_on(async {
        let gateway = Gateway::bring_up(configuration, path, take_over, demo).await?;
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
    file: ConfigFile,
    events: Events,
    phase: watch::Sender<Phase>,
    vital: Vital,
    losses: Losses,
    workers: Vec<JoinHandle<()>>,
    predecessor: Predecessor,
    inheritance: Option<Inheritance>,
    admin: Admin,
    doors: Doors,
    log_written: Option<future::Shared<oneshot::Receiver<()>>>,
}

impl Gateway {
    /// Takes every place it needs, then starts: the writer, the loops, the workers.
    async fn bring_up(
        configuration: Configuration,
        path: Option<&Path>,
        take_over: bool,
        demo: Option<Playground>,
    ) -> anyhow::Result<Gateway> {
        let Configuration { settings, gateway } = configuration;
        // Before a new one is at its place.
        let program = std::env::current_exe();
        let signals = Signals::take()?;
        let descriptors = descriptors::raise_limit();
        let (inherited, mut inheritance) = match take_over {
            true => Inheritance::take().map(|(estate, rest)| (estate, Some(rest)))?,
            false => (Estate::default(), None),
        };
        let clock = inheritance.as_ref().map_or_else(Clock::start, Inheritance::clock);
        let events = Events::new(clock);
        let (vital, losses) = Vital::new(events.clone());
        let count = settings.workers.map_or_else(available_cores, NonZeroUsize::get);
        let places = Places::take(&settings, &gateway.listeners, count, clock, inherited).await?;
        let Places { journal, past, bound, metrics, external_scaler, mut doors, log, estate } =
            places;
        let revision = past.desired.as_ref().map(|desired| desired.revision);
        let troubles = Troubles::new(&settings.state_dir, clock);
        let tells = (events.clone(), troubles.clone());
        let audit = Audit::start(&settings.state_dir, revision, clock, tells)?;
        let (denials, reloads) = (Denials::default(), Reloads::new(clock));
        tell_quarantine(&past, &events);
        let (observatory, feed) = Observatory::new();
        let keys = settings.limiter_keys.get();
        let seed = inheritance.as_ref().map_or_else(|| rand::rng().random(), Inheritance::seed);
        let limiter = Arc::new(Limiter::new(keys, count, seed));
        let cells = Arc::new(Cells::new(count));
        let inquiry = Inquiry { clock, cells: Arc::clone(&cells), limiter: Arc::clone(&limiter) };
        let writer = Writer::start(Started {
            journal,
            audit: audit.clone(),
            past,
            undo_window: settings.undo_window,
            limiter: Arc::clone(&limiter),
            clock,
            events: events.clone(),
            troubles: troubles.clone(),
            observatory: observatory.clone(),
            inquiry: inquiry.clone(),
        })?;
        let by = || "file".to_owned();
        let intent = Intent { actor: by(), via: by(), ..Intent::default() };
        writer.submit(Change::ApplyFile(Box::new(gateway)), intent).await?;
        if let Some(inheritance) = &inheritance {
            inheritance.vouch(&writer).await;
        }

        let (phase, phases) = watch::channel(Phase::Running);
        let traffic = Traffic::new(count, clock);
        let Log { lines, dropped, written } = log;
        let shared = Shared {
            clock,
            writer: writer.clone(),
            cells,
            caps: Arc::new(ConnectionCaps::new(
                descriptors::max_connections(&settings, descriptors, count),
                settings.max_connections_per_client,
            )),
            limiter,
            accusations: Arc::default(),
            log: lines,
            traffic: traffic.clone(),
            shows_queries: settings.show_queries,
            sessions: Arc::new(session_key::keep(&settings.state_dir, &events)),
            events: events.clone(),
            vital: vital.clone(),
            phase: phases,
        };
        let (scalers, history) = (Scalers::new(clock), History::default());
        let Bound { doors: of_workers, views, mut watched } = bound;
        watched.extend(doors.watched.take());
        let (certificates, desk) = Certificates::new();
        let watchers = Watchers {
            watched,
            certificates: (certificates.clone(), desk),
            listeners: views,
            metrics,
            external_scaler,
            scalers: scalers.clone(),
            denials: denials.clone(),
            troubles,
            audit: audit.clone(),
            reloads: reloads.clone(),
            log_dropped: dropped,
            observatory: observatory.clone(),
            feed,
            history: history.clone(),
        };
        if let Some(inheritance) = &mut inheritance {
            count_on(inheritance, &shared)?;
        }
        let answering = watchers.start(&shared);
        let workers = workers::start(&shared, of_workers)?;
        let scale = Scale {
            writer: writer.clone(),
            events: events.clone(),
            clock,
            scalers: scalers.clone(),
            state_dir: settings.state_dir.clone(),
        };
        let scaling = Scaling::begin(scale, &vital);
        let predecessor = Predecessor {
            program,
            estate,
            writer: writer.clone(),
            limiter: Arc::clone(&shared.limiter),
            clock,
            events: events.clone(),
            scaling,
            answering,
        };
        let (file, orders) = ConfigFile::new();
        let keeper = ConfigKeeper {
            path: path.map(Path::to_owned),
            settings: settings.clone(),
            check: listeners::check,
            writer: writer.clone(),
            audit: audit.clone(),
            events: events.clone(),
            reloads,
        };
        vital.keep("the keeper of the file", keep_config(keeper, orders));
        let (prober, addresses) = Prober::new();
        vital.keep("trying addresses", try_addresses(addresses));
        let admin = Admin {
            access: Arc::new(settings.access.clone()),
            audit,
            denials,
            writer,
            file: file.clone(),
            observatory,
            events: events.clone(),
            history,
            traffic,
            inquiry,
            certificates,
            scalers,
            prober,
            demo,
        };
        let log_written = written.map(FutureExt::shared);
        if let Some(written) = log_written.clone() {
            vital.beside("the access log", written);
        }
        Ok(Gateway {
            settings,
            signals,
            file,
            events,
            phase,
            vital,
            losses,
            workers,
            predecessor,
            inheritance,
            admin,
            doors,
            log_written,
        })
    }

    /// Serves until a signal ends it and everything in flight is finished.
    async fn serve(self, path: Option<&Path>) -> anyhow::Result<()> {
        let mut what = format!("serving, admin API on {}", self.settings.socket.display());
        if let Some(tcp) = &self.settings.admin_tcp {
            what += &format!(" and https://{}", tcp.address);
        }
        let (sockets, answering) = self.doors.open(&self.admin, &self.vital);
        let mut predecessor = self.predecessor;
        predecessor.answering.extend(answering.iter().cloned());
        self.events.record(EventKind::Gateway, Severity::Info, "gateway", "gateway", &what);
        // Without systemd there is nobody to notify.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        if let Some(inheritance) = self.inheritance {
            inheritance.serving()?;
        }

        let Gateway { signals, phase, workers, losses, file, .. } = self;
        let handed_over =
            signals.follow(&phase, workers, losses, path, &file, &mut predecessor).await;
        answering.iter().for_each(AbortHandle::abort);
        // Servers that are to end with the gateway do so when their driver goes.
        if timeout(LAST_MOMENT, predecessor.scaling.stop()).await.is_err() {
            tracing::warn!("the autoscaler does not end; it is not waited for");
        }
        for socket in sockets {
            match handed_over {
                Ok(true) => socket.leave(),
                Ok(false) | Err(_) => drop(socket),
            }
        }
        handed_over?;
        if let Some(written) = self.log_written {
            // A reader that stalls is not waited for.
            let _ = timeout(LAST_LINES, written).await;
        }
        Ok(())
    }
}

/// Lets limits go on from what the earlier process counted.
fn count_on(inheritance: &mut Inheritance, shared: &Shared) -> anyhow::Result<()> {
    if let Err(why) = inheritance.count_on(&shared.limiter)? {
        let what = format!("limits begin anew, as after a restart: {why}");
        shared.events.record(EventKind::Limit, Severity::Warn, "gateway", "gateway", &what);
    }
    Ok(())
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
