//! The traffic: who watches requests, and a ring from each worker to each of them. What finds no
//! room in a ring is dropped and counted: no worker waits for who watches.

use std::sync::Arc;

use arc_swap::{ArcSwap, Cache};
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
    audience: Arc<ArcSwap<Audience>>,
    workers: usize,
    clock: Clock,
}

/// Those who watch now.
#[derive(Clone, Debug, Default)]
struct Audience(Vec<Party>);

/// Those of them who want the same: a request is judged once for all of these.
#[derive(Clone, Debug)]
struct Party {
    filter: Option<TrafficFilter>,
    watchers: Vec<Arc<Watcher>>,
}

/// Somebody who watches, as workers see it.
#[derive(Debug)]
struct Watcher {
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

/// What tells of one worker's requests.
#[derive(Debug)]
pub struct Teller {
    audience: Cache<Arc<ArcSwap<Audience>>, Arc<Audience>>,
    worker: usize,
    clock: Clock,
    /// Requests that began while somebody watched.
    begun: u64,
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
        Traffic(Arc::new(Shared { audience: Arc::default(), workers, clock }))
    }

    /// What tells of the requests of the worker `index`, which alone may have it.
    #[must_use]
    pub fn teller(&self, index: usize) -> Teller {
        let audience = Cache::new(Arc::clone(&self.0.audience));
        Teller { audience, worker: index, clock: self.0.clock, begun: 0 }
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
        let watcher = Arc::new(Watcher { sample, seed, rings: cells.collect() });
        let before = self.0.audience.rcu(|now| {
            let mut now = Audience::clone(now);
            if now.size() < Traffic::MOST_WATCHERS {
                now.join(filter.as_ref(), &watcher);
            }
            now
        });
        if before.size() >= Traffic::MOST_WATCHERS {
            return Err(Crowded);
        }
        Ok(Watching { traffic: self.clone(), watcher, rings, matched: 0, dropped: 0 })
    }
}

impl Audience {
    /// How many there are.
    fn size(&self) -> usize {
        self.0.iter().map(|party| party.watchers.len()).sum()
    }

    fn join(&mut self, filter: Option<&TrafficFilter>, watcher: &Arc<Watcher>) {
        let watcher = Arc::clone(watcher);
        match self.0.iter_mut().find(|party| party.filter.as_ref() == filter) {
            Some(party) => party.watchers.push(watcher),
            None => self.0.push(Party { filter: filter.cloned(), watchers: vec![watcher] }),
        }
    }

    fn leave(&mut self, watcher: &Arc<Watcher>) {
        for party in &mut self.0 {
            party.watchers.retain(|it| !Arc::ptr_eq(it, watcher));
        }
        self.0.retain(|party| !party.watchers.is_empty());
    }
}

impl Teller {
    /// A request begins. Gives its number if its story is wanted, because there may be somebody to
    /// tell it to.
    ///
    /// It is not where all who watch want each request, or one of so many, and have no room for this
    /// one: then it is counted, and that is all there is to do for it.
    pub fn begin(&mut self) -> Option<u64> {
        let parties = &self.audience.load().0;
        if parties.is_empty() {
            return None;
        }
        let number = self.begun;
        self.begun += 1;
        let worker = self.worker;
        let is_due = |party: &Party| match party.filter {
            Some(_) => true,
            None => party.watchers.iter().any(|it| it.is_due(worker, number)),
        };
        if parties.iter().any(is_due) {
            return Some(number);
        }
        parties.iter().flat_map(|it| &it.watchers).for_each(|it| it.miss(worker, number));
        None
    }

    /// The request with this number is over: whoever wants it is told.
    pub fn tell(&mut self, number: u64, served: &mut Served) {
        let (worker, clock) = (self.worker, self.clock);
        // A number that a double still holds, whatever the worker.
        served.id = ((worker as u64) << 40) | number;
        let mut told = None;
        let mut copy = |served: &Served| {
            let copy = || Arc::new(Served { time_ms: clock.wall_ms(), ..served.told() });
            Arc::clone(told.get_or_insert_with(copy))
        };
        for party in &self.audience.load().0 {
            if party.filter.as_ref().is_some_and(|filter| !policy::admits(filter, served)) {
                continue;
            }
            for watcher in &party.watchers {
                let number = party.filter.is_none().then_some(number);
                watcher.offer(worker, number, || copy(served));
            }
        }
    }
}

impl Watcher {
    /// Whether it is to have its `nth` request of a worker.
    fn is_shown(&self, worker: usize, nth: u64) -> bool {
        policy::is_shown(nth, self.sample, self.seed.wrapping_add(worker as u64))
    }

    /// The same, and whether there is room for it.
    fn is_due(&self, worker: usize, nth: u64) -> bool {
        self.is_shown(worker, nth) && self.rings.of(worker).told.capacity() > 0
    }

    /// Counts a request of a worker that is not told.
    fn miss(&self, worker: usize, nth: u64) {
        let ring = self.rings.of(worker);
        ring.matched.add(1);
        ring.dropped.add(u64::from(self.is_shown(worker, nth)));
    }

    /// Offers it a request of a worker that fits. Without a number for it, it is the next of those
    /// that do.
    fn offer(&self, worker: usize, nth: Option<u64>, copy: impl FnOnce() -> Arc<Served>) {
        let ring = self.rings.of(worker);
        let nth = nth.unwrap_or_else(|| ring.matched.read());
        ring.matched.add(1);
        if !self.is_shown(worker, nth) {
            return;
        }
        match ring.told.try_reserve() {
            Ok(place) => place.send(copy()),
            Err(_) => ring.dropped.add(1),
        }
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
        // Each ring has them in that order already.
        requests.sort_by_key(|it| it.time_ms);
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
        self.traffic.0.audience.rcu(|now| {
            let mut now = Audience::clone(now);
            now.leave(&self.watcher);
            now
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Comparison, TrafficTest};

    /// A request that ends with this status; says whether its story was wanted.
    fn serve(teller: &mut Teller, status: u16) -> bool {
        let number = teller.begin();
        if let Some(number) = number {
            teller.tell(number, &mut Served { status: Some(status), ..Served::unknown() });
        }
        number.is_some()
    }

    fn errors() -> TrafficFilter {
        let wanted = vec![("500".to_owned(), Some(500.0))];
        TrafficFilter::Test(TrafficTest::new("status", Comparison::AtLeast, wanted).unwrap())
    }

    fn statuses(told: &Told) -> Vec<u16> {
        told.requests.iter().filter_map(|it| it.status).collect()
    }

    #[test]
    fn each_watcher_is_told_what_it_wants_in_order() {
        let traffic = Traffic::new(2, Clock::start());
        let mut tellers = [traffic.teller(0), traffic.teller(1)];
        assert!(!serve(&mut tellers[0], 200), "nobody watches");
        let mut all = traffic.watch(None, 1, 0).unwrap();
        let mut few = traffic.watch(Some(errors()), 1, 0).unwrap();
        for (worker, status) in [(1, 200), (0, 502), (0, 201), (1, 503)] {
            assert!(serve(&mut tellers[worker], status));
        }
        let told = all.take();
        let mut ids: Vec<u64> = told.requests.iter().map(|it| it.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), told.matched, told.dropped), (4, 4, 0));
        assert!(told.requests.is_sorted_by_key(|it| it.time_ms));
        let of_first = |told: &Told| {
            let first = told.requests.iter().filter(|it| it.id < 1 << 40);
            first.filter_map(|it| it.status).collect::<Vec<_>>()
        };
        assert_eq!(of_first(&told), [502, 201], "in the order they were over");
        let told = few.take();
        assert_eq!((told.requests.len(), told.matched), (2, 2));
        assert_eq!(few.take().matched, 0, "counts begin anew");
        drop(all);
        assert!(serve(&mut tellers[0], 500));
        assert_eq!(statuses(&few.take()), [500]);
        drop(few);
        assert!(!serve(&mut tellers[0], 200), "nobody watches any more");
    }

    #[test]
    fn those_who_want_the_same_are_each_told_and_judged_once() {
        let traffic = Traffic::new(1, Clock::start());
        let mut teller = traffic.teller(0);
        let mut ten: Vec<Watching> =
            (0..10).map(|_| traffic.watch(Some(errors()), 1, 0).unwrap()).collect();
        assert_eq!(traffic.0.audience.load().0.len(), 1);
        for status in [200, 500, 404] {
            serve(&mut teller, status);
        }
        for watching in &mut ten {
            let told = watching.take();
            assert_eq!((statuses(&told), told.matched), (vec![500], 1));
        }
    }

    #[test]
    fn what_finds_no_room_is_counted_and_its_story_is_not_gathered() {
        let traffic = Traffic::new(1, Clock::start());
        let mut teller = traffic.teller(0);
        let mut idle = traffic.watch(None, 1, 0).unwrap();
        let gathered = (0..1000).filter(|_| serve(&mut teller, 200)).count();
        assert_eq!(gathered, 256);
        let told = idle.take();
        assert_eq!((told.matched, told.requests.len(), told.dropped), (1000, 256, 744));
        assert!(serve(&mut teller, 200), "there is room again");
        // Whoever filters has each of them judged, room or not.
        let mut filtering = traffic.watch(Some(errors()), 1, 0).unwrap();
        assert!((0..1000).all(|_| serve(&mut teller, 500)));
        let told = filtering.take();
        assert_eq!((told.matched, told.requests.len(), told.dropped), (1000, 256, 744));
    }

    #[test]
    fn one_of_so_many_is_chosen_before_its_story_is_gathered() {
        let traffic = Traffic::new(1, Clock::start());
        let mut teller = traffic.teller(0);
        let mut tenth = traffic.watch(None, 10, 7).unwrap();
        let gathered = (0..1000).filter(|_| serve(&mut teller, 200)).count();
        let told = tenth.take();
        assert_eq!((gathered, told.requests.len()), (100, 100));
        assert_eq!((told.matched, told.dropped), (1000, 0));
        let mut few = traffic.watch(Some(errors()), 10, 7).unwrap();
        for nth in 0..1000 {
            serve(&mut teller, if nth % 5 == 0 { 500 } else { 200 });
        }
        assert_eq!((few.take().requests.len(), few.take().dropped), (20, 0));
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
