//! The results: costs by row, proxy and round, and the ratios they come to.

use std::collections::BTreeMap;

use crate::idle::{Idle, Memory};
use crate::proxies::Proxy;

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// Less is better. By name of the row; the key inside is the round.
    costs: BTreeMap<(&'static str, Proxy), BTreeMap<u32, f64>>,
    /// The same of gatewayd's data plane alone.
    data_plane: BTreeMap<(&'static str, Proxy), BTreeMap<u32, f64>>,
    /// How much of its core a proxy used, 0 to 1, in every round.
    busy: BTreeMap<(&'static str, Proxy), Vec<f64>>,
    /// How much of the time others had a proxy's core, 0 to 1, in every turn.
    waited: Vec<f64>,
    memory: Vec<(Proxy, Idle, Memory)>,
}

/// How a proxy compares with another.
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
    /// Remembers what something cost a proxy in a round.
    pub(crate) fn add_cost(&mut self, row: &'static str, proxy: Proxy, round: u32, cost: f64) {
        self.costs.entry((row, proxy)).or_default().insert(round, cost);
    }

    /// Remembers what something cost the data plane of a gatewayd in a round.
    pub(crate) fn add_data_plane(
        &mut self,
        row: &'static str,
        proxy: Proxy,
        round: u32,
        cost: f64,
    ) {
        self.data_plane.entry((row, proxy)).or_default().insert(round, cost);
    }

    /// Remembers how much of its core a proxy used meanwhile.
    pub(crate) fn add_busy(&mut self, row: &'static str, proxy: Proxy, busy: f64) {
        self.busy.entry((row, proxy)).or_default().push(busy);
    }

    /// Remembers how much of a turn others had the proxy's core.
    pub(crate) fn add_waited(&mut self, waited: f64) {
        self.waited.push(waited);
    }

    /// How much of the time others had the proxies' core, 0 to 1, the median of the turns.
    pub(crate) fn waited(&self) -> Option<f64> {
        spread(self.waited.clone()).map(|waited| waited.median)
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
    fn cheapest_peer(&self, row: &'static str) -> Option<Proxy> {
        let peers = Proxy::ALL.into_iter().filter(|proxy| proxy.is_peer());
        let costs = peers.filter_map(|peer| {
            let rounds = self.costs.get(&(row, peer))?.values().copied();
            Some((peer, spread(rounds.collect())?.median))
        });
        costs.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(peer, _)| peer)
    }

    /// The cost of a proxy relative to that of the cheapest peer, round by round.
    pub(crate) fn ratio(&self, row: &'static str, proxy: Proxy) -> Option<Ratio> {
        let base = self.costs.get(&(row, self.cheapest_peer(row)?))?;
        beside(self.costs.get(&(row, proxy))?, base)
    }

    /// The cost of the data plane of a gatewayd that is watched relative to one that is not, round
    /// by round.
    pub(crate) fn of_watchers(&self, row: &'static str, proxy: Proxy) -> Option<Ratio> {
        let base = self.data_plane.get(&(row, Proxy::Gatewayd))?;
        beside(self.data_plane.get(&(row, proxy.wanted().map(|_| proxy)?))?, base)
    }

    /// How much of its core a proxy used, 0 to 1.
    pub(crate) fn busy(&self, row: &'static str, proxy: Proxy) -> Option<f64> {
        spread(self.busy.get(&(row, proxy))?.clone()).map(|busy| busy.median)
    }
}

fn beside(costs: &BTreeMap<u32, f64>, base: &BTreeMap<u32, f64>) -> Option<Ratio> {
    spread(costs.iter().filter_map(|(round, cost)| Some(cost / base.get(round)?)).collect())
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
    use crate::proxies::Proxy;

    fn results(costs: &[(Proxy, [f64; 3])]) -> Results {
        let mut results = Results::default();
        for (proxy, rounds) in costs {
            for (round, cost) in (0..).zip(rounds) {
                results.add_cost("small", *proxy, round, *cost);
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
