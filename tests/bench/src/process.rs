//! A proxy at work: a group of processes on one core, gone when dropped.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use nix::sys::signal::{Signal, kill, killpg};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use crate::cores::Core;

/// How much of a log is shown.
const SHOWN_LINES: usize = 20;

/// How long it may take to end when asked to.
const GRACE: Duration = Duration::from_millis(500);

/// A running proxy.
pub(crate) struct Process {
    child: Child,
    group: Pid,
    log: PathBuf,
}

impl Process {
    /// Starts `command` on `core`; both of its outputs go to `log`.
    pub(crate) fn start(mut command: Command, core: Core, log: &Path) -> Result<Process> {
        let output = fs::File::create(log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let spawned = thread::scope(|scope| {
            // A process begins on the cores of the thread that started it.
            let starter = scope.spawn(|| {
                core.keep_this_thread()?;
                command
                    .spawn()
                    .with_context(|| format!("{:?} does not start", command.get_program()))
            });
            starter.join().map_err(|_| anyhow!("the thread that starts processes died"))
        });
        let child = spawned??;
        let group = Pid::from_raw(child.id().cast_signed());
        Ok(Process { child, group, log: log.to_owned() })
    }

    /// Whether it ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The end of what it printed.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
    }

    /// The processor time it used so far, all of its processes and threads together.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for member in self.members()? {
            let clock = clock_getcpuclockid(member).context("no clock of the process")?;
            sum += Duration::from(clock.now()?);
        }
        Ok(sum)
    }

    /// The processor time that its threads used so far whose names begin so.
    pub(crate) fn time_of_threads(&self, name: &str) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for thread in self.threads()? {
            let called = fs::read_to_string(thread.join("comm")).unwrap_or_default();
            if called.starts_with(name) {
                sum += schedstat(&thread, 0);
            }
        }
        Ok(sum)
    }

    /// How long its threads were ready to run and something else had the core. A proxy that is
    /// alone on it hardly waits.
    pub(crate) fn waiting_time(&self) -> Result<Duration> {
        let mut sum = Duration::ZERO;
        for thread in self.threads()? {
            sum += schedstat(&thread, 1);
        }
        Ok(sum)
    }

    /// Where the system tells of each of its threads.
    fn threads(&self) -> Result<Vec<PathBuf>> {
        let mut threads = Vec::new();
        for member in self.members()? {
            let of_member = fs::read_dir(format!("/proc/{member}/task"))?.flatten();
            threads.extend(of_member.map(|thread| thread.path()));
        }
        Ok(threads)
    }

    /// Its memory in bytes; pages that its processes share are counted once.
    pub(crate) fn memory_bytes(&self) -> Result<u64> {
        let mut sum = 0;
        for member in self.members()? {
            let rollup = fs::read_to_string(format!("/proc/{member}/smaps_rollup"))?;
            let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
            let kibibytes = line.and_then(|line| line.split_whitespace().next());
            sum += 1024 * kibibytes.context("no Pss in smaps_rollup")?.parse::<u64>()?;
        }
        Ok(sum)
    }

    /// The processes of the group.
    fn members(&self) -> Result<Vec<Pid>> {
        let processes = fs::read_dir("/proc")?.flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        Ok(ids.filter(|id| group_of(*id) == Some(self.group)).map(Pid::from_raw).collect())
    }
}

/// The `nth` time that the scheduler tells of a thread; one that has ended meanwhile has none.
fn schedstat(thread: &Path, nth: usize) -> Duration {
    let told = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
    let nanoseconds = told.split_whitespace().nth(nth).and_then(|time| time.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

/// The group of a process: the third field after its name in parentheses.
fn group_of(id: i32) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let group = fields.split_whitespace().nth(2)?.parse().ok()?;
    Some(Pid::from_raw(group))
}

impl Drop for Process {
    fn drop(&mut self) {
        // A first process that may end by itself also buries those that it started. One that has
        // ended already cannot be told so again, which is as good.
        let _ = kill(self.group, Signal::SIGTERM);
        let end = Instant::now() + GRACE;
        while !self.ended() && Instant::now() < end {
            thread::sleep(GRACE / 50);
        }
        let _ = killpg(self.group, Signal::SIGKILL);
        let _ = self.child.wait();
    }
}
