//! The input: a thread of its own that reads keys. A line may cut a key in two, and whoever reads
//! the first half waits for the second.

use std::{
    fs::File,
    io::{self, IsTerminal as _, PipeReader, PipeWriter},
    os::fd::{AsFd as _, OwnedFd},
    thread,
    time::Duration,
};

use crossterm::event::{self, Event};
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Events not yet taken; a full one leaves what is typed with the terminal.
const EVENTS: usize = 64;
/// Bytes that are there already are read within this.
const AT_ONCE: Duration = Duration::from_millis(10);

/// What is typed, pasted and pointed at.
pub(crate) struct Input {
    events: Receiver<io::Result<Event>>,
    /// Closed with the input, which ends the thread.
    _open: PipeWriter,
}

impl Input {
    /// Listens from now on, and no longer than it lives.
    pub(crate) fn listen() -> io::Result<Self> {
        let terminal = terminal()?;
        let (closed, open) = io::pipe()?;
        let (say, events) = mpsc::channel(EVENTS);
        thread::spawn(move || while waits(&terminal, &closed) && read(&say) {});
        Ok(Self { events, _open: open })
    }

    /// The next event; none when the terminal is gone. Cancel-safe: an event that came is kept.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Event>> {
        self.events.recv().await
    }
}

/// Where the library reads from.
fn terminal() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        stdin.as_fd().try_clone_to_owned()
    } else {
        Ok(File::open("/dev/tty")?.into())
    }
}

/// Waits until there is something to read; false when there never will be. Reading from a terminal
/// that is gone would return at once for ever.
fn waits(terminal: &OwnedFd, closed: &PipeReader) -> bool {
    loop {
        let mut fds = [
            PollFd::new(terminal.as_fd(), PollFlags::POLLIN),
            PollFd::new(closed.as_fd(), PollFlags::empty()),
        ];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => {
                let [terminal, closed] = fds.map(|fd| fd.revents());
                return terminal == Some(PollFlags::POLLIN) && closed == Some(PollFlags::empty());
            }
            Err(_) => return false,
        }
    }
}

/// Reads what is there; false when that was the last.
fn read(say: &Sender<io::Result<Event>>) -> bool {
    loop {
        let event = match event::poll(AT_ONCE) {
            Ok(true) => event::read(),
            Ok(false) => return true,
            Err(error) => Err(error),
        };
        let is_last = event.is_err();
        if say.blocking_send(event).is_err() || is_last {
            return false;
        }
    }
}
