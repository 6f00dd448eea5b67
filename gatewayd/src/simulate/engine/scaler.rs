//! The scaler: what the autoscaler's loop does once a second, with a modelled driver.
//!
//! The order is that of production: what runs is put into the pool, what failed to start is
//! dropped, then the pool is observed, decided about and acted on.

use super::Engine;
use crate::model::{Action, Name, Standing};
use crate::policy::scaling::{Observation, SeenServer};
use crate::simulate::policies::Policy;
use crate::simulate::server::Server;

/// Who decides the size of the fleet.
pub(super) struct Scaler {
    policy: Option<Box<dyn Policy>>,
    /// What the last decision was held back by is told once.
    refused: bool,
}

impl Scaler {
    /// One that asks `policy`; without, the size is fixed.
    pub(super) fn new(policy: Option<Box<dyn Policy>>) -> Scaler {
        Scaler { policy, refused: false }
    }
}

impl Engine<'_> {
    /// Observes, decides and acts once.
    pub(super) fn scale(&mut self) {
        let Some(mut policy) = self.scaler.policy.take() else { return };
        self.list_new();
        let observation = self.observe();
        if !self.forget_failed(policy.as_mut()) {
            let step = policy.decide(self.now_ms(), &observation);
            self.checkers.decided(self.now_ns, &step, &observation, &self.tally);
            let moves = step.from != step.to;
            let drains = step.actions.iter().any(|it| matches!(it, Action::Drain(_)));
            if moves || drains || (step.refused && !self.scaler.refused) {
                self.tally.decided(self.now_ns, &step);
            }
            self.scaler.refused = step.refused && !moves;
            step.actions.iter().for_each(|action| self.carry_out(action));
        }
        self.scaler.policy = Some(policy);
    }

    fn list_new(&mut self) {
        for slot in 0..self.servers.len() {
            let server = &self.servers[slot];
            if server.is_there() && !server.listed && !server.machine.is_down() {
                self.list(slot);
                self.refresh();
            }
        }
    }

    fn observe(&mut self) -> Observation {
        let now_ms = self.now_ms();
        let mut servers = Vec::new();
        for (slot, server) in self.servers.iter_mut().enumerate().filter(|(_, it)| it.is_there()) {
            server.enter_phase(now_ms);
            servers.push(SeenServer {
                name: server.name.clone(),
                // Nothing is counted of one that is not in the pool.
                slot: if server.listed { slot as u64 } else { u64::MAX },
                phase: server.phase,
                phase_since_ms: server.phase_since_ms,
                ill_since_ms: server.ill_since_ms,
                serving_since_ms: server.joined_ms,
                owned: true,
                in_flight: self.table.in_flight[slot],
                attempts: server.attempts,
                failures: server.failures,
                unreached: server.unreached,
                cpu: server.report,
            });
        }
        Observation { servers, acts: true, order: None, room: None }
    }

    /// Drops the servers that failed to start; whether there was one.
    fn forget_failed(&mut self, policy: &mut dyn Policy) -> bool {
        let timeout = self.scenario.rules.as_ref().map(|rules| rules.start_timeout);
        let (now_ms, mut failed) = (self.now_ms(), Vec::new());
        for (slot, server) in self.servers.iter_mut().enumerate().filter(|(_, it)| it.is_there()) {
            if server.listed && server.findings.checkup.is_proven() {
                if !std::mem::replace(&mut server.proven, true) {
                    policy.started();
                }
                continue;
            }
            let waits = u128::from(now_ms.saturating_sub(server.phase_since_ms));
            let late = timeout.is_some_and(|timeout| waits >= timeout.as_millis());
            if server.phase.comes() && !server.proven && (server.machine.is_down() || late) {
                failed.push(slot);
            }
        }
        for slot in &failed {
            policy.start_failed(now_ms);
            self.tally.failed_starts += 1;
            self.remove(*slot);
        }
        !failed.is_empty()
    }

    fn carry_out(&mut self, action: &Action) {
        match action {
            Action::ScaleOut(count) => {
                for _ in 0..*count {
                    let slot = self.add_server();
                    self.boot(slot);
                }
            }
            Action::Reclaim(names) => self.set_standing(names, Standing::Active),
            Action::Drain(names) => self.set_standing(names, Standing::Draining),
            Action::Terminate(names) => {
                for slot in self.slots(names) {
                    self.remove(slot);
                }
            }
        }
    }

    fn set_standing(&mut self, names: &[Name], standing: Standing) {
        let now_ms = self.now_ms();
        for slot in self.slots(names) {
            let server = &mut self.servers[slot];
            server.standing = standing;
            if standing == Standing::Active {
                server.joined_ms = now_ms;
            }
        }
        self.refresh();
    }

    fn slots(&self, names: &[Name]) -> Vec<usize> {
        let named =
            |(_, server): &(usize, &Server)| server.is_there() && names.contains(&server.name);
        self.servers.iter().enumerate().filter(named).map(|(slot, _)| slot).collect()
    }
}
