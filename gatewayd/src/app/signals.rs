//! Signals: SIGHUP reads the file again, SIGTERM and SIGINT drain, a second one ends at once.

use std::path::Path;
use std::thread::JoinHandle;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::reload::Reload;
use crate::model::Settings;
use crate::proxy::Phase;

/// Follows signals until the gateway was told to end and its `workers` have.
pub(super) async fn follow(
    phase: &watch::Sender<Phase>,
    workers: Vec<JoinHandle<()>>,
    path: Option<&Path>,
    settings: &Settings,
    reload: Reload,
) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut ended = std::pin::pin!(tokio::task::spawn_blocking(move || join(workers)));
    loop {
        tokio::select! {
            _ = hangup.recv() => {
                if let Some(path) = path {
                    reload.read_again(path, settings).await;
                }
            }
            () = either(&mut terminate, &mut interrupt) => break,
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
        () = either(&mut terminate, &mut interrupt) => {
            phase.send_replace(Phase::Ending);
            let _ = ended.await;
        }
    }
    Ok(())
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

fn join(workers: Vec<JoinHandle<()>>) {
    for worker in workers {
        if worker.join().is_err() {
            tracing::error!("a worker panicked");
        }
    }
}
