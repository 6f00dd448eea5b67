//! The results: samples by scenario, proxy and round, and the ratios they come to.

use std::collections::BTreeMap;

use crate::bench::Sample;
use crate::idle::{Idle, Memory};
use crate::proxies::Proxy;

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// By name of the scenario; the key inside is the round.
    samples: BTreeMap<(&'static str, Proxy), BTreeMap<u32, Sample>>,
    memory: Vec<(Proxy, Idle, Memory)>,
}

/// How a proxy compares with the cheapest peer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    /// Of the rounds.
    pub(crate) median: f64,
    /// The round where it was least.
    pub(crate) least: f64,
    /// The round where it was most.
    pub(crate) most: f64,
}

impl Results {
    /// Remembers a sample.
    pub(crate) fn add(&mut self, scenario: &'static str, proxy: Proxy, round: u32, sample: Sample) {
        self.samples.entry((scenario, proxy)).or_default().insert(round, sample);
    }

    /// Remembers what a proxy keeps for idle connections.
    pub(crate) fn add_memory(&mut self, proxy: Proxy, kind: Idle, memory: Memory) {
        self.memory.push((proxy, kind, memory));
    }

    /// What a proxy keeps for idle connections of a kind.
    pub(crate) fn memory(&self, proxy: Proxy, kind: Idle) -> Option<Memory> {
        let mut memory = self.memory.iter();
        let (.., found) = memory.find(|(who, what, _)| (*who, *what) == (proxy, kind))?;
        Some(*found)
    }

    /// The peer with the lowest median cost.
    pub(crate) fn cheapest_peer(&self, scenario: &'static str) -> Option<Proxy> {
        let peers = Proxy::ALL.into_iter().filter(|proxy| proxy.is_peer());
        let costs = peers.filter_map(|peer| Some((peer, self.median_cost(scenario, peer)?)));
        costs.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(peer, _)| peer)
    }

    /// The cost of a proxy relative to that of the cheapest peer, round by round.
    pub(crate) fn ratio(&self, scenario: &'static str, proxy: Proxy) -> Option<Ratio> {
        let base = self.rounds(scenario, self.cheapest_peer(scenario)?)?;
        let rounds = self.rounds(scenario, proxy)?.iter();
        let ratios = rounds
            .filter_map(|(round, sample)| Some(sample.cost_us / base.get(round)?.cost_us))
            .collect();
        spread(ratios)
    }

    /// How much of its core a proxy used, 0 to 1.
    pub(crate) fn busy(&self, scenario: &'static str, proxy: Proxy) -> Option<f64> {
        let rounds = self.rounds(scenario, proxy)?.values();
        spread(rounds.map(|sample| sample.busy).collect()).map(|busy| busy.median)
    }

    fn median_cost(&self, scenario: &'static str, proxy: Proxy) -> Option<f64> {
        let rounds = self.rounds(scenario, proxy)?.values();
        spread(rounds.map(|sample| sample.cost_us).collect()).map(|cost| cost.median)
    }

    fn rounds(&self, scenario: &'static str, proxy: Proxy) -> Option<&BTreeMap<u32, Sample>> {
        self.samples.get(&(scenario, proxy))
    }
}

fn spread(mut values: Vec<f64>) -> Option<Ratio> {
    values.sort_by(f64::total_cmp);
    let (least, most) = (*values.first()?, *values.last()?);
    let middle = values.len() / 2;
    let median = match values.len() % 2 {
        1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    };
    Some(Ratio { median, least, most })
}

#[cfg(test)]
mod tests {
    use super::{Ratio, Results, spread};
    use crate::bench::Sample;
    use crate::load::Tally;
    use crate::proxies::Proxy;

    fn results(costs: &[(Proxy, [f64; 3])]) -> Results {
        let mut results = Results::default();
        for (proxy, rounds) in costs {
            for (round, cost_us) in (0..).zip(rounds) {
                let tally = Tally::default();
                let sample = Sample { cost_us: *cost_us, rate: 1.0, busy: 1.0, tally };
                results.add("small", *proxy, round, sample);
            }
        }
        results
    }

    #[test]
    fn the_base_is_the_cheapest_peer_and_never_gatewayd_or_the_relay() {
        let results = results(&[
            (Proxy::Relay, [1.0; 3]),
            (Proxy::Gatewayd, [2.0; 3]),
            (Proxy::Nginx, [9.0, 4.0, 4.0]),
            (Proxy::Haproxy, [5.0; 3]),
        ]);
        assert_eq!(results.cheapest_peer("small"), Some(Proxy::Nginx));
    }

    #[test]
    fn ratios_compare_within_a_round() {
        // The machine was twice as slow in the second round: the ratio is the same.
        let results =
            results(&[(Proxy::Gatewayd, [2.0, 4.0, 2.0]), (Proxy::Nginx, [4.0, 8.0, 4.0])]);
        let half = Ratio { median: 0.5, least: 0.5, most: 0.5 };
        assert_eq!(results.ratio("small", Proxy::Gatewayd), Some(half));
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        let median = |values: &[f64]| spread(values.to_vec()).map(|spread| spread.median);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }
}
