//! A child: a process of this program that lives no longer than the one who started it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};

/// A running child, killed when dropped.
///
/// It holds the reading end of a pipe as its stdin and ends when that closes, so it goes even when
/// its parent was killed.
#[derive(Debug)]
pub(super) struct Child {
    process: Process,
}

impl Child {
    /// Starts this program with `arguments`; what it prints is appended to `log`.
    pub(super) fn start(arguments: &[String], log: &Path) -> io::Result<Child> {
        let printed = OpenOptions::new().create(true).append(true).open(log)?;
        let process = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(printed.try_clone()?)
            .stderr(printed)
            .spawn()?;
        Ok(Child { process })
    }

    /// Writes one line to its stdin.
    pub(super) fn tell(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.process.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(stdin, "{line}")
    }

    /// Whether it has ended.
    pub(super) fn ended(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(Some(_)) | Err(_))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
