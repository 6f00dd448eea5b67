//! ^C, heard from the first moment of a wait to its last.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Failure;

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
}
