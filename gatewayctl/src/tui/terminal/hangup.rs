//! Has the terminal gone? A thread that sleeps until the system says so.

use std::{io, os::fd::AsFd, sync::Arc, thread};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::sync::Notify;

/// Tells `gone` once when the terminal hangs up. Reading from a terminal that is gone would return
/// at once for ever; this costs nothing until then.
pub(super) fn watch(gone: Arc<Notify>) {
    thread::spawn(move || {
        let stdout = io::stdout();
        loop {
            let mut fds = [PollFd::new(stdout.as_fd(), PollFlags::empty())];
            match poll(&mut fds, PollTimeout::NONE) {
                Ok(0) | Err(nix::errno::Errno::EINTR) => {}
                Ok(_) | Err(_) => break gone.notify_one(),
            }
        }
    });
}
