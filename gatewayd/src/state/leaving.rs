//! A backend that operators took out of service: when what is left on it is closed, and what is left.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::model::{Backend, Health, Standing, UnderWay};

use super::LiveBackend;

/// A backend out of service, as the data plane sees it.
#[derive(Debug)]
pub struct Leaving {
    /// The backend.
    pub live: Arc<LiveBackend>,
    /// When what is left is closed; `None` when it is not.
    pub closing: Option<Closing>,
    /// Until when it takes requests of clients that are bound to it, milliseconds since the start
    /// of the process; 0 is not at all.
    pub binds_until_ms: u64,
}

/// When what is left on a backend is closed, in milliseconds since the start of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Requests whose answer has not begun.
    pub requests_ms: u64,
    /// The first of the streams.
    pub streams_ms: u64,
    /// How long it takes until the last of them.
    pub spread_ms: u64,
}

/// What one worker has under way on a backend that is out of service, written by it alone.
#[derive(Debug, Default)]
pub struct UnderWayCell(ArcSwap<UnderWay>);

impl Leaving {
    /// What the data plane has to know of `backend`, at `now_ms` (since the start of the process)
    /// and `wall_ms` (since the Unix epoch); `None` when it is in service.
    pub(super) fn of(
        backend: &Backend,
        live: &Arc<LiveBackend>,
        (now_ms, wall_ms): (u64, i64),
    ) -> Option<Leaving> {
        if backend.standing == Standing::Active {
            return None;
        }
        let here = |at_ms: i64| now_ms.saturating_add_signed(at_ms.saturating_sub(wall_ms));
        let plan = backend.mark.as_ref().and_then(|mark| mark.drain.as_ref());
        let closing =
            plan.and_then(|plan| plan.closes()).map(|(requests, streams, spread)| Closing {
                requests_ms: here(requests),
                streams_ms: here(streams),
                spread_ms: spread.as_millis() as u64,
            });
        let drains = plan.filter(|plan| {
            let is_well = live.health() == Health::Healthy;
            backend.standing == Standing::Draining && plan.killed_ms.is_none() && is_well
        });
        let binds_until_ms = drains.map_or(0, |plan| here(plan.streams_until_ms()));
        Some(Leaving { live: Arc::clone(live), closing, binds_until_ms })
    }
}

impl Closing {
    /// Whether a request is closed at `now_ms`; `lot` is drawn by lot for each stream.
    #[must_use]
    pub fn is_due(&self, is_stream: bool, lot: u32, now_ms: u64) -> bool {
        if !is_stream {
            return self.requests_ms <= now_ms;
        }
        let turn_ms = (u128::from(self.spread_ms) * u128::from(lot)) >> 32;
        self.streams_ms.saturating_add(turn_ms as u64) <= now_ms
    }
}

impl UnderWayCell {
    /// Says what is under way now.
    pub fn tell(&self, under_way: UnderWay) {
        self.0.store(Arc::new(under_way));
    }

    /// What was last told.
    #[must_use]
    pub fn read(&self) -> Arc<UnderWay> {
        self.0.load_full()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_closed_over_the_whole_spread_and_none_before_its_deadline() {
        let closing = Closing { requests_ms: 1000, streams_ms: 5000, spread_ms: 2000 };
        let at = |is_stream, lot| (0..10_000).find(|now| closing.is_due(is_stream, lot, *now));
        assert_eq!(at(false, u32::MAX), Some(1000));
        assert_eq!(at(true, 0), Some(5000));
        assert_eq!(at(true, u32::MAX / 2 + 1), Some(6000));
        assert_eq!(at(true, u32::MAX), Some(6999));
    }
}
