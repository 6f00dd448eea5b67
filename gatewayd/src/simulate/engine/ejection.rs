//! Ejection: a server whose answers fail is taken out for a while, by the policy of production.

use super::Engine;
use super::agenda::Event;
use crate::model::Health;
use crate::policy::FailedRow;

impl Engine<'_> {
    /// Takes in how an attempt on a server ended; after so many failures in a row it is judged.
    pub(super) fn hear(&mut self, slot: usize, failed: bool) {
        let server = &mut self.servers[slot];
        if !failed {
            server.failed_row = 0;
            return;
        }
        server.failed_row = server.failed_row.saturating_add(1);
        let failures = server.failed_row;
        let at = self.scenario.pool.ejection.failures;
        if at > 0 && failures.is_multiple_of(at) {
            self.judge(slot, FailedRow { failures, status: None });
        }
    }

    /// Ejects a server, if it can be spared.
    fn judge(&mut self, slot: usize, row: FailedRow) {
        let (now_ms, rules) = (self.now_ms(), &self.scenario.pool.ejection);
        if self.servers[slot].health() != Health::Healthy {
            return;
        }
        let spares = self.table.ranks(&self.servers).spare_one(rules.percent);
        if !spares && !self.planted.ejects_all {
            self.tally.spared += 1;
            return;
        }
        let server = &mut self.servers[slot];
        let lasts = server.findings.ejections.eject(row, rules, now_ms);
        server.failed_row = 0;
        self.tally.ejections += 1;
        let ends_ns = self.now_ns + lasts.as_nanos() as u64;
        if !self.planted.forgets_ejected {
            self.agenda.put(ends_ns, Event::Released { slot });
        }
        self.refresh();
        self.checkers.ejected(self.now_ns, &self.servers, rules);
    }

    /// The time of an ejected server is over.
    pub(super) fn released(&mut self, slot: usize) {
        let now_ms = self.now_ms();
        let server = &mut self.servers[slot];
        let was = server.health();
        if !server.is_there() || !server.findings.ejections.end(now_ms) {
            return;
        }
        server.failed_row = 0;
        if was == Health::Ejected {
            server.joined_ms = now_ms;
        }
        self.refresh();
    }
}
