//! Signals: SIGHUP reads the file again, SIGUSR2 hands over to a new process, SIGTERM and SIGINT
//! drain, a second one ends at once.

use std::convert::Infallible;
use std::io;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::bail;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use super::hand_over::{Estate, Predecessor};
use super::vital::Losses;
use crate::model::Phase;
use crate::state::ConfigFile;

/// The signals sent to this process.
pub(super) struct Signals {
    hangup: Signal,
    user2: Signal,
    terminate: Signal,
    interrupt: Signal,
    /// Taken to be ignored: a file that may grow no more is an error of whoever writes to it.
    _file_size: Signal,
}

/// How long workers may take to end once they are told to do so at once.
const LAST_MOMENT: Duration = Duration::from_secs(2);
/// SIGXFSZ of signal(7), which ends a process that does not take it.
const FILE_SIZE: i32 = nix::libc::SIGXFSZ;

impl Signals {
    /// Takes signals from now on: those that come while the gateway starts wait until it follows.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn take() -> io::Result<Signals> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            user2: signal(SignalKind::user_defined2())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            _file_size: signal(SignalKind::from_raw(FILE_SIZE))?,
        })
    }

    /// Follows signals until the gateway was told to end, or was handed over, and its `workers` have
    /// ended. Tells whether it was handed over.
    ///
    /// # Errors
    /// When something was lost before that which the gateway cannot do without.
    pub(super) async fn follow(
        mut self,
        phase: &watch::Sender<Phase>,
        workers: Vec<JoinHandle<()>>,
        mut losses: Losses,
        path: Option<&Path>,
        file: &ConfigFile,
        predecessor: &mut Predecessor,
    ) -> anyhow::Result<bool> {
        let Signals { hangup, user2, terminate, interrupt, .. } = &mut self;
        let handed_over = tokio::select! {
            handed_over = until_over(user2, (terminate, interrupt), path, predecessor) => handed_over,
            never = read_when_told(hangup, file) => match never {},
            what = losses.first() => bail!("the gateway cannot go on: {what}"),
        };
        // Sockets that it keeps would go on taking connections that nobody serves.
        predecessor.estate = Estate::default();
        tracing::info!("finishing what is in flight; a second signal ends at once");
        if !handed_over {
            // Without systemd there is nobody to notify.
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        }
        let mut ended = std::pin::pin!(tokio::task::spawn_blocking(move || join(workers)));
        phase.send_replace(Phase::Draining);
        tokio::select! {
            _ = ended.as_mut() => {}
            () = told_to_end(terminate, interrupt) => {
                phase.send_replace(Phase::Ending);
                if timeout(LAST_MOMENT, ended).await.is_err() {
                    tracing::warn!("some worker does not end; it is not waited for");
                }
            }
        }
        Ok(handed_over)
    }
}

/// Waits until the gateway is told to end, or is handed over; tells whether that.
async fn until_over(
    user2: &mut Signal,
    (terminate, interrupt): (&mut Signal, &mut Signal),
    path: Option<&Path>,
    predecessor: &mut Predecessor,
) -> bool {
    loop {
        tokio::select! {
            _ = user2.recv() => {}
            () = told_to_end(terminate, interrupt) => return false,
        }
        // Told to end meanwhile, the successor ends too.
        tokio::select! {
            done = predecessor.hand_over(path) => if done { return true },
            () = told_to_end(terminate, interrupt) => return false,
        }
    }
}

/// Has the file read whenever that is asked for, beside everything else: who keeps it may wait for a
/// disk, and other signals are to be heard meanwhile.
async fn read_when_told(hangup: &mut Signal, file: &ConfigFile) -> Infallible {
    loop {
        hangup.recv().await;
        file.read_again().await;
    }
}

async fn told_to_end(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn join(workers: Vec<JoinHandle<()>>) {
    for worker in workers {
        // What became of it was told when it ended.
        let _ = worker.join();
    }
}
