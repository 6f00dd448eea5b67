//! A live pool: what the process knows of a pool beside what is desired of it. Its line of
//! requests that wait for a place on a full backend, its budget for retries, and how long its
//! requests are under way.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::policy::Stay;

/// Of the requests under way, this part may be retries, and a few more where little is under way.
const RETRIES_PERCENT: u64 = 20;
const FEW_RETRIES: u64 = 3;

/// One pool as long as its name stays the same, across all revisions.
#[derive(Debug)]
pub struct LivePool {
    waiting: AtomicU32,
    retrying: AtomicU32,
    ejections: AtomicU64,
    spared: AtomicU64,
    panics: AtomicU64,
    /// How long a good attempt is under way, in microseconds.
    stay_us: AtomicU64,
    /// What that is known from; the publisher alone takes this lock.
    seconds: Mutex<Seconds>,
    /// One permit for each place that came free, to the one who waits longest.
    freed: Semaphore,
}

/// What was seen of a pool when it was looked at last.
#[derive(Debug, Default)]
struct Seconds {
    stay: Stay,
    /// When, and how many attempts had gone well by then.
    last: Option<(u64, u64)>,
}

/// A place in the line of a pool; it is left when this is dropped.
#[derive(Debug)]
pub struct InLine {
    pool: Arc<LivePool>,
    /// Nobody is ahead, and it did not look yet: whoever is behind relies on that.
    is_to_look: bool,
}

/// A retry under way; its end is counted when this is dropped.
#[derive(Debug)]
pub struct Retry(Arc<LivePool>);

impl Default for LivePool {
    fn default() -> LivePool {
        LivePool {
            waiting: AtomicU32::default(),
            retrying: AtomicU32::default(),
            ejections: AtomicU64::default(),
            spared: AtomicU64::default(),
            panics: AtomicU64::default(),
            stay_us: AtomicU64::new(Stay::UNKNOWN.as_micros() as u64),
            seconds: Mutex::default(),
            freed: Semaphore::new(0),
        }
    }
}

impl LivePool {
    /// Requests that wait for a place, of all workers.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Joins the line unless it is as long as `most`.
    #[must_use]
    pub fn line_up(self: &Arc<LivePool>, most: u32) -> Option<InLine> {
        let before = self.waiting.fetch_add(1, Ordering::SeqCst);
        let place = InLine { pool: Arc::clone(self), is_to_look: before == 0 };
        (before < most).then_some(place)
    }

    /// Takes a retry from the budget of a pool on which so many requests are under way.
    #[must_use]
    pub fn retry(self: &Arc<LivePool>, in_flight: u64) -> Option<Retry> {
        let before = self.retrying.fetch_add(1, Ordering::Relaxed);
        let retry = Retry(Arc::clone(self));
        let budget = in_flight * RETRIES_PERCENT / 100 + FEW_RETRIES;
        (u64::from(before) < budget).then_some(retry)
    }

    /// How long an attempt that goes well is under way here.
    #[must_use]
    pub fn stay(&self) -> Duration {
        Duration::from_micros(self.stay_us.load(Ordering::Relaxed))
    }

    /// Learns that from how many are under way at `now_us` and how many went well so far.
    pub fn learn_stay(&self, now_us: u64, in_flight: u64, went_well: u64) {
        let mut seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((then_us, before)) = seconds.last.replace((now_us, went_well)) else { return };
        let past_s = (now_us.saturating_sub(then_us).max(1)) as f64 / 1e6;
        let per_second = went_well.saturating_sub(before) as f64 / past_s;
        if let Some(stay) = seconds.stay.observe(in_flight as f64, per_second) {
            self.stay_us.store(stay.as_micros() as u64, Ordering::Relaxed);
        }
    }

    /// Counts that one of its backends was ejected.
    pub fn ejected(&self) {
        self.ejections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts that one was not, because too few would be left.
    pub fn spared(&self) {
        self.spared.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts that so few became healthy that all are used.
    pub(super) fn panicked(&self) {
        self.panics.fetch_add(1, Ordering::Relaxed);
    }

    /// Ejections, those that were not made for want of others, and panics, since the start.
    #[must_use]
    pub fn ejections_spared_panics(&self) -> [u64; 3] {
        [&self.ejections, &self.spared, &self.panics].map(|it| it.load(Ordering::Relaxed))
    }

    /// Tells the one who waits longest that a place came free.
    ///
    /// Whoever gives a place back does so before, and whoever waits is counted before it looks for
    /// a place: one of both sees the other.
    pub(super) fn freed(&self) {
        if self.waiting() > 0 {
            self.freed.add_permits(1);
        }
    }

    /// Tells everybody in line to look again.
    pub(super) fn changed(&self) {
        self.freed.add_permits(self.waiting() as usize);
    }
}

impl InLine {
    /// Waits until `look` finds something, and leaves. It looks whenever a place came free, and at
    /// once if nobody is ahead: what comes free belongs to those who wait longest. When there
    /// `is_more`, the next in line is told: places came free before there was a line.
    ///
    /// Cancel-safe: a place that came free meanwhile is told to the next in line.
    pub async fn until<T>(
        mut self,
        mut look: impl FnMut() -> Option<T>,
        is_more: impl Fn() -> bool,
    ) -> T {
        loop {
            if !self.is_to_look {
                let freed = self.pool.freed.acquire().await;
                freed.expect("the line is never closed").forget();
            }
            self.is_to_look = false;
            if let Some(found) = look() {
                let pool = Arc::clone(&self.pool);
                // Whoever joins before this is told; whoever joins after it is not behind.
                drop(self);
                if pool.waiting() > 0 && is_more() {
                    pool.freed();
                }
                return found;
            }
        }
    }
}

impl Drop for InLine {
    fn drop(&mut self) {
        let before = self.pool.waiting.fetch_sub(1, Ordering::SeqCst);
        if self.is_to_look && before > 1 {
            self.pool.freed.add_permits(1);
        }
    }
}

impl Drop for Retry {
    fn drop(&mut self) {
        self.0.retrying.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_line_is_as_long_as_it_may_be_and_no_longer() {
        let pool = Arc::new(LivePool::default());
        let first = pool.line_up(2).unwrap();
        let _second = pool.line_up(2).unwrap();
        assert!(pool.line_up(2).is_none());
        assert_eq!(pool.waiting(), 2, "who was turned away does not count");
        drop(first);
        assert!(pool.line_up(2).is_some());
    }

    #[test]
    fn a_fifth_of_what_is_under_way_and_three_more_are_retries_at_most() {
        for (in_flight, budget) in [(0, 3), (4, 3), (5, 4), (100, 23)] {
            let pool = Arc::new(LivePool::default());
            let retries: Vec<_> = (0..budget).map(|_| pool.retry(in_flight).unwrap()).collect();
            assert!(pool.retry(in_flight).is_none(), "{in_flight}");
            drop(retries);
            assert!(pool.retry(in_flight).is_some(), "{in_flight}");
        }
    }

    #[test]
    fn how_long_requests_stay_is_learned_from_second_to_second() {
        let pool = LivePool::default();
        assert_eq!(pool.stay(), Stay::UNKNOWN);
        (0..10).for_each(|second| pool.learn_stay(second * 1_000_000, 0, 0));
        assert_eq!(pool.stay(), Stay::UNKNOWN, "without traffic nothing is learned");
        (10..40).for_each(|second| pool.learn_stay(second * 1_000_000, 5, second * 200));
        assert!(pool.stay().as_millis().abs_diff(25) <= 1, "{:?}", pool.stay());
    }

    #[tokio::test]
    async fn places_go_to_those_who_wait_longest_and_none_is_lost() {
        let pool = Arc::new(LivePool::default());
        let free = Arc::new(AtomicU32::new(0));
        let served = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for number in 0..20 {
            let (free, served) = (Arc::clone(&free), Arc::clone(&served));
            let place = pool.line_up(20).unwrap();
            waiting.push(tokio::spawn(async move {
                let take = || {
                    free.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1))
                };
                place.until(|| take().ok(), || free.load(Ordering::SeqCst) > 0).await;
                served.lock().unwrap().push(number);
            }));
            tokio::task::yield_now().await;
        }
        for _ in 0..20 {
            free.fetch_add(1, Ordering::SeqCst);
            pool.freed();
            tokio::task::yield_now().await;
        }
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(*served.lock().unwrap(), (0..20).collect::<Vec<_>>());
        assert_eq!(pool.waiting(), 0);
    }

    #[test]
    fn whoever_joins_when_the_first_has_found_its_place_looks_at_once() {
        let pool = Arc::new(LivePool::default());
        let first = pool.line_up(2).unwrap().until(|| Some(()), || true);
        assert!(first.now_or_never().is_some());
        let second = pool.line_up(2).unwrap().until(|| Some(()), || true);
        assert!(second.now_or_never().is_some(), "places are free, and nobody is ahead");
    }

    #[test]
    fn whoever_joins_while_the_first_finds_its_place_is_told_of_more() {
        let pool = Arc::new(LivePool::default());
        let mut second = None;
        let join = || {
            second = pool.line_up(2);
            Some(())
        };
        let is_more = || {
            assert_eq!(pool.waiting(), 1, "who asks whether there are more has left the line");
            true
        };
        assert!(pool.line_up(2).unwrap().until(join, is_more).now_or_never().is_some());
        let second = second.unwrap().until(|| Some(()), || false);
        assert!(second.now_or_never().is_some(), "places are free, and it was told");
    }

    #[test]
    fn whoever_leaves_before_it_looked_tells_the_next() {
        let pool = Arc::new(LivePool::default());
        let first = pool.line_up(2).unwrap();
        let second = pool.line_up(2).unwrap();
        drop(first);
        assert!(second.until(|| Some(()), || false).now_or_never().is_some());
    }

    #[test]
    fn whoever_leaves_after_it_looked_wakes_nobody() {
        let pool = Arc::new(LivePool::default());
        let first = pool.line_up(3).unwrap().until(|| None::<()>, || false);
        let mut first = Box::pin(first);
        assert!(first.as_mut().now_or_never().is_none());
        let second = pool.line_up(3).unwrap();
        drop(first);
        assert!(second.until(|| Some(()), || false).now_or_never().is_none());
    }
}
