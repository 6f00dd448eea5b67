//! The engine: one run in virtual time, event by event.
//!
//! ```text
//!  crowd ─ request ─▶ limiter ─▶ balancer ─ pick ─▶ machine ─ flight ─▶ answered, or lost, or tried again
//!                                   ▲ table: parts, health, standing
//!  agenda ─ probe ─▶ checkup ───────┤
//!         ─ fault ─▶ machine        │        answers ─▶ ejection
//!         ─ second ─▶ measure ─▶ policy ─ step ─▶ order, drain, put back, end
//! ```
//! Balancer, checkup, ejection, panic, slow start, limits and the scaling policy are those of production.

mod agenda;
mod ejection;
mod mishaps;
mod probes;
mod requests;
mod scaler;
mod seconds;
mod table;

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use self::agenda::{Agenda, Event, Flight};
use self::scaler::Scaler;
use self::table::Table;
use super::checkers::Checkers;
use super::crowd::Crowd;
use super::limiter::Limiter;
use super::machine::Machine;
use super::policies::Policy;
use super::request::Request;
use super::scenario::{Fault, SECOND_NS, Scenario};
use super::server::Server;
use super::tally::Tally;
use crate::model::{Name, ServerPhase};
use crate::policy::{Checkup, ProbeResult};

/// The gateway has been running for so long when a run begins: nothing of its start is left.
pub(super) const EPOCH_MS: u64 = 60 * 60 * 1000;
/// The most requests that are under way at once, and as many that are to be tried again: memory ends.
const MOST_OPEN: usize = 1_000_000;
/// How often weights of starting servers grow, as in production.
const WARM_NS: u64 = SECOND_NS / 2;

/// One run in virtual time.
pub(super) struct Engine<'a> {
    scenario: &'a Scenario,
    now_ns: u64,
    agenda: Agenda<Event>,
    flights: Agenda<Flight>,
    crowd: Crowd<'a>,
    limiter: Limiter,
    table: Table,
    servers: Vec<Server>,
    scaler: Scaler,
    faults: Vec<Fault>,
    /// Whether each fault is on.
    on: Vec<bool>,
    /// The servers that each fault that is on befell.
    struck: Vec<Vec<usize>>,
    /// Percent of the clients that cannot reach the gateway now.
    cut_percent: u32,
    dice: Dice,
    /// Requests that clients will try again.
    waiting: usize,
    /// The most that are under way at once, and that wait.
    most_open: usize,
    tally: Tally,
    checkers: Checkers,
    planted: Planted,
}

/// Streams of chance: what one draws does not change what another gets.
struct Dice {
    probes: SmallRng,
    picks: SmallRng,
    retries: SmallRng,
    errors: SmallRng,
    boots: SmallRng,
    faults: SmallRng,
}

/// Mistakes that a run can be given, so that checkers can be seen to find them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Planted {
    /// The balancer is not told of standing and health.
    pub(super) stale_table: bool,
    /// Every hundredth end of a request is not counted.
    pub(super) leaks: bool,
    /// A request over its limit passes.
    pub(super) generous: bool,
    /// Servers are ejected that cannot be spared.
    pub(super) ejects_all: bool,
    /// Nobody lets an ejected server in again.
    pub(super) forgets_ejected: bool,
    /// However few are healthy, only they take requests.
    pub(super) never_panics: bool,
    /// Another bound of what is open at once; no mistake, but small enough to be met.
    pub(super) most_open: Option<usize>,
}

/// What became of a run.
pub(super) struct Outcome {
    pub(super) servers: Vec<Server>,
    pub(super) faults: Vec<Fault>,
    pub(super) tally: Tally,
    pub(super) checkers: Checkers,
}

impl<'a> Engine<'a> {
    /// A run of `scenario` with `seed`, in which `policy` decides the size of the fleet.
    pub(super) fn new(
        scenario: &'a Scenario,
        seed: u64,
        policy: Option<Box<dyn Policy>>,
        planted: Planted,
    ) -> Engine<'a> {
        let mut dice = Dice::new(seed);
        let mut faults = scenario.faults.clone();
        let most = scenario.pool.servers;
        for _ in 0..scenario.random_faults {
            faults.push(Fault::random(scenario.duration(), most, &mut dice.faults));
        }
        faults.sort_by_key(|fault| fault.at);
        let mut engine = Engine {
            now_ns: 0,
            agenda: Agenda::new(),
            flights: Agenda::new(),
            crowd: Crowd::new(scenario, seed),
            limiter: Limiter::new(scenario),
            table: Table::new(&scenario.pool, &mut dice.picks),
            servers: Vec::new(),
            scaler: Scaler::new(policy),
            on: vec![false; faults.len()],
            struck: vec![Vec::new(); faults.len()],
            cut_percent: 0,
            waiting: 0,
            most_open: planted.most_open.unwrap_or(MOST_OPEN),
            tally: Tally::default(),
            checkers: Checkers::new(scenario, &faults),
            faults,
            dice,
            planted,
            scenario,
        };
        engine.begin();
        engine
    }

    /// Counts scale-ins under an interlock instead of forbidding them.
    pub(super) fn tolerate_unsafe_steps(&mut self) {
        self.checkers.tolerate_unsafe_steps();
    }

    /// Runs to the end; `told` hears each second that is over.
    pub(super) fn run(mut self, mut told: impl FnMut(u64)) -> Outcome {
        let end_ns = self.scenario.duration().as_nanos() as u64;
        let mut coming = self.crowd.next();
        loop {
            let born_ns = coming.map_or(u64::MAX, |request| request.born_ns);
            let (ends_ns, due_ns) = (self.flights.next_ns(), self.agenda.next_ns());
            let next_ns = born_ns.min(ends_ns).min(due_ns);
            if next_ns > end_ns {
                break;
            }
            self.now_ns = next_ns;
            if ends_ns == next_ns {
                self.end_flight();
            } else if due_ns == next_ns {
                self.take_event(&mut told);
            } else if let Some(request) = coming.take() {
                self.arrive(request);
                coming = self.crowd.next();
            }
        }
        self.close()
    }

    fn begin(&mut self) {
        for _ in 0..self.scenario.pool.servers {
            let slot = self.add_server();
            self.servers[slot].machine.be_warm();
            self.list(slot);
            self.be_proven(slot);
        }
        self.refresh();
        for (place, fault) in self.faults.iter().enumerate() {
            self.agenda.put(fault.at.as_nanos() as u64, Event::Fault(place));
            self.agenda.put(fault.ends().as_nanos() as u64, Event::Mended(place));
        }
        self.agenda.put(WARM_NS, Event::Warm);
        self.agenda.put(SECOND_NS, Event::Second);
    }

    /// One that was here long before the run.
    fn be_proven(&mut self, slot: usize) {
        let server = &mut self.servers[slot];
        let mut checkup = Checkup::new(0);
        let passed = ProbeResult::Status(200, Duration::ZERO);
        checkup.observe(passed, &self.scenario.pool.health, 0);
        (server.findings.checkup, server.joined_ms, server.proven) = (checkup, 0, true);
        server.phase = ServerPhase::Ready;
        server.phase_since_ms = 0;
    }

    fn take_event(&mut self, told: &mut impl FnMut(u64)) {
        match self.agenda.take() {
            Some(Event::Probe { slot }) => self.probe(slot),
            Some(Event::Probed { slot, began_ns, result }) => self.probed(slot, began_ns, result),
            Some(Event::Booted { slot, start, well }) => self.booted(slot, start, well),
            Some(Event::Restart { slot, start }) => self.restart(slot, start),
            Some(Event::Released { slot }) => self.released(slot),
            Some(Event::Warm) => {
                self.agenda.put(self.now_ns + WARM_NS, Event::Warm);
                if self.table.is_warming() {
                    self.refresh();
                }
            }
            Some(Event::Second) => {
                self.agenda.put(self.now_ns + SECOND_NS, Event::Second);
                self.second();
                told(self.now_ns / SECOND_NS);
            }
            Some(Event::Fault(place)) => self.strike(place),
            Some(Event::Mended(place)) => self.mend(place),
            Some(Event::Retry(request)) => {
                self.waiting -= 1;
                self.retry(request);
            }
            None => {}
        }
    }

    /// Virtual time as the policies count it.
    fn now_ms(&self) -> u64 {
        EPOCH_MS + self.now_ns / 1_000_000
    }

    /// A server more, not started yet.
    fn add_server(&mut self) -> usize {
        let slot = self.servers.len();
        let name: Name =
            format!("app-{}", slot + 1).parse().expect("letters and digits are a name");
        let machine = Machine::new(&self.scenario.server);
        self.servers.push(Server::new(name, machine, self.now_ns, self.now_ms()));
        self.table.add_slot();
        slot
    }

    /// Puts a server into the pool; from now on it is probed.
    fn list(&mut self, slot: usize) {
        let now_ms = self.now_ms();
        let server = &mut self.servers[slot];
        (server.listed, server.joined_ms) = (true, now_ms);
        server.findings.checkup = Checkup::new(now_ms);
        self.table.members.push(slot);
        // The prober looks for new servers ten times a second.
        let wait_ns = self.dice.probes.random_range(0..SECOND_NS / 10);
        self.agenda.put(self.now_ns + wait_ns, Event::Probe { slot });
    }

    /// Makes the table anew, as whenever something in it changed.
    fn refresh(&mut self) {
        let now_ms = self.now_ms();
        self.table.refresh(&mut self.servers, &self.scenario.pool, now_ms, self.planted);
    }

    /// A server leaves for good.
    fn remove(&mut self, slot: usize) {
        self.cut_off(slot);
        let server = &mut self.servers[slot];
        (server.gone_ns, server.listed) = (Some(self.now_ns), false);
        server.machine.die(self.now_ns);
        self.table.members.retain(|member| *member != slot);
        self.refresh();
    }

    fn close(mut self) -> Outcome {
        self.tally.end(self.now_ns, self.waiting as u64, self.in_flight());
        self.checkers.end(&self.tally, &self.servers, self.scenario);
        Outcome {
            servers: self.servers,
            faults: self.faults,
            tally: self.tally,
            checkers: self.checkers,
        }
    }

    fn in_flight(&self) -> u64 {
        self.flights.len() as u64
    }
}

impl Dice {
    fn new(seed: u64) -> Dice {
        let stream =
            |number: u64| SmallRng::seed_from_u64(seed.wrapping_mul(0x100).wrapping_add(number));
        Dice {
            probes: stream(1),
            picks: stream(2),
            retries: stream(3),
            errors: stream(4),
            boots: stream(5),
            faults: stream(6),
        }
    }
}

/// Whether a request of a client comes through while so many percent do not.
fn is_cut(request: &Request, percent: u32) -> bool {
    request.address.wrapping_mul(0xc2b2_ae35) >> 8 & 0xffff < 0x1_0000 * percent / 100
}
