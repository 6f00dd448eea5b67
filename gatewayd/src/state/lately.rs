//! Lately: what counts of failures gained in the last minute.

use std::collections::VecDeque;

use crate::model::FailureCounts;

const MINUTE_US: u64 = 60_000_000;

/// The counts as they were at each moment of the last minute at which they had changed, and before.
#[derive(Debug, Default)]
pub(super) struct Lately {
    /// Oldest first; the first one is what they were a minute ago.
    changes: VecDeque<(u64, FailureCounts)>,
}

impl Lately {
    /// Takes the counts at `now_us`.
    pub(super) fn tick(&mut self, now_us: u64, counts: FailureCounts) {
        if self.changes.back().is_none_or(|(_, last)| *last != counts) {
            self.changes.push_back((now_us, counts));
        }
        let before = now_us.saturating_sub(MINUTE_US);
        while self.changes.get(1).is_some_and(|(at_us, _)| *at_us <= before) {
            self.changes.pop_front();
        }
    }

    /// What they gained.
    pub(super) fn read(&self) -> FailureCounts {
        let (first, last) = (self.changes.front(), self.changes.back());
        first.zip(last).map(|((_, first), (_, last))| last.since(first)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_told_for_a_minute() {
        let mut lately = Lately::default();
        let counts = |n: u64| FailureCounts::of_each(|failure| n + failure.index() as u64);
        let at = |lately: &mut Lately, second: u64, n| {
            lately.tick(second * 1_000_000, counts(n));
            lately.read()
        };
        let gained = |n: u64| FailureCounts::of_each(|_| n);
        assert_eq!(at(&mut lately, 0, 7), gained(0), "what was before is no news");
        assert_eq!(at(&mut lately, 10, 8), gained(1));
        assert_eq!(at(&mut lately, 30, 10), gained(3));
        assert_eq!(at(&mut lately, 69, 10), gained(3));
        assert_eq!(at(&mut lately, 70, 10), gained(2), "the first one is a minute ago");
        assert_eq!(at(&mut lately, 90, 10), gained(0));
        assert_eq!(lately.changes.len(), 1);
    }
}
