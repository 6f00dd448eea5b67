//! A worker: one data-plane core, its doors, its connections, its view of the table.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, Cache};
use bytes::Bytes;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};

use crate::clock::{Clock, every};
use crate::model::{Name, Phase};
use crate::net::accept;
use crate::policy::Turn;
use crate::state::{
    Cells, ConnectionCaps, Limiter, MessagePace, PoolTable, Table, Traffic, WorkerCells,
};

use super::admission;
use super::buffers::Buffers;
use super::date::Date;
use super::deadlines::{Deadlines, TICK};
use super::door::{Door, DoorKind};
use super::http1::{Lines, Trailers};
use super::log::AccessLog;
use super::serve::serve;
use super::sessions::SessionKey;
use super::story::Stories;
use super::under_way::Requests;
use super::upstream::{Pools, Shelf, http2};

/// How many I/O events are taken from the kernel at once.
const EVENTS_PER_TICK: usize = 256;
/// Idle connections are looked at this often.
const SWEEP_TICKS: u64 = 4;
/// How long requests in flight may take once the gateway stops.
const DRAIN: Duration = Duration::from_secs(30);

/// What a worker is made of.
#[derive(Debug)]
pub struct Setup {
    /// Which worker it is, from 0.
    pub index: usize,
    /// Its sockets.
    pub doors: Vec<Door>,
    /// The process's clock.
    pub clock: Clock,
    /// Where tables are published.
    pub published: Arc<ArcSwap<Table>>,
    /// What workers count; this one writes its own cell.
    pub cells: Arc<Cells<WorkerCells>>,
    /// How many clients may be connected.
    pub caps: Arc<ConnectionCaps>,
    /// The limiter's store.
    pub limiter: Arc<Limiter>,
    /// Told when a backend has failed too often in a row.
    pub accusations: Arc<Notify>,
    /// What signs the cookies of sticky pools.
    pub sessions: Arc<SessionKey>,
    /// Idle connections to backends that other workers may have; nothing where there are none.
    pub shelf: Option<Arc<Shelf>>,
    /// Where a line for each request goes.
    pub log: Option<AccessLog>,
    /// Where requests are told to those who watch.
    pub traffic: Traffic,
    /// Whether those are told what requests ask for behind the path.
    pub shows_queries: bool,
    /// What it should do.
    pub phase: watch::Receiver<Phase>,
}

/// One data-plane core.
pub(super) struct Worker {
    pub(super) index: usize,
    pub(super) clock: Clock,
    pub(super) limiter: Arc<Limiter>,
    pub(super) accusations: Arc<Notify>,
    pub(super) shows_queries: bool,
    pub(super) stories: RefCell<Stories>,
    pub(super) sessions: Arc<SessionKey>,
    pub(super) pools: RefCell<Pools>,
    pub(super) shelf: Option<Arc<Shelf>>,
    pub(super) http2: RefCell<http2::Connections>,
    pub(super) buffers: RefCell<Buffers>,
    pub(super) deadlines: Deadlines,
    /// Those that are on backends.
    pub(super) requests: Requests,
    /// Room for the field lines of the head that is read now.
    pub(super) lines: RefCell<Box<Lines>>,
    pub(super) rng: RefCell<SmallRng>,
    pub(super) phase: watch::Receiver<Phase>,
    /// Told when a connection closed while the worker drains.
    pub(super) emptied: Notify,
    cells: Arc<Cells<WorkerCells>>,
    pub(super) caps: Arc<ConnectionCaps>,
    /// Whether the worker accepts no more.
    drains: Cell<bool>,
    /// Microseconds since the start of the process, when the clock was last read.
    now_us: Cell<u64>,
    date: RefCell<Date>,
    view: RefCell<View>,
    turns: RefCell<Vec<Turn>>,
}

/// A table as one worker holds it: requests count their references on this core alone.
pub(super) struct Held(Arc<Table>);

impl Deref for Held {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.0
    }
}

/// The worker's view of the newest table.
struct View {
    published: Cache<Arc<ArcSwap<Table>>, Arc<Table>>,
    held: Rc<Held>,
}

/// Serves on this thread until the phase says otherwise and everything in flight is finished.
///
/// # Errors
/// When the system gives no event loop, a door cannot be used, or what takes clients in or keeps house
/// ends before that: connections would go on waiting in sockets that nobody looks at.
pub fn run(setup: Setup) -> io::Result<()> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_io_events_per_tick(EVENTS_PER_TICK)
        .build_local(LocalOptions::default())?;
    runtime.block_on(async move {
        let (worker, doors) = Worker::new(setup);
        worker.run(doors).await
    })
}

impl Worker {
    fn new(setup: Setup) -> (Rc<Worker>, Vec<Door>) {
        let mut published = Cache::new(setup.published);
        let held = Rc::new(Held(Arc::clone(published.load())));
        let watchers = setup.traffic.teller(setup.index);
        let worker = Worker {
            index: setup.index,
            clock: setup.clock,
            limiter: setup.limiter,
            accusations: setup.accusations,
            shows_queries: setup.shows_queries,
            stories: RefCell::new(Stories::new(setup.clock, setup.log, watchers)),
            sessions: setup.sessions,
            pools: RefCell::default(),
            shelf: setup.shelf,
            http2: RefCell::default(),
            buffers: RefCell::default(),
            deadlines: Deadlines::default(),
            requests: Requests::default(),
            lines: RefCell::new(Box::new(Lines::new())),
            drains: Cell::new(false),
            now_us: Cell::new(setup.clock.now_us()),
            date: RefCell::default(),
            rng: RefCell::new(SmallRng::from_os_rng()),
            phase: setup.phase,
            emptied: Notify::new(),
            cells: setup.cells,
            caps: setup.caps,
            view: RefCell::new(View { published, held }),
            turns: RefCell::default(),
        };
        (Rc::new(worker), setup.doors)
    }

    async fn run(self: Rc<Worker>, doors: Vec<Door>) -> io::Result<()> {
        let mut accepting = JoinSet::new();
        for door in doors {
            let listener = TcpListener::from_std(door.listener)?;
            let welcome = welcome(Rc::clone(&self), door.name, Rc::new(door.kind), listener);
            accepting.spawn_local(welcome);
        }
        let mut housekeeping = tokio::task::spawn_local(keep_house(Rc::clone(&self)));
        tokio::select! {
            () = self.draining() => {}
            Some(ended) = accepting.join_next() => return Err(early("accepting", ended)),
            ended = &mut housekeeping => return Err(early("housekeeping", ended)),
        }
        self.drains.set(true);
        // Those who wait for a request learn that none will be served.
        self.deadlines.wake_all();
        // The sockets close when they have ended.
        accepting.shutdown().await;
        self.finish().await;
        housekeeping.abort();
        self.pools.borrow_mut().clear();
        self.http2.borrow_mut().clear();
        Ok(())
    }

    /// Waits until no connection is open, or the time for it is over.
    async fn finish(&self) {
        let mut phase = self.phase.clone();
        let emptied = async {
            while self.cells().connections.read() > 0 {
                self.emptied.notified().await;
            }
        };
        tokio::select! {
            () = emptied => {}
            () = tokio::time::sleep(DRAIN) => {}
            _ = phase.wait_for(|phase| *phase == Phase::Ending) => {}
        }
    }

    /// Returns once the worker accepts no more.
    pub(super) async fn draining(&self) {
        let mut phase = self.phase.clone();
        // A closed channel means that the process ends.
        let _ = phase.wait_for(|phase| *phase != Phase::Running).await;
    }

    /// The newest table.
    pub(super) fn table(&self) -> Rc<Held> {
        let view = &mut *self.view.borrow_mut();
        let newest = view.published.load();
        if !Arc::ptr_eq(newest, &view.held.0) {
            view.held = Rc::new(Held(Arc::clone(newest)));
        }
        Rc::clone(&view.held)
    }

    /// Whether the worker accepts no more.
    pub(super) fn is_draining(&self) -> bool {
        self.drains.get()
    }

    /// Reads the clock: microseconds since the start of the process.
    pub(super) fn read_clock(&self) -> u64 {
        let now_us = self.clock.now_us();
        self.now_us.set(now_us);
        now_us
    }

    /// Microseconds since the start of the process when the clock was last read: at the last
    /// request or deadline, a quarter of a second ago at most.
    pub(super) fn now_us(&self) -> u64 {
        self.now_us.get()
    }

    /// The same in milliseconds.
    pub(super) fn now_ms(&self) -> u64 {
        self.now_us() / 1000
    }

    /// The time as a Date field tells it (RFC 9110, section 5.6.7).
    pub(super) fn date(&self) -> Bytes {
        self.date.borrow_mut().at(self.now_ms())
    }

    /// Counts the trailers that do not go on, once a body is over.
    pub(super) fn count_dropped(&self, trailers: Option<&Trailers>) {
        self.count_trailers(trailers.map_or(0, Trailers::dropped));
    }

    /// Counts so many trailers that do not go on.
    pub(super) fn count_trailers(&self, dropped: usize) {
        self.cells().trailers_dropped.add(dropped as u64);
    }

    /// What this worker counts.
    pub(super) fn cells(&self) -> &WorkerCells {
        self.cells.of(self.index)
    }

    /// Closes connections that idle longest once there are nearly as many as there may be: this
    /// worker's part of those that have to go.
    fn make_room(&self) {
        let crowding = u64::from(self.caps.crowding());
        if crowding > 0 {
            let own = self.cells().connections.read();
            let part = (crowding * own).div_ceil(u64::from(self.caps.open()).max(1));
            let gone = self.deadlines.hurry_idle(part as usize, self.now_ms());
            self.cells().idle_closed.add(gone as u64);
        }
    }

    /// Picks the index of a backend of `pool`, which is at `position` in its table.
    pub(super) fn pick(
        &self,
        pool: &PoolTable,
        position: usize,
        hash: u64,
        except: Option<u64>,
    ) -> Option<usize> {
        let most = pool.capacity.max_requests();
        let (turns, rng) = (&mut *self.turns.borrow_mut(), &mut *self.rng.borrow_mut());
        while turns.len() <= position {
            turns.push(Turn::new(rng));
        }
        let now_ms = self.now_ms();
        let load = |index: usize| pool.backends[index].load(now_ms);
        let latency = |index: usize| pool.backends[index].latency(now_ms);
        let is_out = |index: usize| {
            let backend = &pool.backends[index];
            Some(backend.slot) == except || backend.in_flight() >= most
        };
        pool.balancer.pick(&mut turns[position], hash, load, latency, is_out, rng)
    }
}

/// What `ended` although the worker goes on.
fn early(what: &str, ended: Result<(), JoinError>) -> io::Error {
    let how = ended.map_or_else(|error| error.to_string(), |()| "it is over".to_owned());
    io::Error::other(format!("{what} ended: {how}"))
}

/// Takes clients in at one door.
async fn welcome(worker: Rc<Worker>, name: Name, kind: Rc<DoorKind>, listener: TcpListener) {
    let pace = MessagePace::default();
    loop {
        let (stream, peer) = accept(&listener, |error| {
            if let Some(more) = pace.due() {
                tracing::warn!(%error, more, "clients wait: this process is short of something");
            }
        })
        .await;
        // One that is too many is closed unheard: what is left of it costs nothing more.
        if let Some(places) = admission::admit(&worker, &name, peer.ip()) {
            serve(&worker, &kind, stream, peer, places);
        }
    }
}

/// Meets deadlines and closes idle connections that are too old or lead nowhere.
async fn keep_house(worker: Rc<Worker>) {
    let mut ticks = every(TICK);
    let mut count = 0_u64;
    loop {
        ticks.tick().await;
        worker.read_clock();
        worker.deadlines.look(worker.now_ms());
        let table = worker.table();
        if !table.leaving.is_empty() {
            worker.requests.look(&table.leaving, &worker, worker.now_ms());
        }
        worker.make_room();
        if count.is_multiple_of(SWEEP_TICKS) {
            worker.sweep_pools(&table);
        }
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::sync::mpsc;
    use std::thread;

    use super::*;
    use crate::model::Desired;

    /// What becomes of a worker that has no cell to count in, with one client at its door.
    fn outcome(shelf: Option<Arc<Shelf>>) -> String {
        let (clock, limiter) = (Clock::start(), Arc::new(Limiter::new(16, 1, 0)));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        // Nobody drops it: the gateway is not ending.
        let (running, phase) = watch::channel(Phase::Running);
        let setup = Setup {
            index: 1,
            doors: vec![Door { listener, kind: DoorKind::Plain, name: "http".parse().unwrap() }],
            clock,
            published: Arc::new(ArcSwap::from_pointee(Table::compile(
                &Desired::default(),
                None,
                &limiter,
                (0, 0),
            ))),
            cells: Arc::new(Cells::new(1)),
            caps: Arc::new(ConnectionCaps::new(0, None)),
            limiter,
            accusations: Arc::default(),
            sessions: Arc::new(SessionKey::new(&[0; SessionKey::BYTES])),
            shelf: shelf.clone(),
            log: None,
            traffic: Traffic::new(1, clock),
            shows_queries: false,
            phase,
        };
        let (tell, told) = mpsc::channel();
        thread::spawn(move || tell.send(run(setup).unwrap_err().to_string()));
        let client = shelf.is_none().then(|| TcpStream::connect(address).unwrap());
        let why = told.recv_timeout(Duration::from_secs(60)).unwrap();
        drop((client, running));
        why
    }

    #[test]
    fn a_door_that_takes_nobody_in_any_more_ends_the_worker() {
        let why = outcome(None);
        assert!(why.starts_with("accepting ended: ") && why.contains("panicked"), "{why}");
    }

    #[test]
    fn a_worker_that_keeps_house_no_more_ends() {
        let why = outcome(Some(Arc::default()));
        assert!(why.starts_with("housekeeping ended: ") && why.contains("panicked"), "{why}");
    }
}
