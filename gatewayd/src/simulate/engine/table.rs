//! The table: which servers take how much, made anew whenever one changes, as in production.

use std::time::Duration;

use rand::Rng;
use rand::rngs::SmallRng;

use super::Planted;
use crate::model::{Balance, Weight};
use crate::policy::{self, Balancer, ErrorLoad, Latency, Member, Part, Ranks, Serving, Stay, Turn};
use crate::simulate::scenario::PoolModel;
use crate::simulate::server::Server;

/// Which servers take how much.
#[derive(Debug)]
pub(super) struct Table {
    /// The slots of the servers in the pool.
    pub(super) members: Vec<usize>,
    /// Requests under way on each slot, as the gateway counts them.
    pub(super) in_flight: Vec<u32>,
    /// Failed attempts on each slot that count as under way.
    errors: Vec<ErrorLoad>,
    /// How long the server on each slot takes to answer.
    latencies: Vec<Latency>,
    seconds: Stay,
    /// How long a good attempt is under way.
    stay: Duration,
    balancer: Balancer,
    hashes: bool,
    turn: Turn,
    warming: bool,
    /// Whether so few servers are healthy that all take requests.
    pub(super) panic: bool,
}

impl Table {
    /// One without members.
    pub(super) fn new(pool: &PoolModel, rng: &mut impl Rng) -> Table {
        Table {
            members: Vec::new(),
            in_flight: Vec::new(),
            errors: Vec::new(),
            latencies: Vec::new(),
            seconds: Stay::default(),
            stay: Stay::UNKNOWN,
            balancer: Balancer::new(&pool.balance, &[], None),
            hashes: matches!(pool.balance, Balance::ConsistentHash(_)),
            turn: Turn::new(rng),
            warming: false,
            panic: false,
        }
    }

    /// Room for the count of a new server.
    pub(super) fn add_slot(&mut self) {
        self.in_flight.push(0);
        self.errors.push(ErrorLoad::default());
        self.latencies.push(Latency::default());
    }

    /// An attempt on the server at `slot` failed.
    pub(super) fn failed(&mut self, slot: usize, now_ms: u64) {
        self.errors[slot] = self.errors[slot].failed(now_ms, self.stay);
    }

    /// An attempt on the server at `slot` ended after so long, well or not.
    pub(super) fn took(&mut self, slot: usize, us: u64, went_well: bool, now_ms: u64) {
        let before = self.latencies[slot];
        self.latencies[slot] =
            if went_well { before.answered(us, now_ms) } else { before.failed(us, now_ms) };
    }

    /// A second is over in which so many went well.
    pub(super) fn learn(&mut self, went_well: u32) {
        let in_flight: u32 = self.members.iter().map(|slot| self.in_flight[*slot]).sum();
        let told = self.seconds.observe(f64::from(in_flight), f64::from(went_well));
        self.stay = told.unwrap_or(self.stay);
    }

    /// Whether some server takes a growing part.
    pub(super) fn is_warming(&self) -> bool {
        self.warming
    }

    /// The slot of the server that takes the next request.
    pub(super) fn pick(
        &mut self,
        address: u32,
        now_ms: u64,
        except: Option<usize>,
        rng: &mut SmallRng,
    ) -> Option<usize> {
        let key = if self.hashes { policy::hash_key(&address.to_be_bytes()) } else { 0 };
        let (members, in_flight, errors) = (&self.members, &self.in_flight, &self.errors);
        let is_out = |place: usize| Some(members[place]) == except;
        let load = |place: usize| {
            let slot = members[place];
            in_flight[slot] + errors[slot].requests(now_ms, self.stay)
        };
        let latency = |place: usize| self.latencies[members[place]].aged(now_ms);
        let picked = self.balancer.pick(&mut self.turn, key, load, latency, is_out, rng);
        picked.map(|place| members[place])
    }

    /// How the servers are that would take requests if they were healthy.
    pub(super) fn ranks(&self, servers: &[Server]) -> Ranks {
        let members = self.members.iter().map(|slot| &servers[*slot]);
        Ranks::of(members.filter(|it| it.is_eligible()).map(Server::health))
    }

    /// Takes in what the servers are like now.
    pub(super) fn refresh(
        &mut self,
        servers: &mut [Server],
        pool: &PoolModel,
        now_ms: u64,
        planted: Planted,
    ) {
        let few = self.ranks(servers).is_panic(pool.panic_threshold);
        self.panic = few && !planted.never_panics;
        let takes = |slot: &usize| {
            let server = &servers[*slot];
            let ready = server.takes_requests() || (self.panic && server.is_eligible());
            ready || planted.stale_table
        };
        let serving = |slot: &usize| Serving {
            weight: Weight::DEFAULT,
            since: Duration::from_millis(now_ms.saturating_sub(servers[*slot].joined_ms)),
        };
        let those_who_serve: Vec<Serving> =
            self.members.iter().filter(|slot| takes(slot)).map(serving).collect();
        let mut growing = policy::slow_start(&those_who_serve, pool.slow_start);
        let parts: Vec<Part> = (self.members.iter())
            .map(|slot| if takes(slot) { growing.next() } else { None }.unwrap_or(Part::NONE))
            .collect();
        let members: Vec<Member<'_>> = (self.members.iter().zip(&parts))
            .map(|(slot, part)| Member {
                name: &servers[*slot].name,
                weight: Weight::DEFAULT,
                part: *part,
            })
            .collect();
        self.balancer = Balancer::new(&pool.balance, &members, Some(&self.balancer));
        self.warming = parts.iter().any(|part| Part::NONE < *part && *part < Part::WHOLE);
        for (slot, part) in self.members.iter().zip(&parts) {
            servers[*slot].part = *part;
        }
    }
}
