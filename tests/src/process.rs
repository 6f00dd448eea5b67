//! A process under test: its log is kept, shown when the test fails, and it ends with the test.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

pub use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::until;

/// How much of a log is shown.
const SHOWN_LINES: usize = 60;

/// A running program.
pub struct Process {
    name: String,
    child: Child,
    /// The process that took over from it, and those before that.
    successors: Vec<Pid>,
    log: PathBuf,
}

impl Process {
    /// Starts `command`; both of its outputs are appended to `log`.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Process {
        let output = OpenOptions::new().create(true).append(true).open(log).unwrap();
        let child = command
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Process { name: name.to_owned(), child, successors: Vec::new(), log: log.to_owned() }
    }

    /// Its process id, or that of the process that took over from it.
    pub fn pid(&self) -> u32 {
        self.successors.last().map_or(self.child.id(), |pid| pid.as_raw() as u32)
    }

    /// Another process took over from it, and is ended in its place.
    pub fn handed_over_to(&mut self, pid: u32) {
        self.successors.push(Pid::from_raw(pid as i32));
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        nix::sys::signal::kill(Pid::from_raw(self.pid() as i32), signal).unwrap();
    }

    /// How it ended, or `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        until(&format!("{} has ended", self.name), || self.ended())
    }

    /// Kills it, as kill -9 does, and waits until it is gone.
    pub fn kill(&mut self) {
        // One that has ended cannot be killed again, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
        for pid in self.successors.drain(..) {
            let _ = nix::sys::signal::kill(pid, Signal::SIGKILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let shown = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
            eprintln!("──── {} printed ────\n{shown}", self.name);
        }
    }
}
