//! Falls: how fast what is left on backends out of service becomes less, and what is left now.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{Backend, DrainView, Standing, UnderWay};

use super::{LiveBackend, Table};

/// The fall of so many seconds tells when nothing is left.
const SECONDS: usize = 10;
/// A longer guess is no guess.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What was left second by second, by the slot of the backend; the newest last.
#[derive(Debug, Default)]
pub(super) struct Falls(HashMap<u64, VecDeque<(u64, u32)>>);

impl Falls {
    /// Takes in what is left at `now_us`.
    pub(super) fn tick(&mut self, table: &Table, now_us: u64) {
        self.0.retain(|slot, _| table.leaving.iter().any(|it| it.live.slot == *slot));
        for leaving in &table.leaving {
            let past = self.0.entry(leaving.live.slot).or_default();
            if past.len() > SECONDS {
                past.pop_front();
            }
            past.push_back((now_us, leaving.live.in_flight()));
        }
    }

    /// In how many seconds nothing is left of `in_flight`, if it goes on as it did.
    fn eta_s(&self, slot: u64, in_flight: u32) -> Option<f64> {
        let past = self.0.get(&slot)?;
        let ((from_us, from), (to_us, to)) = (past.front()?, past.back()?);
        let fallen = f64::from(from.checked_sub(*to).filter(|fallen| *fallen > 0)?);
        let seconds = to_us.saturating_sub(*from_us) as f64 / 1e6;
        let eta_s = f64::from(in_flight) * seconds / fallen;
        (eta_s <= LONGEST.as_secs_f64()).then_some(eta_s)
    }

    /// What is left on a backend that is out of service.
    pub(super) fn view(
        &self,
        wanted: &Backend,
        live: &LiveBackend,
        clock: Clock,
    ) -> Option<DrainView> {
        if wanted.standing == Standing::Active {
            return None;
        }
        let mut under_way = UnderWay::default();
        live.under_way.iter().for_each(|cell| under_way.merge(&cell.read()));
        let in_flight = live.in_flight();
        let (streams, websockets) = (under_way.streams, under_way.websockets);
        let oldest = under_way.oldest.filter(|_| in_flight > 0);
        Some(DrainView {
            requests: in_flight.saturating_sub(streams + websockets),
            streams,
            websockets,
            oldest_ms: oldest.as_ref().map(|it| clock.now_ms().saturating_sub(it.since_ms)),
            oldest_path: oldest.map(|it| it.path).unwrap_or_default(),
            eta_s: self.eta_s(live.slot, in_flight),
            plan: wanted.mark.as_ref().and_then(|mark| mark.drain.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_by_the_fall_of_the_last_ten_seconds_and_not_without_one() {
        let past = |all: &[u32]| {
            let seconds = (0..).map(|second: u64| second * 1_000_000);
            Falls(HashMap::from([(1, seconds.zip(all.iter().copied()).collect())]))
        };
        assert_eq!(past(&[100, 90, 80]).eta_s(1, 40), Some(4.0));
        assert_eq!(past(&[100, 100]).eta_s(1, 40), None);
        assert_eq!(past(&[10, 100]).eta_s(1, 40), None);
        assert_eq!(past(&[100]).eta_s(1, 40), None);
        assert_eq!(past(&[100, 50]).eta_s(2, 40), None);
    }
}
