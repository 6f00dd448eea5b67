//! The predecessor: starts a successor, leaves it everything, and goes on should it fail.

use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::process::{Child, Command};
use tokio::task::{AbortHandle, JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::{COUNTS, Estate, FORMAT, PATIENCE, READY, SERVING, START_PATIENCE, Vouched, Will};
use crate::app::vital::Vital;
use crate::clock::Clock;
use crate::model::{Driver, EventKind, Health, Severity};
use crate::net::Channel;
use crate::state::{Events, Limiter, Writer};
use crate::tasks::{self, Scale};

/// How long a process that closed its end may take to end.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// A gateway that can hand over.
pub(in crate::app) struct Predecessor {
    /// What its successor is: the file this program was started from, whatever is there now.
    pub(in crate::app) program: std::io::Result<PathBuf>,
    pub(in crate::app) estate: Estate,
    pub(in crate::app) writer: Writer,
    pub(in crate::app) limiter: Arc<Limiter>,
    pub(in crate::app) clock: Clock,
    pub(in crate::app) events: Events,
    pub(in crate::app) scaling: Scaling,
    /// Those who take calls of operators, scrapers and others.
    pub(in crate::app) answering: Vec<AbortHandle>,
}

/// The autoscaler, which two processes must never be at once.
pub(in crate::app) struct Scaling {
    with: Scale,
    vital: Vital,
    task: JoinHandle<()>,
}

/// A successor that was started; it ends with this.
struct Successor(Option<Child>);

impl Predecessor {
    /// Hands over to the program as it is on the disk now, with the file at `path`. Tells whether
    /// that came about; what is left then is to finish what is in flight.
    pub(in crate::app) async fn hand_over(&mut self, path: Option<&Path>) -> bool {
        let outcome = match path {
            Some(path) => self.start_and_leave(path).await,
            None => Err(anyhow::anyhow!("a demo has no file that another process could read")),
        };
        let (severity, what) = match &outcome {
            Ok(pid) => (Severity::Info, format!("process {pid} has taken over; this one ends")),
            Err(why) => {
                (Severity::Error, format!("not handed over, this process goes on: {why:#}"))
            }
        };
        self.events.record(EventKind::Gateway, severity, "gateway", "gateway", &what);
        if let Ok(pid) = outcome {
            self.answering.iter().for_each(AbortHandle::abort);
            // Without systemd there is nobody to notify.
            let _ = sd_notify::notify(&[sd_notify::NotifyState::MainPid(pid)]);
        }
        outcome.is_ok()
    }

    /// Gives the process id of the successor that serves.
    async fn start_and_leave(&mut self, path: &Path) -> anyhow::Result<u32> {
        self.refuse_to_end_servers()?;
        let (channel, theirs) = Channel::open()?;
        channel.wait_at_most(PATIENCE)?;
        let program = self.program.as_ref().map_err(|why| anyhow::anyhow!("{why}"))?;
        let mut command = Command::new(program);
        command.arg("--config").arg(path).arg("--take-over").stdin(theirs);
        let child =
            command.spawn().with_context(|| format!("{} does not start", program.display()));
        // The other end is the successor's alone, so that its end shows.
        drop(command);
        let mut successor = Successor(Some(child?));
        let channel = successor.heard(channel, READY).await?;
        self.scaling.stop().await;
        self.writer.leave_journal().await;
        match self.leave(&mut successor, channel).await {
            Ok(()) => Ok(successor.let_go()),
            Err(why) => {
                drop(successor);
                self.writer.take_journal_back().await;
                self.scaling.start();
                Err(why)
            }
        }
    }

    /// Servers that end with this process would be missed by the next.
    fn refuse_to_end_servers(&self) -> anyhow::Result<()> {
        for pool in &self.writer.desired().gateway.pools {
            let driver = pool.autoscale.as_ref().map(|autoscale| &autoscale.driver);
            if let Some(Driver::Process(how)) = driver {
                ensure!(
                    how.outlive,
                    "the servers of pool {} end with this process; set outlive = true",
                    pool.name
                );
            }
        }
        Ok(())
    }

    /// Leaves everything to a successor that is ready, until it serves.
    async fn leave(&self, successor: &mut Successor, mut channel: Channel) -> anyhow::Result<()> {
        let will = serde_json::to_vec(&self.will())?;
        let sockets = self.estate.sockets().context("its sockets cannot be had twice")?;
        let sent = spawn_blocking(move || {
            channel.send(&will).context("it does not listen")?;
            let sockets: Vec<_> = sockets.iter().map(AsFd::as_fd).collect();
            channel.send_sockets(&sockets).context("it takes no sockets").map(|()| channel)
        });
        let mut channel = successor.heard(sent.await??, COUNTS).await?;
        let limiter = Arc::clone(&self.limiter);
        let sent = spawn_blocking(move || {
            let (legacy, counts) = limiter.bequeath();
            channel.send(&serde_json::to_vec(&legacy)?)?;
            channel.send(&counts).map(|()| channel)
        });
        let channel = sent.await?.context("it takes no counts")?;
        successor.heard(channel, SERVING).await.map(drop)
    }

    fn will(&self) -> Will {
        let table = self.writer.table();
        let healthy = table.backends().filter(|it| it.health() == Health::Healthy);
        Will {
            format: FORMAT,
            clock_us: self.clock.now_us(),
            sockets: self.estate.names(),
            seed: self.limiter.seed(),
            healthy: healthy
                .map(|it| Vouched {
                    name: it.name.clone(),
                    address: it.address,
                    joined_ms: it.joined_ms(),
                })
                .collect(),
        }
    }
}

impl Scaling {
    /// Starts scaling.
    pub(in crate::app) fn begin(with: Scale, vital: &Vital) -> Scaling {
        let task = run(with.clone(), vital);
        Scaling { with, vital: vital.clone(), task }
    }

    fn start(&mut self) {
        self.task = run(self.with.clone(), &self.vital);
    }

    /// Stops, and lets go of the servers: those that are to end with the process do so.
    pub(in crate::app) async fn stop(&mut self) {
        self.task.abort();
        if !self.task.is_finished() {
            let _ = (&mut self.task).await;
        }
    }
}

fn run(with: Scale, vital: &Vital) -> JoinHandle<()> {
    vital.keep("the autoscaler", tasks::scale(with))
}

impl Successor {
    /// Waits for its word.
    async fn heard(&mut self, mut channel: Channel, word: u8) -> anyhow::Result<Channel> {
        let patience = if word == READY { PATIENCE } else { START_PATIENCE };
        channel.wait_at_most(patience)?;
        let heard = spawn_blocking(move || channel.hear(word).map(|()| channel)).await?;
        match heard {
            Ok(channel) => Ok(channel),
            Err(error) => match error.kind() {
                // Reset, where it left something unread.
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => {
                    bail!("the new process ended: {}; the log says why", self.status().await)
                }
                ErrorKind::WouldBlock => {
                    bail!("the new process did not come up within {} s", patience.as_secs())
                }
                _ => Err(error).context("the new process says what it should not"),
            },
        }
    }

    /// How it ended.
    async fn status(&mut self) -> String {
        let Some(child) = &mut self.0 else { return String::new() };
        match timeout(LAST_MOMENT, child.wait()).await {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it only closed its standard input".to_owned(),
        }
    }

    fn let_go(mut self) -> u32 {
        self.0.take().and_then(|child| child.id()).unwrap_or(0)
    }
}

impl Drop for Successor {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // One that ended by itself is as good.
            let _ = child.start_kill();
        }
    }
}
