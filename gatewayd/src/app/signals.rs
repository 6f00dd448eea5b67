//! Signals: SIGHUP reads the file again, SIGTERM and SIGINT drain, a second one ends at once.

use std::io;
use std::path::Path;
use std::thread::JoinHandle;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::reload::Reload;
use crate::model::{Phase, Settings};

/// The signals sent to this process.
pub(super) struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    /// Taken to be ignored: a file that may grow no more is an error of whoever writes to it.
    _file_size: Signal,
}

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
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            _file_size: signal(SignalKind::from_raw(FILE_SIZE))?,
        })
    }

    /// Follows signals until the gateway was told to end and its `workers` have.
    pub(super) async fn follow(
        mut self,
        phase: &watch::Sender<Phase>,
        workers: Vec<JoinHandle<()>>,
        path: Option<&Path>,
        settings: &Settings,
        reload: Reload,
    ) -> anyhow::Result<()> {
        let mut ended = std::pin::pin!(tokio::task::spawn_blocking(move || join(workers)));
        loop {
            tokio::select! {
                _ = self.hangup.recv() => {
                    if let Some(path) = path {
                        reload.read_again(path, settings).await;
                    }
                }
                () = told_to_end(&mut self.terminate, &mut self.interrupt) => break,
                // All workers failed: each has said why.
                _ = ended.as_mut() => anyhow::bail!("no worker is left to serve"),
            }
        }
        tracing::info!("finishing what is in flight; a second signal ends at once");
        // Without systemd there is nobody to notify.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        phase.send_replace(Phase::Draining);
        tokio::select! {
            _ = ended.as_mut() => {}
            () = told_to_end(&mut self.terminate, &mut self.interrupt) => {
                phase.send_replace(Phase::Ending);
                let _ = ended.await;
            }
        }
        Ok(())
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
        if worker.join().is_err() {
            tracing::error!("a worker panicked");
        }
    }
}
