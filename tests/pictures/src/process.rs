//! What a process has used of a core so far, as the kernel tells.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// The kernel counts in these: 100 in a second, on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of the process `pid`, of all its threads.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name comes in parentheses and may hold anything.
    let (_, fields) = stat.rsplit_once(") ").context("no name in the status of a process")?;
    let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u32>);
    ticks.sum::<Result<u32, _>>().map(|ticks| TICK * ticks).context("no times in a status")
}
