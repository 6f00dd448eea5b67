//! Cores: one for the proxy under test, another for everything around it.

use anyhow::{Context, Result, ensure};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// The two cores of a measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    /// Where the proxy is alone.
    pub(crate) proxy: Core,
    /// Where the load and the backend are.
    pub(crate) load: Core,
}

/// One core of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Core(usize);

impl Cores {
    /// The first and the last core that this process may use.
    pub(crate) fn of_this_machine() -> Result<Cores> {
        let allowed = sched_getaffinity(Pid::from_raw(0)).context("cannot ask for the cores")?;
        let cores: Vec<Core> = (0..CpuSet::count())
            .filter(|core| allowed.is_set(*core) == Ok(true))
            .map(Core)
            .collect();
        ensure!(cores.len() >= 2, "two cores are needed, and this process may use {}", cores.len());
        Ok(Cores { proxy: cores[cores.len() - 1], load: cores[0] })
    }
}

impl Core {
    /// Keeps this thread, and whatever it starts from now on, on this core.
    pub(crate) fn keep_this_thread(self) -> Result<()> {
        let mut only = CpuSet::new();
        only.set(self.0).context("no such core")?;
        sched_setaffinity(Pid::from_raw(0), &only).context("cannot stay on one core")
    }
}
