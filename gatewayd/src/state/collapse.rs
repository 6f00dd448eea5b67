//! A collapse: most requests come from one address that names others in X-Forwarded-For, but is not
//! believed. It may be a proxy that nobody told of: then everybody behind it is one client.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::CollapseView;

use super::{Cells, Counter, WorkerCells};

/// One in so many requests is looked at.
const SAMPLED: u64 = 8;
/// What is judged is of this many ticks, and at least so many requests that were looked at.
const TICKS: usize = 10;
const FEWEST: u64 = 20;

/// What one worker saw of it.
#[derive(Debug, Default)]
pub struct CollapseCells {
    looked_at: Counter,
    claims: Counter,
    /// The address that a majority vote (Boyer and Moore 1981) is for, and how far it is ahead.
    ahead: [AtomicU64; 2],
    votes: Counter,
}

/// Watches all workers, tick by tick.
#[derive(Debug, Default)]
pub struct CollapseWatch {
    /// Requests that were looked at and claims among them, since the start.
    ticks: VecDeque<(u64, u64)>,
}

impl CollapseCells {
    /// Whether the request that is the `number`th is looked at.
    #[must_use]
    pub fn looks_at(number: u64) -> bool {
        number.is_multiple_of(SAMPLED)
    }

    /// Counts a request that was looked at: whether `peer` names others and is not believed. Only
    /// the owning worker may call this.
    pub fn note(&self, peer: IpAddr, claims: bool) {
        self.looked_at.add(1);
        if !claims {
            return;
        }
        self.claims.add(1);
        let bits = match peer {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        if self.votes.read() == 0 {
            self.ahead[0].store((bits >> 64) as u64, Ordering::Relaxed);
            self.ahead[1].store(bits as u64, Ordering::Relaxed);
        }
        if self.ahead_bits() == bits {
            self.votes.add(1);
        } else {
            self.votes.sub(1);
        }
    }

    fn ahead_bits(&self) -> u128 {
        let [upper, lower] = [0, 1].map(|word: usize| self.ahead[word].load(Ordering::Relaxed));
        u128::from(upper) << 64 | u128::from(lower)
    }
}

impl CollapseWatch {
    /// Takes the counts of this second.
    pub fn tick(&mut self, cells: &Cells<WorkerCells>) {
        if self.ticks.len() > TICKS {
            self.ticks.pop_front();
        }
        let looked_at = cells.sum(|cell| cell.collapse.looked_at.read());
        self.ticks.push_back((looked_at, cells.sum(|cell| cell.collapse.claims.read())));
    }

    /// The collapse there is, if there is one.
    #[must_use]
    pub fn view(&self, cells: &Cells<WorkerCells>) -> Option<CollapseView> {
        let (first, last) = (self.ticks.front()?, self.ticks.back()?);
        let (looked_at, claims) = (last.0 - first.0, last.1 - first.1);
        if looked_at < FEWEST || 2 * claims <= looked_at {
            return None;
        }
        let ahead = cells.iter().max_by_key(|cell| cell.collapse.votes.read())?;
        let address = Ipv6Addr::from_bits(ahead.collapse.ahead_bits()).to_canonical();
        Some(CollapseView { address, ratio: claims as f64 / looked_at as f64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen after a second in which this many claimed, and that many did not.
    fn seen(claims: u8, others: u8) -> Option<CollapseView> {
        let cells: Cells<WorkerCells> = Cells::new(2);
        let mut watch = CollapseWatch::default();
        watch.tick(&cells);
        for number in 0..claims {
            let cell = &cells.of(usize::from(number % 2)).collapse;
            cell.note([10, 0, 0, 5].into(), true);
        }
        (0..others).for_each(|number| {
            cells.of(0).collapse.note([192, 0, 2, number].into(), number.is_multiple_of(9));
        });
        watch.tick(&cells);
        watch.view(&cells)
    }

    #[test]
    fn it_takes_more_than_half_of_enough_requests() {
        let view = seen(60, 40).unwrap();
        assert_eq!(view.address.to_string(), "10.0.0.5");
        assert!((view.ratio - 0.65).abs() < 1e-9, "{view:?}");
        assert_eq!(seen(30, 70), None);
        assert_eq!(seen(19, 0), None);
    }
}
