//! A machine: what a server really is, whatever the gateway thinks of it.
//!
//! Requests wait in one line for the next free core and then have it to themselves. So when one is
//! accepted its end is known, unless the machine hangs or dies meanwhile.

use super::scenario::{SECOND_NS, ServerModel};

/// What a server really is.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    state: State,
    /// Rises with each start, so that what was meant for an earlier one is known.
    pub(super) start: u32,
    /// When each core will have done all that was accepted.
    free_ns: Box<[u64]>,
    /// All work ever accepted.
    accepted_ns: u64,
    hangs_until_ns: u64,
    /// Times the work that a request takes.
    pub(super) slow: f64,
    /// Percent of answers that are 500.
    pub(super) error_percent: u32,
    /// Percent of answers to probes that are.
    pub(super) probe_error_percent: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// On its way up.
    Boots,
    /// Answers, since then; since long before the run when absent.
    Up { since_ns: Option<u64> },
    /// Nothing answers there.
    Down,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reception {
    /// It is answered then.
    Accepted { ends_ns: u64 },
    /// It would wait too long.
    Full,
    /// Nobody listens.
    Refused,
}

impl Machine {
    /// One that is being started.
    pub(super) fn new(model: &ServerModel) -> Machine {
        Machine {
            state: State::Boots,
            start: 0,
            free_ns: vec![0; model.cores as usize].into(),
            accepted_ns: 0,
            hangs_until_ns: 0,
            slow: 1.0,
            error_percent: 0,
            probe_error_percent: 0,
        }
    }

    /// It answers from now on.
    pub(super) fn come_up(&mut self, now_ns: u64) {
        self.state = State::Up { since_ns: Some(now_ns) };
        self.free_ns.fill(now_ns);
    }

    /// As [`Machine::come_up`], with caches that are warm already.
    pub(super) fn be_warm(&mut self) {
        self.state = State::Up { since_ns: None };
    }

    /// It dies; whatever it had accepted is gone.
    pub(super) fn die(&mut self, now_ns: u64) {
        self.accepted_ns = self.busy_ns(now_ns);
        self.free_ns.fill(0);
        self.state = State::Down;
        self.hangs_until_ns = 0;
        self.start += 1;
    }

    /// It is started again.
    pub(super) fn boot(&mut self) {
        self.state = State::Boots;
        self.start += 1;
    }

    /// It does nothing for so long, and then goes on. By how much later it ends all that it had
    /// accepted.
    pub(super) fn hang(&mut self, now_ns: u64, lasts_ns: u64) -> u64 {
        let until_ns = self.hangs_until_ns.max(now_ns + lasts_ns);
        let later_ns = until_ns - now_ns.max(self.hangs_until_ns);
        for free_ns in self.free_ns.iter_mut().filter(|free_ns| **free_ns > now_ns) {
            *free_ns += later_ns;
        }
        self.hangs_until_ns = until_ns;
        later_ns
    }

    /// Whether it answers, or would if it did not hang.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up { .. })
    }

    /// Whether it died and is not being started.
    pub(super) fn is_down(&self) -> bool {
        self.state == State::Down
    }

    /// When a request that comes now would get a core; nothing listens when absent.
    pub(super) fn next_core_ns(&self, now_ns: u64) -> Option<u64> {
        let free_ns = self.free_ns.iter().min().copied().unwrap_or_default();
        self.is_up().then(|| free_ns.max(now_ns).max(self.hangs_until_ns))
    }

    /// Takes in a request of so much work, or does not.
    pub(super) fn receive(&mut self, now_ns: u64, work: f64, model: &ServerModel) -> Reception {
        let State::Up { since_ns } = self.state else { return Reception::Refused };
        let begins_ns = now_ns.max(self.hangs_until_ns);
        let core = self.free_ns.iter_mut().min().expect("a server has a core");
        let starts_ns = begins_ns.max(*core);
        if starts_ns - begins_ns > model.longest_wait.as_nanos() as u64 {
            return Reception::Full;
        }
        let coldness = since_ns.map_or(1.0, |since_ns| coldness(now_ns - since_ns, model));
        let factor = self.slow * coldness;
        let took_ns = ((work * factor * model.work.as_nanos() as f64) as u64).max(1);
        *core = starts_ns + took_ns;
        self.accepted_ns += took_ns;
        Reception::Accepted { ends_ns: starts_ns + took_ns }
    }

    /// The time that all its cores together have worked so far.
    pub(super) fn busy_ns(&self, now_ns: u64) -> u64 {
        let at_ns = now_ns.max(self.hangs_until_ns);
        let ahead: u64 = self.free_ns.iter().map(|free_ns| free_ns.saturating_sub(at_ns)).sum();
        self.accepted_ns.saturating_sub(ahead)
    }
}

/// Times the work that a request takes of a server that began to answer so long ago.
fn coldness(up_ns: u64, model: &ServerModel) -> f64 {
    let Some(cold) = model.cold else { return 1.0 };
    let warm = up_ns as f64 / (cold.lasts.as_secs_f64() * SECOND_NS as f64);
    1.0 + (cold.factor - 1.0) * (1.0 - warm).max(0.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::simulate::scenario::{Cold, Spread};

    const MS: u64 = 1_000_000;

    fn model() -> ServerModel {
        ServerModel {
            cores: 2,
            work: Duration::from_millis(10),
            spread: Spread::Constant,
            longest_wait: Duration::from_millis(15),
            boot: Duration::ZERO,
            boot_jitter_percent: 0,
            cold: None,
            idle_cpu: 0.0,
        }
    }

    fn up() -> Machine {
        let mut machine = Machine::new(&model());
        machine.come_up(0);
        machine
    }

    fn receive(machine: &mut Machine, at_ms: u64) -> Option<u64> {
        match machine.receive(at_ms * MS, 1.0, &model()) {
            Reception::Accepted { ends_ns } => Some(ends_ns / MS),
            Reception::Full | Reception::Refused => None,
        }
    }

    #[test]
    fn requests_wait_for_a_core_and_too_many_are_turned_away() {
        let mut machine = up();
        // Two cores, 10 ms each, and a wait of 15 ms at most.
        let ends: Vec<_> = (0..5).map(|_| receive(&mut machine, 0)).collect();
        assert_eq!(ends, [Some(10), Some(10), Some(20), Some(20), None]);
        assert_eq!(receive(&mut machine, 6), Some(30));
    }

    #[test]
    fn one_that_hangs_does_nothing_and_then_goes_on() {
        let mut machine = up();
        receive(&mut machine, 0);
        assert_eq!(machine.hang(4 * MS, 100 * MS), 100 * MS);
        assert_eq!(machine.busy_ns(50 * MS), 4 * MS);
        assert_eq!(receive(&mut machine, 60), Some(114), "the other core is free when it is over");
        // A second hang within the first makes it longer by the rest alone.
        assert_eq!(machine.hang(54 * MS, 60 * MS), 10 * MS);
        assert_eq!(machine.busy_ns(200 * MS), 20 * MS);
    }

    #[test]
    fn what_died_did_no_more_than_it_had_done() {
        let mut machine = up();
        receive(&mut machine, 0);
        machine.die(4 * MS);
        assert_eq!(machine.busy_ns(90 * MS), 4 * MS);
        assert_eq!(receive(&mut machine, 90), None);
        machine.boot();
        assert_eq!(receive(&mut machine, 91), None);
        machine.come_up(100 * MS);
        assert_eq!(receive(&mut machine, 100), Some(110));
    }

    #[test]
    fn a_cold_server_takes_longer_until_it_is_warm_and_one_from_before_is_warm() {
        let cold = Some(Cold { factor: 3.0, lasts: Duration::from_millis(100) });
        let model = ServerModel { cold, ..model() };
        let took = |machine: &Machine, at_ms: u64| {
            let received = machine.clone().receive(at_ms * MS, 1.0, &model);
            let Reception::Accepted { ends_ns } = received else { panic!("{received:?}") };
            ends_ns / MS - at_ms
        };
        let mut machine = up();
        assert_eq!([0, 50, 100, 900].map(|at_ms| took(&machine, at_ms)), [30, 20, 10, 10]);
        machine.be_warm();
        assert_eq!(took(&machine, 0), 10);
    }
}
