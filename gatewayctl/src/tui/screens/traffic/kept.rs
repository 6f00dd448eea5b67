//! What is kept of the requests that were told: as many as somebody may scroll through, and how many
//! there were beside.

use std::{collections::VecDeque, time::Duration};

use crate::model::{Served, TrafficBatch};

/// Requests kept; older ones are gone.
const MOST: usize = 1000;
/// Rates are over at least this time.
const RATED: Duration = Duration::from_secs(1);
/// Groups are of requests that are not older than this, in milliseconds.
pub(super) const GROUPED_MS: i64 = 10_000;

/// A request, and the id that its row is known by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(super) id: String,
    pub(super) served: Served,
}

/// The requests that were told.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Kept {
    /// The newest last.
    rows: VecDeque<Row>,
    /// Those that came while the list stood still.
    later: VecDeque<Row>,
    /// How many those were; the oldest of them may be gone.
    missed: u64,
    /// The counts of the batches of the last second.
    counts: VecDeque<Counts>,
    /// How many found no room, since the filter is as it is.
    dropped: u64,
}

/// What one batch counts.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Counts {
    interval: Duration,
    matched: u64,
    told: u64,
}

impl Kept {
    /// Takes a batch; while the list stands still, its requests wait.
    pub(super) fn take(&mut self, batch: TrafficBatch, follows: bool) {
        self.dropped += batch.dropped;
        let (told, matched) = (batch.requests.len() as u64, batch.matched);
        self.counts.push_back(Counts { interval: batch.interval, matched, told });
        while self.counts.len() > 1 && self.span(1) >= RATED {
            self.counts.pop_front();
        }
        let rows = batch.requests.into_iter().map(|served| Row { id: served.name(), served });
        self.later.extend(rows);
        if follows {
            self.catch_up();
            return;
        }
        self.missed += told;
        keep(&mut self.later);
    }

    /// What waits is in the list, and nothing is missed.
    pub(super) fn catch_up(&mut self) {
        self.rows.append(&mut self.later);
        self.missed = 0;
        keep(&mut self.rows);
    }

    /// Forgets all, as another filter begins.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The requests, the newest last.
    pub(super) fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    /// The request that its row is known by.
    pub(super) fn find(&self, id: &str) -> Option<&Served> {
        self.rows.iter().rev().find(|row| row.id == id).map(|row| &row.served)
    }

    /// How many came while the list stood still.
    pub(super) fn missed(&self) -> u64 {
        self.missed
    }

    /// How many found no room.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many fit in a second, and how many of those were told.
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    pub(super) fn rates(&self) -> (f64, f64) {
        let seconds = self.span(0).as_secs_f64();
        if seconds <= 0.0 {
            return (0.0, 0.0);
        }
        let sum = |of: fn(&Counts) -> u64| self.counts.iter().map(of).sum::<u64>() as f64;
        (sum(|it| it.matched) / seconds, sum(|it| it.told) / seconds)
    }

    /// The latest of the requests in the list.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Served> {
        let newest = self.rows.back().map_or(0, |row| row.served.time_ms);
        let rows = self.rows.iter().rev().map(|row| &row.served);
        rows.take_while(move |it| it.time_ms > newest - GROUPED_MS)
    }

    /// How long the batches are about, but for the first `skipped`.
    fn span(&self, skipped: usize) -> Duration {
        self.counts.iter().skip(skipped).map(|it| it.interval).sum()
    }
}

fn keep(rows: &mut VecDeque<Row>) {
    let gone = rows.len().saturating_sub(MOST);
    rows.drain(..gone);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(ids: std::ops::Range<u64>, interval_ms: u64) -> TrafficBatch {
        let served = |id| Served { id, ..Served::default() };
        TrafficBatch {
            interval: Duration::from_millis(interval_ms),
            matched: (ids.end - ids.start) * 20,
            dropped: 1,
            requests: ids.map(served).collect(),
            ..TrafficBatch::default()
        }
    }

    #[test]
    fn no_more_is_kept_than_one_may_scroll_through() {
        let mut kept = Kept::default();
        kept.take(batch(0..5000, 250), true);
        assert_eq!((kept.rows().len(), kept.dropped()), (1000, 1));
        kept.take(batch(5000..9000, 250), false);
        let last = |kept: &Kept| kept.rows().back().map(|row| row.served.id);
        assert_eq!((last(&kept), kept.missed()), (Some(4999), 4000), "the list stands still");
        assert_eq!(kept.later.len(), 1000);
        kept.catch_up();
        assert_eq!((last(&kept), kept.missed(), kept.rows().len()), (Some(8999), 0, 1000));
    }

    #[test]
    fn rates_are_of_the_last_second() {
        let mut kept = Kept::default();
        assert_eq!(kept.rates(), (0.0, 0.0));
        (0..8).for_each(|_| kept.take(batch(0..10, 250), true));
        assert_eq!(kept.rates(), (800.0, 40.0));
        kept.take(batch(0..0, 1000), true);
        assert_eq!(kept.rates(), (0.0, 0.0), "a second of silence");
    }
}
