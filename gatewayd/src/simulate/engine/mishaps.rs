//! Mishaps: what a fault does to machines, starts and clients, and how it ends.

use std::time::Duration;

use rand::Rng;
use rand::seq::SliceRandom;

use super::Engine;
use super::agenda::Event;
use crate::simulate::scenario::{Fault, FaultKind, SECOND_NS};
use crate::simulate::server::Metrics;

/// How long a driver waits before it starts a machine again that died at its start.
const RESTART_NS: u64 = 10 * SECOND_NS;

impl Engine<'_> {
    /// A fault begins.
    pub(super) fn strike(&mut self, place: usize) {
        let fault = self.faults[place];
        self.on[place] = true;
        self.cut_clients();
        if fault.kind.hits_servers() {
            let mut there: Vec<usize> =
                (0..self.servers.len()).filter(|slot| self.servers[*slot].is_there()).collect();
            there.shuffle(&mut self.dice.faults);
            there.truncate(fault.servers as usize);
            self.struck[place].clone_from(&there);
            for slot in there {
                self.befall(slot, &fault);
                self.ail(slot);
            }
        }
    }

    /// So many clients are cut off as the worst of the faults says.
    fn cut_clients(&mut self) {
        let on = self.faults.iter().zip(&self.on).filter(|(_, on)| **on);
        let percents = on.filter_map(|(fault, _)| match fault.kind {
            FaultKind::ClientsCut(percent) => Some(percent),
            _ => None,
        });
        self.cut_percent = percents.max().unwrap_or_default();
    }

    /// The faults that a server suffers from now, in the order in which they began.
    fn suffered(&self, slot: usize) -> impl Iterator<Item = FaultKind> + '_ {
        let struck = self.faults.iter().zip(&self.struck);
        struck.filter(move |(_, struck)| struck.contains(&slot)).map(|(fault, _)| fault.kind)
    }

    /// Makes a server as ill as all its faults together make it: the worst of each kind counts,
    /// and of what happens to its reports the latest.
    fn ail(&mut self, slot: usize) {
        let (mut slow, mut metrics) = (1.0, Metrics::True);
        let (mut answers, mut probes) = (0, 0);
        for kind in self.suffered(slot) {
            match kind {
                FaultKind::Slow(factor) => slow = f64::max(slow, factor),
                FaultKind::Errors(percent) => {
                    (answers, probes) = (percent.max(answers), percent.max(probes));
                }
                FaultKind::Gray(percent) => answers = percent.max(answers),
                FaultKind::ProbesFail => probes = 100,
                FaultKind::MetricsLost => metrics = Metrics::Lost,
                FaultKind::MetricsLag(lag) => metrics = Metrics::Late { seconds: lag.as_secs() },
                FaultKind::MetricsLie(factor) => metrics = Metrics::Wrong { factor },
                _ => {}
            }
        }
        let server = &mut self.servers[slot];
        (server.machine.slow, server.metrics) = (slow, metrics);
        (server.machine.error_percent, server.machine.probe_error_percent) = (answers, probes);
    }

    fn befall(&mut self, slot: usize, fault: &Fault) {
        let machine = &mut self.servers[slot].machine;
        match fault.kind {
            FaultKind::Crash => {
                machine.die(self.now_ns);
                self.cut_off(slot);
            }
            FaultKind::Hang => {
                let later_ns = machine.hang(self.now_ns, fault.lasts.as_nanos() as u64);
                self.delay(slot, later_ns);
            }
            _ => {}
        }
    }

    /// A fault is over.
    pub(super) fn mend(&mut self, place: usize) {
        let fault = self.faults[place];
        self.on[place] = false;
        self.cut_clients();
        for slot in std::mem::take(&mut self.struck[place]) {
            self.ail(slot);
            let server = &self.servers[slot];
            let down = server.is_there() && server.machine.is_down();
            let dead = self.suffered(slot).any(|kind| kind == FaultKind::Crash);
            if fault.kind == FaultKind::Crash && down && !dead {
                self.boot(slot);
            }
        }
    }

    /// A machine is started; it answers after a while, or dies then.
    pub(super) fn boot(&mut self, slot: usize) {
        let model = self.scenario.server;
        self.servers[slot].machine.boot();
        let start = self.servers[slot].machine.start;
        let now = Duration::from_nanos(self.now_ns);
        let on = self.faults.iter().filter(|fault| fault.at <= now && now < fault.ends());
        let (mut factor, mut fails) = (1.0, false);
        for fault in on {
            match fault.kind {
                FaultKind::BootSlow(by) => factor *= by,
                FaultKind::BootFails => fails = true,
                _ => {}
            }
        }
        let jitter = f64::from(model.boot_jitter_percent) / 100.0;
        let jitter = self.dice.boots.random_range(-1.0..=1.0) * jitter;
        let boot_ns = model.boot.as_nanos() as f64 * factor * (1.0 + jitter);
        let booted = Event::Booted { slot, start, well: !fails };
        self.agenda.put(self.now_ns + boot_ns as u64, booted);
    }

    /// The start `start` of a machine is over.
    pub(super) fn booted(&mut self, slot: usize, start: u32, well: bool) {
        let server = &mut self.servers[slot];
        if !server.is_there() || server.machine.start != start {
            return;
        }
        if well {
            server.machine.come_up(self.now_ns);
        } else {
            server.machine.die(self.now_ns);
            let start = server.machine.start;
            self.agenda.put(self.now_ns + RESTART_NS, Event::Restart { slot, start });
        }
    }

    /// A driver starts a machine again that died after so many starts and deaths.
    pub(super) fn restart(&mut self, slot: usize, start: u32) {
        let server = &self.servers[slot];
        if server.is_there() && server.machine.is_down() && server.machine.start == start {
            self.boot(slot);
        }
    }
}
