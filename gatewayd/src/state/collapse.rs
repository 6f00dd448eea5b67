//! A collapse: most requests come from a few addresses that name others in X-Forwarded-For, but
//! are not believed. They may be proxies that nobody told of: then everybody behind one of them is
//! one client.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError, TryLockError};

use ipnet::IpNet;

use crate::model::CollapseView;
use crate::policy::{HeavyHitters, hash_key};

use super::{Cells, Counter, WorkerCells};

/// One in so many requests is looked at.
const SAMPLED: u64 = 8;
/// What is judged is of this many ticks, and at least so many requests that were looked at.
const TICKS: usize = 10;
const FEWEST: u64 = 20;
/// The most addresses that are taken for proxies.
const MOST_PROXIES: usize = 4;
/// How many are told apart in a tick.
const TOLD_APART: usize = 16;

/// What one worker saw of it.
#[derive(Debug)]
pub struct CollapseCells {
    looked_at: Counter,
    /// Who claimed, since the last tick.
    claims: Mutex<HeavyHitters<IpAddr>>,
}

/// Watches all workers, tick by tick.
#[derive(Debug, Default)]
pub struct CollapseWatch {
    /// Requests that were looked at before the oldest tick.
    looked_at_before: u64,
    ticks: VecDeque<Tick>,
}

#[derive(Debug)]
struct Tick {
    /// Requests that were looked at until its end, since the start.
    looked_at: u64,
    /// How many of them each claimed, at least.
    claims: HashMap<IpAddr, u64>,
}

impl Default for CollapseCells {
    fn default() -> CollapseCells {
        let claims = Mutex::new(HeavyHitters::new(TOLD_APART));
        CollapseCells { looked_at: Counter::default(), claims }
    }
}

impl CollapseCells {
    /// Whether the request that is the `number`th is looked at.
    #[must_use]
    pub fn looks_at(number: u64) -> bool {
        number.is_multiple_of(SAMPLED)
    }

    /// Counts a request that was looked at: whether `peer` names others and is not believed. Only
    /// the owning worker may call this, and it never waits: while somebody reads, a claim goes
    /// unnoted.
    pub fn note(&self, peer: IpAddr, claims: bool) {
        self.looked_at.add(1);
        if !claims {
            return;
        }
        let mut seen = match self.claims.try_lock() {
            Ok(seen) => seen,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let hash = match peer {
            IpAddr::V4(v4) => hash_key(&v4.octets()),
            IpAddr::V6(v6) => hash_key(&v6.octets()),
        };
        seen.note(hash, || peer);
    }

    /// Who claimed since this was asked last.
    fn take(&self) -> HeavyHitters<IpAddr> {
        let mut seen = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *seen, HeavyHitters::new(TOLD_APART))
    }
}

impl CollapseWatch {
    /// Takes the counts of this second.
    pub fn tick(&mut self, cells: &Cells<WorkerCells>) {
        let mut claims: HashMap<IpAddr, u64> = HashMap::new();
        for cell in cells.iter() {
            for it in cell.collapse.take().iter() {
                *claims.entry(it.what).or_default() += it.count - it.error;
            }
        }
        let looked_at = cells.sum(|cell| cell.collapse.looked_at.read());
        self.ticks.push_back(Tick { looked_at, claims });
        if self.ticks.len() > TICKS {
            self.looked_at_before = self.ticks.pop_front().map_or(0, |it| it.looked_at);
        }
    }

    /// The collapse there is, if there is one, where these are `trusted`.
    #[must_use]
    pub fn view(&self, trusted: &[IpNet]) -> Option<CollapseView> {
        let looked_at = self.ticks.back()?.looked_at - self.looked_at_before;
        if looked_at < FEWEST {
            return None;
        }
        let mut claims: HashMap<IpAddr, u64> = HashMap::new();
        for (address, count) in self.ticks.iter().flat_map(|tick| &tick.claims) {
            *claims.entry(*address).or_default() += count;
        }
        let mut most: Vec<(IpAddr, u64)> = claims.into_iter().collect();
        most.sort_by_key(|(address, count)| (std::cmp::Reverse(*count), *address));
        let (mut proxies, mut sum) = (Vec::new(), 0);
        for (address, count) in most.into_iter().take(MOST_PROXIES) {
            proxies.push(address);
            sum += count;
            if 2 * sum > looked_at {
                proxies.sort_unstable();
                let ratio = sum as f64 / looked_at as f64;
                return Some(CollapseView { proxies, ratio, trusted: trusted.to_vec() });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Workers, and who watches them.
    struct Scene {
        cells: Cells<WorkerCells>,
        watch: CollapseWatch,
    }

    impl Scene {
        fn new() -> Scene {
            Scene { cells: Cells::new(2), watch: CollapseWatch::default() }
        }

        /// A second in which so many claims come from each, and so many requests from others.
        fn second(&mut self, claims: &[(u8, u8)], others: u8) -> Option<(Vec<String>, f64)> {
            for (host, count) in claims {
                for number in 0..*count {
                    let cell = &self.cells.of(usize::from(number % 2)).collapse;
                    cell.note([10, 0, 0, *host].into(), true);
                }
            }
            (0..others).for_each(|number| {
                self.cells.of(0).collapse.note([192, 0, 2, number].into(), false);
            });
            self.watch.tick(&self.cells);
            let view = self.watch.view(&[])?;
            Some((view.proxies.iter().map(ToString::to_string).collect(), view.ratio))
        }
    }

    fn told(scene: Option<(Vec<String>, f64)>) -> String {
        scene.map(|(proxies, _)| proxies.join(" ")).unwrap_or_default()
    }

    #[test]
    fn it_takes_more_than_half_of_enough_requests() {
        let (proxies, ratio) = Scene::new().second(&[(5, 60)], 40).unwrap();
        assert_eq!(proxies, ["10.0.0.5"]);
        assert!((ratio - 0.6).abs() < 1e-9, "{ratio}");
        assert_eq!(Scene::new().second(&[(5, 50)], 50), None);
        assert_eq!(Scene::new().second(&[(5, 19)], 0), None);
    }

    #[test]
    fn whoever_was_the_proxy_before_is_not_named_any_more() {
        let mut scene = Scene::new();
        for _ in 0..100 {
            assert_eq!(told(scene.second(&[(5, 200)], 0)), "10.0.0.5");
        }
        for _ in 0..TICKS {
            scene.second(&[(6, 100)], 0);
        }
        assert_eq!(told(scene.second(&[(6, 100)], 0)), "10.0.0.6");
    }

    #[test]
    fn two_proxies_that_share_are_both_named_and_a_crowd_of_claimants_is_none() {
        assert_eq!(told(Scene::new().second(&[(5, 50), (6, 50)], 0)), "10.0.0.5 10.0.0.6");
        let crowd: Vec<(u8, u8)> = (0..200).map(|host| (host, 1)).collect();
        assert_eq!(Scene::new().second(&crowd, 0), None);
    }
}
