//! Which process is meant? A process id comes again; with its start and its boot it does not.

use std::collections::HashMap;
use std::fs;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// One process of one boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub(super) pid: i32,
    /// Clock ticks from boot to its start: field 22 of `/proc/PID/stat`, proc_pid_stat(5).
    start_ticks: u64,
    boot: String,
}

impl Identity {
    /// The process that has `pid` now.
    pub(super) fn of(pid: i32) -> Option<Identity> {
        Some(Identity { pid, start_ticks: stat(pid)?.start_ticks, boot: boot()? })
    }

    /// Whether it runs.
    pub(super) fn lives(&self) -> bool {
        let found = stat(self.pid).filter(|stat| !stat.zombie);
        found.is_some_and(|stat| stat.start_ticks == self.start_ticks)
            && boot().as_deref() == Some(&self.boot)
    }

    /// Sends `signal` to it and those it started, if it runs.
    pub(super) fn signal(&self, signal: Signal) {
        if self.lives() {
            match killpg(Pid::from_raw(self.pid), signal) {
                // It ended in this moment.
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => tracing::warn!(pid = self.pid, %error, "{signal} was not sent"),
            }
        }
    }
}

/// The first of the processes that have `variable` with `value` in their environment: the one that
/// none of the others started.
pub(super) fn first_marked(variable: &str, value: &str) -> Option<Identity> {
    let found = marked(variable, value);
    let is_first = |it: &&Identity| {
        let parent = stat(it.pid).map(|stat| stat.parent);
        !found.iter().any(|other| Some(other.pid) == parent)
    };
    found.iter().find(is_first).cloned()
}

/// Kills every process that has `variable` with `value` in its environment; whether there was one.
pub(super) fn kill_marked(variable: &str, value: &str) -> bool {
    let found = marked(variable, value);
    for it in found.iter().filter(|it| it.lives()) {
        // One that ended in this moment is as good.
        let _ = kill(Pid::from_raw(it.pid), Signal::SIGKILL);
    }
    !found.is_empty()
}

/// The processes that have `variable` with `value` in their environment.
pub(super) fn marked(variable: &str, value: &str) -> Vec<Identity> {
    let mark = format!("{variable}={value}");
    let carries = |pid: i32| {
        // Other users' processes are not readable, and none of ours.
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|it| it == mark.as_bytes())
    };
    pids().filter(|pid| carries(*pid)).filter_map(Identity::of).filter(Identity::lives).collect()
}

/// What a process has spent, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    pub(super) parent: i32,
    /// Its process group.
    pub(super) group: i32,
    /// CPU time of itself and of those of its children that it waited for, in clock ticks.
    pub(super) ticks: u64,
}

/// All processes there are, by their ids.
pub(super) fn spent() -> HashMap<i32, Spent> {
    let spent = |pid| {
        let Stat { parent, group, ticks, .. } = stat(pid)?;
        Some((pid, Spent { parent, group, ticks }))
    };
    pids().filter_map(spent).collect()
}

fn pids() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

struct Stat {
    zombie: bool,
    parent: i32,
    group: i32,
    ticks: u64,
    start_ticks: u64,
}

fn stat(pid: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, fields) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    Some(Stat {
        zombie: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        ticks: fields.get(11..15)?.iter().filter_map(|it| it.parse::<u64>().ok()).sum(),
        start_ticks: fields.get(19)?.parse().ok()?,
    })
}

fn boot() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(boot.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_a_later_one_of_its_number() {
        let own = Identity::of(std::process::id() as i32).unwrap();
        assert!(own.lives());
        assert!(!Identity { start_ticks: own.start_ticks + 1, ..own.clone() }.lives());
        assert!(!Identity { boot: "another".to_owned(), ..own }.lives());
    }
}
