//! A replay: what would a rule have done with requests that came?

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};

use crate::model::Rule;

use super::{Measure, Used, Verdict};

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
    /// Clients of which it would refuse most, and how often.
    pub top: Vec<(IpAddr, u64)>,
}

/// How many of the keys that lose most are told.
const TOLD: usize = 10;

/// Replays `arrivals`, in the order they came, each under the rule that `rule_of` gives its client;
/// nothing is replayed of clients that it gives none.
#[must_use]
pub fn replay(arrivals: &[Arrival], rule_of: impl Fn(IpAddr) -> Option<Rule>) -> Replayed {
    let mut keys: HashMap<u64, Key> = HashMap::new();
    let mut replayed = Replayed::default();
    for arrival in arrivals {
        let Arrival { at_us, key, refused, .. } = *arrival;
        let key = match keys.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let client = arrival.client();
                let Some(measure) = rule_of(client).map(Measure::of) else { continue };
                new.insert(Key { client, measure, used: measure.unused(at_us), would: 0, were: 0 })
            }
        };
        replayed.arrived += 1;
        // What is in flight is not known afterwards: each is over before the next.
        match key.measure.admit(&mut key.used, at_us) {
            Verdict::Rejected { .. } => key.would += 1,
            Verdict::Admitted { .. } => key.measure.give_back(&mut key.used),
        }
        key.were += u64::from(refused);
    }
    replayed.add_up(keys.into_values());
    replayed
}

/// One key of a replay.
struct Key {
    client: IpAddr,
    measure: Measure,
    used: Used,
    would: u64,
    were: u64,
}

impl Replayed {
    fn add_up(&mut self, keys: impl Iterator<Item = Key>) {
        for key in keys {
            self.keys += 1;
            self.were_refused += key.were;
            self.would_refuse += key.would;
            self.keys_were_refused += u64::from(key.were > 0);
            self.keys_newly_refused += u64::from(key.were == 0 && key.would > 0);
            if key.would > 0 {
                self.keys_would_refuse += 1;
                self.top.push((key.client, key.would));
            }
        }
        self.top.sort_by_key(|(client, count)| (Reverse(*count), *client));
        self.top.truncate(TOLD);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_replay_says_what_the_rule_would_have_done() {
        let arrival = |at_ms: u64, key| Arrival {
            at_us: at_ms * 1000,
            key,
            refused: key == 2,
            client_bits: Ipv4Addr::from_bits(key as u32).to_ipv6_mapped().to_bits(),
        };
        let mut came: Vec<Arrival> = (0..10).map(|at| arrival(at, 1)).collect();
        came.extend((0..4).map(|at| arrival(100 + at, 2)));
        came.extend((0..2).map(|at| arrival(200 + at, 3)));
        let rule = |text: &str| Rule::Max(text.parse().unwrap());
        let client = |number: u32| IpAddr::from(Ipv4Addr::from_bits(number));
        let replayed = replay(&came, |_| Some(rule("3/minute")));
        let expected = Replayed {
            arrived: 16,
            were_refused: 4,
            would_refuse: 8,
            keys: 3,
            keys_were_refused: 1,
            keys_would_refuse: 2,
            keys_newly_refused: 1,
            top: vec![(client(1), 7), (client(2), 1)],
        };
        assert_eq!(replayed, expected);
        // One that has more, and one that it does not concern.
        let replayed = replay(&came, |it| match it {
            it if it == client(1) => Some(rule("9/minute")),
            it if it == client(2) => None,
            _ => Some(rule("1/minute")),
        });
        assert_eq!((replayed.arrived, replayed.keys, replayed.were_refused), (12, 2, 0));
        assert_eq!(replayed.top, [(client(1), 1), (client(3), 1)]);
    }
}
