//! Which backend takes a request?
//!
//! A balancer is built from a pool's members whenever one of them changes, and asked by every
//! worker for every request without waiting for another.

mod consistent_hash;
mod error_load;
mod latency;
mod least_connections;
mod pairs;
mod peak_ewma;
mod round_robin;
mod slots;

use rand::Rng;

use crate::model::{Balance, Name, Weight};

use super::Part;
use consistent_hash::ConsistentHash;
pub use consistent_hash::hash_key;
pub use error_load::{ErrorLoad, Stay};
pub use latency::{Aged, Latency};
use least_connections::LeastConnections;
use peak_ewma::PeakEwma;
use round_robin::RoundRobin;
pub use round_robin::Turn;

/// A backend as a balancer sees it.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// Its identity.
    pub name: &'a Name,
    /// Its weight as desired.
    pub weight: Weight,
    /// How much of that it takes now: nothing unless it is ready, a growing part while it starts.
    pub part: Part,
}

/// Spreads requests over the members of one pool.
#[derive(Clone, Debug)]
pub struct Balancer(Method);

#[derive(Clone, Debug)]
enum Method {
    RoundRobin(RoundRobin),
    LeastConnections(LeastConnections),
    ConsistentHash(ConsistentHash),
    PeakEwma(PeakEwma),
}

/// A member that takes requests.
#[derive(Clone, Copy, Debug)]
struct Ready {
    /// Its place among the members.
    index: u32,
    /// What it takes now; only the relation to the others means anything.
    weight: u32,
}

impl Balancer {
    /// A balancer for `members`; what it has in common with `previous` is shared, not made anew.
    #[must_use]
    pub fn new(balance: &Balance, members: &[Member<'_>], previous: Option<&Balancer>) -> Balancer {
        Balancer(match balance {
            Balance::RoundRobin => Method::RoundRobin(RoundRobin::new(ready(members))),
            Balance::LeastConnections => {
                Method::LeastConnections(LeastConnections::new(ready(members)))
            }
            Balance::PeakEwma => Method::PeakEwma(PeakEwma::new(ready(members))),
            Balance::ConsistentHash(_) => {
                let previous = match previous {
                    Some(Balancer(Method::ConsistentHash(previous))) => Some(previous),
                    _ => None,
                };
                Method::ConsistentHash(ConsistentHash::new(members, previous))
            }
        })
    }

    /// The place of the member that takes the next request, if one does.
    ///
    /// `turn` belongs to the asking worker, `key` is [`hash_key`] of what the pool hashes by,
    /// `load` tells the requests under way on a member and those that count as such
    /// ([`ErrorLoad`]), `latency` how long it takes to answer, and `is_out` whether it is out of the
    /// question: tried already, or full.
    pub fn pick(
        &self,
        turn: &mut Turn,
        key: u64,
        load: impl Fn(usize) -> u32,
        latency: impl Fn(usize) -> Aged,
        is_out: impl Fn(usize) -> bool,
        rng: &mut impl Rng,
    ) -> Option<usize> {
        let load = |index: u32| load(index as usize);
        let is_out = |index: u32| is_out(index as usize);
        let picked = match &self.0 {
            Method::RoundRobin(method) => method.pick(turn, is_out),
            Method::LeastConnections(method) => method.pick(load, is_out, rng),
            Method::ConsistentHash(method) => method.pick(key, load, is_out),
            Method::PeakEwma(method) => {
                let latency = |index: u32| latency(index as usize);
                method.pick(load, latency, is_out, rng)
            }
        };
        picked.map(|index| index as usize)
    }
}

fn ready(members: &[Member<'_>]) -> Vec<Ready> {
    let weights = members.iter().map(|member| member.part.hundredths_of(member.weight));
    let all = (0..).zip(weights).map(|(index, weight)| Ready { index, weight });
    all.filter(|ready| ready.weight > 0).collect()
}

#[cfg(test)]
mod tests;
