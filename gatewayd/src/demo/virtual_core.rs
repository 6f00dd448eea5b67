//! A virtual core: what one app server has to work with.
//!
//! Each request occupies it for a fixed time, one after the other. Nobody burns a real core for
//! that: a request is told when its turn will be over and sleeps until then. So a laptop can show
//! twenty servers at 70 %, and each queues and saturates as a real one would.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The span over which utilization and rate are averaged.
const WINDOW: Duration = Duration::from_secs(1);
/// How long a figure is good for, so that reporting it costs nothing at high rates.
const REFRESH: Duration = Duration::from_millis(50);
/// The longest queue, in work ahead; beyond it a request is turned away at once.
const LONGEST_QUEUE: Duration = Duration::from_secs(5);

/// One core that serves requests in the order they come.
#[derive(Debug)]
pub(super) struct VirtualCore {
    work: Duration,
    turns: VecDeque<Turn>,
    measured: Option<(Instant, Figures)>,
}

/// When one request had, or will have, the core.
#[derive(Clone, Copy, Debug)]
struct Turn {
    start: Instant,
    end: Instant,
}

/// How busy a core was over the last second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    /// Busy fraction, 0..=1.
    pub(super) utilization: f64,
    /// Requests started per second.
    pub(super) rps: f64,
}

impl VirtualCore {
    /// An idle core that each request occupies for `work`.
    pub(super) fn new(work: Duration) -> VirtualCore {
        VirtualCore { work, turns: VecDeque::new(), measured: None }
    }

    /// Queues a request that came `now`; answers when its turn is over, or `None` when too much
    /// work is ahead of it.
    pub(super) fn occupy(&mut self, now: Instant) -> Option<Instant> {
        self.forget(now);
        let start = self.turns.back().map_or(now, |last| last.end.max(now));
        if start - now > LONGEST_QUEUE {
            return None;
        }
        let end = start + self.work;
        self.turns.push_back(Turn { start, end });
        Some(end)
    }

    /// How busy the core was in the second before `now`.
    pub(super) fn figures(&mut self, now: Instant) -> Figures {
        match self.measured {
            Some((at, figures)) if now.saturating_duration_since(at) < REFRESH => figures,
            _ => self.measure(now),
        }
    }

    fn measure(&mut self, now: Instant) -> Figures {
        self.forget(now);
        let since = now.checked_sub(WINDOW).unwrap_or(now);
        let started = self.turns.iter().filter(|turn| turn.start <= now && turn.start > since);
        let busy: Duration = self
            .turns
            .iter()
            .map(|turn| turn.end.min(now).saturating_duration_since(turn.start.max(since)))
            .sum();
        let figures = Figures {
            utilization: (busy.as_secs_f64() / WINDOW.as_secs_f64()).min(1.0),
            rps: started.count() as f64 / WINDOW.as_secs_f64(),
        };
        self.measured = Some((now, figures));
        figures
    }

    fn forget(&mut self, now: Instant) {
        while self.turns.front().is_some_and(|turn| turn.end + WINDOW < now) {
            self.turns.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: Duration = Duration::from_millis(10);

    #[test]
    fn requests_queue_one_after_the_other() {
        let now = Instant::now();
        let mut core = VirtualCore::new(WORK);
        assert_eq!(core.occupy(now), Some(now + WORK));
        assert_eq!(core.occupy(now), Some(now + 2 * WORK));
        let later = now + Duration::from_secs(1);
        assert_eq!(core.occupy(later), Some(later + WORK));
    }

    #[test]
    fn utilization_is_the_busy_part_of_the_last_second() {
        let start = Instant::now();
        let mut core = VirtualCore::new(WORK);
        for request in 0..100 {
            core.occupy(start + Duration::from_millis(25) * request);
        }
        let figures = core.figures(start + Duration::from_millis(2500));
        assert!((figures.utilization - 0.4).abs() < 0.011, "{figures:?}");
        assert!((figures.rps - 40.0).abs() < 1.1, "{figures:?}");
        let idle = core.figures(start + Duration::from_secs(10));
        assert_eq!(idle, Figures { utilization: 0.0, rps: 0.0 });
    }

    #[test]
    fn a_saturated_core_is_full_and_turns_work_away() {
        let now = Instant::now();
        let mut core = VirtualCore::new(WORK);
        let accepted = (0..1000).filter(|_| core.occupy(now).is_some()).count();
        assert_eq!(accepted, 501);
        let figures = core.figures(now + Duration::from_secs(1));
        assert!((figures.utilization - 1.0).abs() < 1e-9, "{figures:?}");
    }
}
