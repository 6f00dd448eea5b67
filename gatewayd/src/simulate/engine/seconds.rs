//! Each second: machines are measured, the policy is asked, the books are closed and checked.

use std::time::Duration;

use super::Engine;
use crate::simulate::tally::{Fleet, Second};

/// CPU use of the whole fleet from which it is overloaded.
const BUSY: f64 = 0.98;

impl Engine<'_> {
    /// A second is over.
    pub(super) fn second(&mut self) {
        let model = &self.scenario.server;
        let (mut fleet, mut cpu) = (Fleet::default(), 0.0);
        for server in self.servers.iter_mut().filter(|server| server.is_there()) {
            server.measure(self.now_ns, model.cores, model.idle_cpu);
            fleet.size += 1;
            if server.takes_requests() {
                fleet.serving += 1;
                cpu += server.cpu_ratio();
            }
        }
        fleet.cpu = cpu / f64::from(fleet.serving.max(1));
        fleet.needed = self.needed();
        let Second { attempts, failures, .. } = self.tally.second;
        self.table.learn(attempts - failures);
        self.tally.panic_s += u64::from(self.table.panic);
        self.tally.close_second(fleet, fleet.serving == 0 || fleet.cpu >= BUSY);
        self.scale();
        self.check();
    }

    /// Servers that the load of this second needs, by the target.
    fn needed(&self) -> f64 {
        let rules = self.scenario.rules.as_ref();
        let target = rules.and_then(|rules| rules.target_cpu).unwrap_or(100);
        let at = Duration::from_nanos(self.now_ns);
        let per_server = self.scenario.server.capacity_rps() * f64::from(target) / 100.0;
        let offered_rps = self.scenario.load.rps_at(at);
        let by_rps =
            rules.and_then(|rules| rules.target_rps).map(|rps| offered_rps / f64::from(rps));
        by_rps.unwrap_or_default().max(offered_rps / per_server)
    }

    fn check(&mut self) {
        let mut flying = vec![0_u32; self.servers.len()];
        self.flights.iter().for_each(|flight| flying[flight.slot as usize] += 1);
        self.checkers.counted(self.now_ns, &self.servers, &self.table.in_flight, &flying);
        let waiting = self.waiting as u64;
        self.tally.most_open = self.tally.most_open.max(waiting + self.in_flight());
        self.checkers.conserved(self.now_ns, &self.tally, waiting, self.in_flight());
        self.checkers.sized(self.now_ns, &self.servers);
        self.checkers.judged(self.now_ns, &self.servers, &self.scenario.pool, self.table.panic);
    }
}
