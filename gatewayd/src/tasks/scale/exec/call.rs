//! A call of the command: what it printed, or why that is not known. Nothing of it stays behind.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::os::unix::fs::FileExt;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::Serialize;
use tokio::process::{Child, Command};

use super::words::one_line;
use crate::model::{ExecDriver, Name};
use crate::tasks::aside::aside;

/// The most that it may print; a server takes a hundred bytes or so.
const MOST_BYTES: u64 = 4 << 20;
/// How often is looked how much it printed.
const GLANCE: Duration = Duration::from_millis(50);
/// How much of what it complains about is told.
const LONGEST_COMPLAINT: usize = 400;

/// What is called.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) how: ExecDriver,
    pub(super) pool: Name,
    /// The verb and its object.
    pub(super) words: Vec<String>,
}

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// It could not be started.
    #[error("{program}: {cause}")]
    Start {
        /// What was to be started.
        program: String,
        /// What the system says.
        cause: io::Error,
    },
    /// It took too long.
    #[error("killed after {} ms without an end{complaint}; see `timeout`", after.as_millis())]
    Late {
        /// How long it had.
        after: Duration,
        /// What it complained about.
        complaint: String,
    },
    /// It printed too much.
    #[error("killed, for it printed more than {} MiB", MOST_BYTES >> 20)]
    Talkative,
    /// It says that it failed.
    #[error("{status}{complaint}")]
    Failed {
        /// How it ended.
        status: String,
        /// What it complained about.
        complaint: String,
    },
    /// The system is in the way.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// What stands on its standard input.
#[derive(Serialize)]
struct Request<'a> {
    pool: &'a Name,
    verb: &'a str,
    object: Option<&'a str>,
    order: Option<&'a str>,
}

/// The process group of a call; killed when it is dropped.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // One that ended in this moment is as good.
            let _ = killpg(leader, Signal::SIGKILL);
        }
    }
}

impl Call {
    /// Makes it for the order `key`, empty for none. What it printed.
    pub(super) async fn make(self, key: String) -> Result<Vec<u8>, CallError> {
        let (mut child, [printed, complained]) = aside(|| self.start(&key))?;
        let leader = child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
        // Dropped before the child, whose number is its own until it is waited for.
        let mut group = Group(leader);
        let status = tokio::select! {
            status = child.wait() => status?,
            () = tokio::time::sleep(self.how.timeout) => {
                let complaint = aside(|| complaint(&complained))?;
                return Err(CallError::Late { after: self.how.timeout, complaint });
            }
            () = too_much([&printed, &complained]) => return Err(CallError::Talkative),
        };
        // What it started and left running is meant to run.
        group.0 = None;
        if !status.success() {
            let (status, complaint) = (status.to_string(), aside(|| complaint(&complained))?);
            return Err(CallError::Failed { status, complaint });
        }
        Ok(aside(|| read(&printed, MOST_BYTES))?)
    }

    /// The command as it runs, what it prints, and what it complains about.
    fn start(&self, key: &str) -> Result<(Child, [File; 2]), CallError> {
        // Files, not pipes: a server that it starts may hold them open for as long as it runs.
        let (printed, complained) = (tempfile::tempfile()?, tempfile::tempfile()?);
        let words = self.how.command.split_first();
        let (program, first) = words.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let child = Command::new(program)
            .args(first)
            .args(&self.words)
            .env("GATEWAYD_POOL", self.pool.as_str())
            .env("GATEWAYD_ORDER", key)
            .stdin(self.request(key)?)
            .stdout(printed.try_clone()?)
            .stderr(complained.try_clone()?)
            .process_group(0)
            .spawn()
            .map_err(|cause| CallError::Start { program: program.clone(), cause })?;
        Ok((child, [printed, complained]))
    }

    fn request(&self, key: &str) -> io::Result<File> {
        let request = Request {
            pool: &self.pool,
            verb: self.words.first().map_or("", String::as_str),
            object: self.words.get(1).map(String::as_str),
            order: Some(key).filter(|key| !key.is_empty()),
        };
        let mut file = tempfile::tempfile()?;
        file.write_all(&serde_json::to_vec(&request)?)?;
        file.write_all(b"\n")?;
        file.rewind()?;
        Ok(file)
    }
}

/// Ends when one of `files` is longer than it may be.
async fn too_much(files: [&File; 2]) {
    let long = |file: &&File| file.metadata().is_ok_and(|it| it.len() > MOST_BYTES);
    while !files.iter().any(long) {
        tokio::time::sleep(GLANCE).await;
    }
}

/// At most the last `most` bytes of `file`.
fn read(file: &File, most: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let mut bytes = vec![0; length.min(most) as usize];
    file.read_exact_at(&mut bytes, length.saturating_sub(most))?;
    Ok(bytes)
}

/// The end of what stands on standard error, on one line.
fn complaint(file: &File) -> io::Result<String> {
    let bytes = read(file, LONGEST_COMPLAINT as u64)?;
    let line = one_line(&String::from_utf8_lossy(&bytes));
    Ok(match line.as_str() {
        "" => String::new(),
        line => format!(": {line}"),
    })
}
