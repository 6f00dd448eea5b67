//! Progress: how much of the virtual time is over, on a terminal alone.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};

const WIDTH: u64 = 40;

/// How much is done of all that is to be simulated.
#[derive(Debug)]
pub(super) struct Progress {
    done_s: AtomicU64,
    all_s: u64,
    shown: bool,
}

impl Progress {
    /// Of so many seconds of virtual time; shown if stderr is a terminal.
    pub(super) fn new(all_s: u64) -> Progress {
        let shown = io::stderr().is_terminal();
        Progress { done_s: AtomicU64::new(0), all_s: all_s.max(1), shown }
    }

    /// One second more is over.
    pub(super) fn step(&self) {
        let done_s = self.done_s.fetch_add(1, Ordering::Relaxed) + 1;
        let percent = |seconds: u64| seconds * 100 / self.all_s;
        if self.shown && percent(done_s) != percent(done_s - 1) {
            let filled = (done_s * WIDTH / self.all_s).min(WIDTH);
            let bar = "█".repeat(filled as usize) + &"░".repeat((WIDTH - filled) as usize);
            // A terminal that is gone is no reason to stop.
            let _ = write!(io::stderr(), "\r{bar} {:>3} %", percent(done_s));
        }
    }

    /// All is over: what was shown is taken away.
    pub(super) fn end(&self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
