//! A replay: what would a rule have done with requests that came?

use std::collections::{HashMap, HashSet};

use std::net::{IpAddr, Ipv6Addr};

use crate::model::Rule;

use super::{Measure, Verdict};

/// One request that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When, microseconds since the start of the process.
    pub at_us: u64,
    /// What it was counted by.
    pub key: u64,
    /// Whether the limit refused it, or would have.
    pub refused: bool,
    /// The client's address as 128 bits, IPv4 mapped.
    pub client_bits: u128,
}

impl Arrival {
    /// The client's address.
    #[must_use]
    pub fn client(&self) -> IpAddr {
        Ipv6Addr::from_bits(self.client_bits).to_canonical()
    }
}

/// What a rule would have done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Requests that came.
    pub arrived: u64,
    /// Of those, how many were refused when they came.
    pub were_refused: u64,
    /// How many the rule would refuse.
    pub would_refuse: u64,
    /// Keys that asked.
    pub keys: u64,
    /// Keys of which something was refused when it came.
    pub keys_were_refused: u64,
    /// Keys of which the rule would refuse something.
    pub keys_would_refuse: u64,
    /// Keys of which nothing was refused when it came, and the rule would refuse something.
    pub keys_newly_refused: u64,
    /// The keys of which it would refuse most, and how often.
    pub top: Vec<(u64, u64)>,
}

/// How many of the keys that lose most are told.
const TOLD: usize = 10;

/// Replays `arrivals`, in the order they came, under `rule`.
#[must_use]
pub fn replay(arrivals: &[Arrival], rule: Rule) -> Replayed {
    let measure = Measure::of(rule);
    let mut used = HashMap::new();
    let mut would: HashMap<u64, u64> = HashMap::new();
    let mut were: HashSet<u64> = HashSet::new();
    let mut replayed = Replayed { arrived: arrivals.len() as u64, ..Replayed::default() };
    for Arrival { at_us, key, refused, .. } in arrivals {
        let used = used.entry(*key).or_insert_with(|| measure.unused(*at_us));
        // What is in flight is not known afterwards: each is over before the next.
        if let Verdict::Rejected { .. } = measure.admit(used, *at_us) {
            replayed.would_refuse += 1;
            *would.entry(*key).or_default() += 1;
        } else {
            measure.give_back(used);
        }
        if *refused {
            replayed.were_refused += 1;
            were.insert(*key);
        }
    }
    replayed.keys = used.len() as u64;
    replayed.keys_were_refused = were.len() as u64;
    replayed.keys_would_refuse = would.len() as u64;
    replayed.keys_newly_refused = would.keys().filter(|key| !were.contains(*key)).count() as u64;
    replayed.top = would.into_iter().collect();
    replayed.top.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), *key));
    replayed.top.truncate(TOLD);
    replayed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_says_what_the_rule_would_have_done() {
        let arrival = |at_ms: u64, key| Arrival {
            at_us: at_ms * 1000,
            key,
            refused: key == 2,
            client_bits: 0,
        };
        let mut came: Vec<Arrival> = (0..10).map(|at| arrival(at, 1)).collect();
        came.extend((0..4).map(|at| arrival(100 + at, 2)));
        came.extend((0..2).map(|at| arrival(200 + at, 3)));
        let replayed = replay(&came, Rule::Max("3/minute".parse().unwrap()));
        let expected = Replayed {
            arrived: 16,
            were_refused: 4,
            would_refuse: 8,
            keys: 3,
            keys_were_refused: 1,
            keys_would_refuse: 2,
            keys_newly_refused: 1,
            top: vec![(1, 7), (2, 1)],
        };
        assert_eq!(replayed, expected);
    }
}
