//! Was it asked to stop? ^C ends a run at the next quiet moment, and everything it started with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use tokio::signal::unix::{Signal, SignalKind, signal};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether it was asked to stop.
pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Fails once it was asked to stop.
pub(crate) fn unless_asked() -> Result<()> {
    ensure!(!is_asked(), "stopped before the end");
    Ok(())
}

/// Listens for SIGINT and SIGTERM from now on.
pub(crate) fn listen() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (interrupt, terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let wait = move || runtime.block_on(first_of(interrupt, terminate));
    thread::Builder::new().name("signals".into()).spawn(wait).context("no thread for signals")?;
    Ok(())
}

async fn first_of(mut interrupt: Signal, mut terminate: Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    ASKED.store(true, Ordering::Relaxed);
}
