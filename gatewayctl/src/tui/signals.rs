//! Signals: which of them end the dashboard, stop it, let it go on, or draw it anew?

use std::{fmt, io};

use tokio::signal::unix::{self, SignalKind};

/// What ended a dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// SIGHUP, or a terminal that is gone.
    Hangup,
    /// SIGINT.
    Interrupt,
    /// SIGQUIT.
    Quit,
    /// SIGTERM.
    Terminate,
}

impl Ending {
    /// The exit code a shell expects.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Hangup => 129,
            Self::Interrupt => 130,
            Self::Quit => 131,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hangup => "a hang-up",
            Self::Interrupt => "an interrupt",
            Self::Quit => "a quit signal",
            Self::Terminate => "a request to terminate",
        })
    }
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// End.
    End(Ending),
    /// Stop until continued.
    Stop,
    /// It was stopped by somebody else and goes on.
    Continue,
    /// The terminal has another size.
    Resize,
}

/// The signals a dashboard listens to.
pub(crate) struct Signals {
    hangup: unix::Signal,
    interrupt: unix::Signal,
    quit: unix::Signal,
    terminate: unix::Signal,
    stop: unix::Signal,
    go_on: unix::Signal,
    resize: unix::Signal,
}

impl Signals {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: unix::signal(SignalKind::hangup())?,
            interrupt: unix::signal(SignalKind::interrupt())?,
            quit: unix::signal(SignalKind::quit())?,
            terminate: unix::signal(SignalKind::terminate())?,
            stop: unix::signal(SignalKind::from_raw(nix::libc::SIGTSTP))?,
            go_on: unix::signal(SignalKind::from_raw(nix::libc::SIGCONT))?,
            resize: unix::signal(SignalKind::window_change())?,
        })
    }

    /// The next one. Cancel-safe: a signal that came is kept.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.hangup.recv() => Signal::End(Ending::Hangup),
            _ = self.interrupt.recv() => Signal::End(Ending::Interrupt),
            _ = self.quit.recv() => Signal::End(Ending::Quit),
            _ = self.terminate.recv() => Signal::End(Ending::Terminate),
            _ = self.stop.recv() => Signal::Stop,
            _ = self.go_on.recv() => Signal::Continue,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}
