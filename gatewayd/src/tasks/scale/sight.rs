//! What is seen of a pool: its desired backends, their live figures and the driver's instances as one.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Backend, Health, Name, Pool, ServerPhase, Source, Standing, Weight};
use crate::policy::scaling::{CpuReport, Run, SeenServer, Signs, is_ill, phase};
use crate::state::{LiveBackend, PoolTable, Table};

use super::driver::{Instance, Life};

/// Who drains the servers that may be put back.
pub(super) const ACTOR: &str = "autoscaler";

/// What was seen of a pool's servers before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Since when each is in its phase.
    phases: HashMap<Name, (ServerPhase, u64)>,
    /// Since when each of those that are ill is so.
    ill_since: HashMap<Name, u64>,
    /// The report of each that was the latest when last looked.
    reports: HashMap<Name, Option<u64>>,
    /// Since when each is seen; absent of those that were there at the first look.
    coming_since: HashMap<Name, u64>,
    /// Since when those were seen that are gone since the last look, the longest first.
    vacated: VecDeque<u64>,
    /// Whether there was a look before.
    looked: bool,
    /// Those that were healthy once.
    pub(super) proven: HashSet<Name>,
}

/// A pool as published, with what its driver says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight<'a> {
    pub(super) pool: &'a Pool,
    pub(super) table: &'a Table,
    pub(super) instances: &'a [Instance],
}

impl<'a> Sight<'a> {
    /// The instance called `name`.
    pub(super) fn instance(&self, name: &Name) -> Option<&'a Instance> {
        self.instances.iter().find(|instance| instance.name == *name)
    }

    /// Instances that run and are in no pool yet, and where they listen.
    pub(super) fn unlisted(&self) -> impl Iterator<Item = (&'a Instance, SocketAddr)> {
        let pool = self.pool;
        self.instances.iter().filter_map(move |instance| {
            let unlisted = pool.backend(instance.name.as_str()).is_none();
            let runs = instance.life == Life::Running && unlisted;
            Some((instance, instance.address.filter(|_| runs)?))
        })
    }

    /// Servers of ours that take requests and are somewhere else by now, and where.
    pub(super) fn moved(&self) -> impl Iterator<Item = (&'a Backend, SocketAddr)> {
        let pool = self.pool;
        self.instances.iter().filter_map(move |instance| {
            let backend = pool.backend(instance.name.as_str())?;
            let follows = instance.life == Life::Running && backend.standing == Standing::Active;
            let address = instance.address.filter(|it| follows && *it != backend.address)?;
            Some((backend, address))
        })
    }

    /// Takes what the driver measured for a report of each server that made none of its own since
    /// the last look: the freshest wins.
    pub(super) fn believe_measured(&self, memory: &mut Memory) {
        for instance in self.instances {
            let Some(live) = self.table.backend(instance.name.as_str()) else { continue };
            let latest = || live.cpu.read().map(|(_, number)| number);
            let silent = memory.was_silent(&instance.name, latest());
            if let Some(ratio) = instance.cpu_ratio.filter(|_| silent) {
                live.cpu.tell(ratio);
                memory.was_silent(&instance.name, latest());
            }
        }
    }

    /// Whether the probes of the server called `name` pass.
    pub(super) fn is_healthy(&self, name: &Name) -> bool {
        let live = self.table.backend(name.as_str());
        live.is_some_and(|live| live.health() == Health::Healthy)
    }

    /// Backends of ours without an instance.
    pub(super) fn orphans(&self) -> Vec<Name> {
        let backends = self.pool.backends.iter();
        let orphans = backends.filter(|backend| {
            backend.source == Source::Autoscaler && self.instance(&backend.name).is_none()
        });
        orphans.map(|backend| backend.name.clone()).collect()
    }

    /// The servers of the pool at `now_ms` (since the start of the process).
    pub(super) fn servers(&self, now_ms: u64, memory: &mut Memory) -> Vec<SeenServer> {
        let table = self.table.pool(self.pool.name.as_str());
        let mut seen = Vec::new();
        memory.vacate(|name| self.instance(name).is_some());
        for backend in &self.pool.backends {
            let instance = self.instance(&backend.name);
            let live = table.and_then(|table| {
                let index = table.backends.iter().position(|live| live.name == backend.name)?;
                Some((table, index, Arc::clone(&table.backends[index])))
            });
            if let Some((table, index, live)) = live {
                let signs = signs(backend, instance, table, index, memory);
                let phase = phase(&signs);
                let since_ms = memory.enter(&backend.name, phase, now_ms);
                let ill_since_ms = memory.ail(&backend.name, is_ill(&signs), now_ms);
                let server = server(backend, &live, phase, since_ms);
                seen.push(SeenServer { ill_since_ms, ..server });
            }
        }
        for instance in self.instances {
            if self.pool.backend(instance.name.as_str()).is_none() {
                let ending = instance.life == Life::Ending;
                let phase = if ending { ServerPhase::Terminating } else { ServerPhase::Starting };
                let since_ms = memory.enter(&instance.name, phase, now_ms);
                seen.push(bare(instance, phase, since_ms));
            }
        }
        memory.forget(&seen);
        memory.looked = true;
        seen
    }
}

impl Memory {
    /// What was coming and is gone may have come under another name.
    fn vacate(&mut self, stays: impl Fn(&Name) -> bool) {
        let gone = self.coming_since.extract_if(|name, _| !stays(name));
        let mut gone: Vec<u64> = gone.map(|(_, since_ms)| since_ms).collect();
        gone.sort_unstable();
        self.vacated = gone.into();
    }

    /// Since when `name` is in `phase`.
    fn enter(&mut self, name: &Name, phase: ServerPhase, now_ms: u64) -> u64 {
        if self.looked && !self.phases.contains_key(name) {
            let since_ms = self.vacated.pop_front().unwrap_or(now_ms);
            self.coming_since.insert(name.clone(), since_ms);
        }
        let entry = self.phases.entry(name.clone()).or_insert((phase, now_ms));
        // Whether it listens is not told apart when it comes to how long a start takes.
        let same = entry.0 == phase || (entry.0.comes() && phase.comes());
        let since_ms = if same { entry.1 } else { now_ms };
        *entry = (phase, since_ms);
        since_ms
    }

    /// Since when `name` is ill, if it is.
    fn ail(&mut self, name: &Name, is_ill: bool, now_ms: u64) -> Option<u64> {
        if !is_ill {
            self.ill_since.remove(name);
            return None;
        }
        Some(*self.ill_since.entry(name.clone()).or_insert(now_ms))
    }

    /// How long `name` needed until now, when it was seen to come; told once.
    pub(super) fn start_took(&mut self, name: &Name, now_ms: u64) -> Option<Duration> {
        let since_ms = self.coming_since.remove(name)?;
        Some(Duration::from_millis(now_ms.saturating_sub(since_ms)))
    }

    /// Whether `name` made no report since the last look; its latest has this number.
    fn was_silent(&mut self, name: &Name, latest: Option<u64>) -> bool {
        self.reports.insert(name.clone(), latest) == Some(latest)
    }

    fn forget(&mut self, seen: &[SeenServer]) {
        let there: HashSet<&Name> = seen.iter().map(|server| &server.name).collect();
        self.phases.retain(|name, _| there.contains(name));
        self.ill_since.retain(|name, _| there.contains(name));
        self.coming_since.retain(|name, _| there.contains(name));
        self.proven.retain(|name| there.contains(name));
        self.reports.retain(|name, _| there.contains(name));
    }
}

fn signs(
    backend: &Backend,
    instance: Option<&Instance>,
    table: &PoolTable,
    index: usize,
    memory: &Memory,
) -> Signs {
    let run = |instance: &Instance| match instance.life {
        Life::Coming | Life::Running => Run::Runs,
        Life::Away(_) => Run::Away,
        Life::Ending => Run::Ends,
    };
    Signs {
        run: instance.map(run),
        standing: backend.standing,
        ours: backend.mark.as_ref().is_some_and(|mark| mark.owner == ACTOR),
        weighs: backend.weight > Weight::ZERO,
        proven: memory.proven.contains(&backend.name),
        health: table.backends[index].health(),
        part: table.parts[index],
    }
}

fn server(backend: &Backend, live: &LiveBackend, phase: ServerPhase, since_ms: u64) -> SeenServer {
    SeenServer {
        name: backend.name.clone(),
        slot: live.slot,
        phase,
        phase_since_ms: since_ms,
        ill_since_ms: None,
        serving_since_ms: live.joined_ms(),
        owned: backend.source == Source::Autoscaler,
        in_flight: live.in_flight(),
        attempts: live.cells.sum(|cell| cell.attempts.read()),
        failures: live.cells.sum(|cell| cell.failures.all()),
        unreached: live.cells.sum(|cell| cell.failures.unreached()),
        cpu: live.cpu.read().map(|(ratio, number)| CpuReport { ratio, number }),
    }
}

/// One that is not in the pool yet, or not any more.
fn bare(instance: &Instance, phase: ServerPhase, since_ms: u64) -> SeenServer {
    SeenServer {
        name: instance.name.clone(),
        // No backend has this number, and nothing is counted of one without.
        slot: u64::MAX,
        phase,
        phase_since_ms: since_ms,
        ill_since_ms: None,
        serving_since_ms: since_ms,
        owned: true,
        in_flight: 0,
        attempts: 0,
        failures: 0,
        unreached: 0,
        cpu: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_takes_from_the_order_to_the_first_passed_probe_under_whatever_name() {
        let name = |text: &str| -> Name { text.parse().unwrap() };
        let mut memory = Memory::default();
        memory.enter(&name("old"), ServerPhase::Checking, 1000);
        memory.looked = true;
        assert_eq!(memory.start_took(&name("old"), 5000), None, "it was there before us");
        memory.enter(&name("ordered-1"), ServerPhase::Starting, 10_000);
        memory.vacate(|gone| gone.as_str() != "ordered-1");
        memory.enter(&name("i-7"), ServerPhase::Checking, 30_000);
        memory.enter(&name("i-8"), ServerPhase::Checking, 30_000);
        let took = |memory: &mut Memory, it: &str| {
            memory.start_took(&name(it), 32_000).map(|took| took.as_secs())
        };
        assert_eq!(took(&mut memory, "i-7"), Some(22));
        assert_eq!(took(&mut memory, "i-7"), None, "told once");
        assert_eq!(took(&mut memory, "i-8"), Some(2));
    }

    #[test]
    fn what_is_measured_counts_only_while_the_server_itself_is_silent() {
        let (mut memory, name) = (Memory::default(), "app-1".parse().unwrap());
        let looks = [
            (None, false, "there is nothing to compare with"),
            (None, true, "it never reported"),
            (Some(7), false, "it reported"),
            (Some(7), true, "it fell silent"),
            (Some(8), false, "it reported again"),
        ];
        for (latest, silent, why) in looks {
            assert_eq!(memory.was_silent(&name, latest), silent, "{why}");
        }
    }
}
