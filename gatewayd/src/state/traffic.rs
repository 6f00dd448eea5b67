//! The traffic: who watches requests, and a ring from each worker to each of them. What finds no
//! room in a ring is dropped and counted: no worker waits for who watches.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::{ArcSwap, Guard};
use tokio::sync::mpsc;

use super::{Cells, Counter};
use crate::clock::Clock;
use crate::model::{Served, TrafficFilter};
use crate::policy;

/// Requests that wait for one watcher, from all workers together.
const ROOM: usize = 512;
/// The same from one worker, at least and at most.
const ROOM_OF_WORKER: (usize, usize) = (16, 256);

/// Where requests that are over are told; cheap to clone.
#[derive(Clone, Debug)]
pub struct Traffic(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Whether anybody watches: the one thing that a request looks at when nobody does.
    watched: AtomicBool,
    watchers: ArcSwap<Watchers>,
    workers: usize,
    clock: Clock,
}

type Watchers = Vec<Arc<Watcher>>;

/// Somebody who watches, as workers see it.
#[derive(Debug)]
pub struct Watcher {
    filter: Option<TrafficFilter>,
    sample: u32,
    seed: u64,
    rings: Cells<Ring>,
}

/// The way from one worker to one watcher; full means that the newest is dropped and counted.
#[derive(Debug)]
struct Ring {
    told: mpsc::Sender<Arc<Served>>,
    matched: Counter,
    dropped: Counter,
}

/// Somebody who watches; nothing is told any more once it is dropped.
#[derive(Debug)]
pub struct Watching {
    traffic: Traffic,
    watcher: Arc<Watcher>,
    rings: Vec<mpsc::Receiver<Arc<Served>>>,
    matched: u64,
    dropped: u64,
}

/// What was told since the last time.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// When this was put together, milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// Requests that fit the filter.
    pub matched: u64,
    /// Those that were chosen and found no room.
    pub dropped: u64,
    /// Those that were chosen, in the order they were over.
    pub requests: Vec<Arc<Served>>,
}

/// As many watch as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

impl Traffic {
    /// How many may watch at once.
    pub const MOST_WATCHERS: usize = 16;

    /// The traffic of so many workers, watched by nobody.
    #[must_use]
    pub fn new(workers: usize, clock: Clock) -> Traffic {
        let (watched, watchers) = (AtomicBool::new(false), ArcSwap::default());
        Traffic(Arc::new(Shared { watched, watchers, workers, clock }))
    }

    /// Whether anybody watches.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.0.watched.load(Ordering::Relaxed)
    }

    /// Those who watch now.
    #[must_use]
    pub fn watchers(&self) -> Guard<Arc<Watchers>> {
        self.0.watchers.load()
    }

    /// Watches requests that fit `filter`, one of every `sample`, chosen by `seed`.
    ///
    /// # Errors
    /// When as many watch as may.
    pub fn watch(
        &self,
        filter: Option<TrafficFilter>,
        sample: u32,
        seed: u64,
    ) -> Result<Watching, Crowded> {
        let workers = self.0.workers;
        let room = (ROOM / workers.max(1)).clamp(ROOM_OF_WORKER.0, ROOM_OF_WORKER.1);
        let (senders, rings): (Vec<_>, Vec<_>) = (0..workers).map(|_| mpsc::channel(room)).unzip();
        let ring = |told| Ring { told, matched: Counter::default(), dropped: Counter::default() };
        let cells = senders.into_iter().map(ring);
        let watcher = Arc::new(Watcher { filter, sample, seed, rings: cells.collect() });
        let before = self.0.watchers.rcu(|now| {
            let mut now = Vec::clone(now);
            if now.len() < Traffic::MOST_WATCHERS {
                now.push(Arc::clone(&watcher));
            }
            now
        });
        if before.len() >= Traffic::MOST_WATCHERS {
            return Err(Crowded);
        }
        self.0.watched.store(true, Ordering::SeqCst);
        Ok(Watching { traffic: self.clone(), watcher, rings, matched: 0, dropped: 0 })
    }

    /// Nothing more is told to `watcher`.
    fn leave(&self, watcher: &Arc<Watcher>) {
        self.0.watchers.rcu(|now| {
            now.iter().filter(|it| !Arc::ptr_eq(it, watcher)).cloned().collect::<Watchers>()
        });
        // Looked at again, as somebody may have come meanwhile: in the worst case a worker looks for
        // watchers and finds none.
        self.0.watched.store(false, Ordering::SeqCst);
        if !self.0.watchers.load().is_empty() {
            self.0.watched.store(true, Ordering::SeqCst);
        }
    }
}

impl Watcher {
    /// Offers it a request of the worker `index`, which alone may call this. `told` is the copy that
    /// all watchers share, made for the first one that has room for it.
    pub fn offer(&self, index: usize, served: &Served, told: &mut Option<Arc<Served>>) {
        if self.filter.as_ref().is_some_and(|filter| !policy::admits(filter, served)) {
            return;
        }
        let ring = self.rings.of(index);
        let nth = ring.matched.read();
        ring.matched.add(1);
        if !policy::is_shown(nth, self.sample, self.seed.wrapping_add(index as u64)) {
            return;
        }
        let Ok(place) = ring.told.try_reserve() else {
            ring.dropped.add(1);
            return;
        };
        place.send(Arc::clone(told.get_or_insert_with(|| Arc::new(served.told()))));
    }
}

impl Watching {
    /// What was told since the last time.
    pub fn take(&mut self) -> Told {
        let mut requests = Vec::new();
        for ring in &mut self.rings {
            // Bounded, as workers go on meanwhile.
            let waiting = ring.len();
            requests.extend((0..waiting).filter_map(|_| ring.try_recv().ok()));
        }
        requests.sort_by_key(|it| (it.time_ms, it.id));
        let matched = self.watcher.rings.sum(|ring| ring.matched.read());
        let dropped = self.watcher.rings.sum(|ring| ring.dropped.read());
        let told = Told {
            time_ms: self.traffic.0.clock.wall_ms(),
            matched: matched - self.matched,
            dropped: dropped - self.dropped,
            requests,
        };
        (self.matched, self.dropped) = (matched, dropped);
        told
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.traffic.leave(&self.watcher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, TrafficTest};

    fn over(traffic: &Traffic, worker: usize, served: &Served) {
        let mut told = None;
        traffic.watchers().iter().for_each(|it| it.offer(worker, served, &mut told));
    }

    fn with_status(status: u16, id: u64) -> Served {
        Served { status: Some(status), id, time_ms: id as i64, ..Served::unknown() }
    }

    fn errors() -> TrafficFilter {
        let wanted = vec![("500".to_owned(), Some(500.0))];
        TrafficFilter::Test(TrafficTest::new("status", Comparison::AtLeast, wanted).unwrap())
    }

    #[test]
    fn each_watcher_is_told_what_it_wants_in_order() {
        let traffic = Traffic::new(2, Clock::start());
        assert!(!traffic.is_watched());
        let mut all = traffic.watch(None, 1, 0).unwrap();
        let mut few = traffic.watch(Some(errors()), 1, 0).unwrap();
        assert!(traffic.is_watched());
        over(&traffic, 1, &with_status(200, 3));
        over(&traffic, 0, &with_status(502, 2));
        over(&traffic, 0, &with_status(200, 1));
        let ids = |told: &Told| told.requests.iter().map(|it| it.id).collect::<Vec<_>>();
        let told = all.take();
        assert_eq!((ids(&told), told.matched, told.dropped), (vec![1, 2, 3], 3, 0));
        let told = few.take();
        assert_eq!((ids(&told), told.matched), (vec![2], 1));
        assert_eq!(few.take().matched, 0, "counts begin anew");
        drop(all);
        assert!(traffic.is_watched());
        drop(few);
        assert!(!traffic.is_watched() && traffic.watchers().is_empty());
    }

    #[test]
    fn what_finds_no_room_is_counted_and_what_is_chosen_is_one_of_so_many() {
        let traffic = Traffic::new(1, Clock::start());
        let mut idle = traffic.watch(None, 1, 0).unwrap();
        let mut tenth = traffic.watch(None, 10, 7).unwrap();
        (0..1000).for_each(|id| over(&traffic, 0, &with_status(200, id)));
        let told = idle.take();
        assert_eq!((told.matched, told.requests.len(), told.dropped), (1000, 256, 744));
        let told = tenth.take();
        assert_eq!((told.matched, told.requests.len(), told.dropped), (1000, 100, 0));
    }

    #[test]
    fn more_than_so_many_do_not_watch() {
        let traffic = Traffic::new(1, Clock::start());
        let mut watching: Vec<Watching> =
            (0..Traffic::MOST_WATCHERS).map(|_| traffic.watch(None, 1, 0).unwrap()).collect();
        assert_eq!(traffic.watch(None, 1, 0).unwrap_err(), Crowded);
        watching.pop();
        assert!(traffic.watch(None, 1, 0).is_ok());
    }
}
