//! ^C, heard from the first moment of a wait to its last, and what it means there.

use tokio::signal::unix::{Signal, SignalKind, signal};

use clap::{Args, ValueEnum};

use super::{Failure, Kind};

/// What becomes of a change when waiting for its effect is interrupted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnInterrupt {
    /// It goes on
    #[default]
    Detach,
    /// It is taken back
    Undo,
}

/// For changes that are waited for.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct InterruptFlag {
    /// What becomes of the change when ^C ends the waiting
    #[arg(long, value_name = "WHAT", default_value = "detach")]
    pub(super) on_interrupt: OnInterrupt,
}

/// Hears ^C from now on. One ear for a whole wait: between two ears a key would be lost.
#[derive(Debug)]
pub(super) struct Interrupt(Signal);

impl Interrupt {
    pub(super) fn hear() -> Result<Self, Failure> {
        Ok(Self(signal(SignalKind::interrupt())?))
    }

    /// Comes back when ^C was pressed. Cancel-safe: a key pressed meanwhile is kept.
    pub(super) async fn pressed(&mut self) {
        self.0.recv().await;
    }

    /// What `work` comes to.
    ///
    /// # Errors
    /// When ^C is pressed before; then `work` is let go of.
    pub(super) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            done = work => Ok(done),
            () = self.pressed() => Err(Failure::new(Kind::Interrupted, "")),
        }
    }
}
