//! Probes: each server is asked for its health in its own rhythm, and the checkup of production judges.

use std::time::Duration;

use rand::Rng;

use super::Engine;
use super::agenda::Event;
use crate::model::Health;
use crate::policy::ProbeResult;

impl Engine<'_> {
    /// Asks a server, unless it left meanwhile.
    pub(super) fn probe(&mut self, slot: usize) {
        if !self.servers[slot].listed {
            return;
        }
        let timeout = self.scenario.pool.health.timeout;
        let (after, result) = self.ask(slot, timeout);
        let at_ns = self.now_ns + after.as_nanos() as u64;
        self.agenda.put(at_ns, Event::Probed { slot, began_ns: self.now_ns, result });
    }

    /// How a probe ends, and when. It waits for a core as requests do.
    fn ask(&mut self, slot: usize, timeout: Duration) -> (Duration, ProbeResult) {
        let machine = &self.servers[slot].machine;
        let Some(core_ns) = machine.next_core_ns(self.now_ns) else {
            return (Duration::ZERO, ProbeResult::Refused);
        };
        let wait = Duration::from_nanos(core_ns - self.now_ns);
        if wait >= timeout {
            return (timeout, ProbeResult::TimedOut(timeout));
        }
        let percent = machine.probe_error_percent;
        let fails = percent > 0 && self.dice.errors.random_range(0..100) < percent;
        (wait, ProbeResult::Status(if fails { 500 } else { 200 }, wait))
    }

    /// Takes in how a probe ended.
    pub(super) fn probed(&mut self, slot: usize, began_ns: u64, result: ProbeResult) {
        let (now_ms, check) = (self.now_ms(), &self.scenario.pool.health);
        let server = &mut self.servers[slot];
        if !server.listed {
            return;
        }
        let turned = server.findings.checkup.observe(result, check, now_ms);
        let next = server.findings.checkup.next_interval(check, &mut self.dice.probes);
        if turned.is_some_and(|turned| turned.to == Health::Healthy) {
            server.joined_ms = now_ms;
        }
        if turned.is_some() {
            self.refresh();
        }
        let next_ns = (began_ns + next.as_nanos() as u64).max(self.now_ns);
        self.agenda.put(next_ns, Event::Probe { slot });
    }
}
