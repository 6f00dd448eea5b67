//! A crowd: many clients on one thread, told apart by their place.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags};
use rustls::ClientConfig;

use super::client::{Client, Speech};
use super::pace::Pace;
use super::security::client_config;
use super::{Then, Tongue, Visit};
use crate::http1::Messages;
use crate::http2::Http2;
use crate::stop;

const READ_BYTES: usize = 256 * 1024;
const EVENTS: usize = 1024;
/// How long it may take to notice that time is up.
const NOTICE_MS: u16 = 10;
/// The place of the clock of a pace, where no client is.
const CLOCK: u64 = u64::MAX;
/// Clients come from as many addresses, so that neither ports nor limits per client run out.
const ADDRESSES: u32 = 250;
/// That many connections may break before a measurement is worth nothing.
const MOST_FAILURES: u64 = 100;

/// What a crowd saw so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Whole answers with status 200.
    pub(crate) completed: u64,
    /// Connections that broke, or that said something else.
    pub(crate) failed: u64,
    /// Connections that the proxy ended between two answers.
    pub(crate) renewed: u64,
    /// Why the last one failed.
    pub(crate) why: Option<String>,
}

/// Clients that do the same.
pub(crate) struct Crowd {
    visit: Visit,
    security: Option<Arc<ClientConfig>>,
    request: Arc<[u8]>,
    poll: Epoll,
    clients: Vec<Option<Client>>,
    /// How many connections were opened.
    opened: u32,
    pace: Option<Pace>,
    tally: Tally,
    buffer: Vec<u8>,
}

impl Crowd {
    /// An empty one.
    pub(crate) fn new(visit: Visit) -> Result<Crowd> {
        let (request, protocol) = match visit.tongue {
            Tongue::Http1(request) => (request.bytes(), &b"http/1.1"[..]),
            Tongue::Http2 { .. } => (Vec::new(), &b"h2"[..]),
        };
        let security = if visit.tls { Some(client_config(protocol)?) } else { None };
        Ok(Crowd {
            visit,
            security,
            request: request.into(),
            poll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            clients: Vec::new(),
            opened: 0,
            pace: None,
            tally: Tally::default(),
            buffer: vec![0; READ_BYTES],
        })
    }

    /// What it saw so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// `count` more clients come.
    pub(crate) fn join(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.clients.push(None);
            self.connect(self.clients.len() - 1)?;
        }
        Ok(())
    }

    /// From now on `rate` requests are due each second, for clients that rest otherwise.
    pub(crate) fn keep_pace(&mut self, rate: f64) -> Result<()> {
        let pace = Pace::new(rate, self.clients.len())?;
        // Each tick is an edge of its own, so the clock need not be read.
        let when = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
        self.poll.add(pace.clock(), EpollEvent::new(when, CLOCK))?;
        self.pace = Some(pace);
        Ok(())
    }

    /// How long the paced answers took since this was last asked for.
    pub(crate) fn take_times(&mut self) -> Vec<Duration> {
        self.pace.as_mut().map(Pace::take_times).unwrap_or_default()
    }

    /// Goes on for `time`.
    pub(crate) fn go_on_for(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.go_on()?;
        }
        Ok(())
    }

    /// Goes on until there are `completed` answers, for `patience` at most.
    pub(crate) fn go_on_until(&mut self, completed: u64, patience: Duration) -> Result<()> {
        let end = Instant::now() + patience;
        while self.tally.completed < completed {
            ensure!(
                Instant::now() < end,
                "{} of {completed} answers after {patience:?}",
                self.tally.completed
            );
            self.go_on()?;
        }
        Ok(())
    }

    fn go_on(&mut self) -> Result<()> {
        stop::unless_asked()?;
        let mut events = [EpollEvent::empty(); EVENTS];
        let count = match self.poll.wait(&mut events, NOTICE_MS) {
            Err(Errno::EINTR) => 0,
            waited => waited.context("cannot wait for answers")?,
        };
        for event in &events[..count] {
            let hung_up = event.events().intersects(EpollFlags::EPOLLRDHUP | EpollFlags::EPOLLHUP);
            if event.data() != CLOCK {
                self.serve(event.data() as usize, hung_up)?;
            }
        }
        self.ask_what_is_due()
    }

    fn ask_what_is_due(&mut self) -> Result<()> {
        let Some(pace) = &mut self.pace else { return Ok(()) };
        while let Some(place) = pace.turn(Instant::now()) {
            if let Some(Some(client)) = self.clients.get_mut(place) {
                // What is wrong with a connection is told when it is served next.
                let _ = client.ask();
            }
        }
        Ok(())
    }

    fn serve(&mut self, place: usize, hung_up: bool) -> Result<()> {
        let Some(Some(client)) = self.clients.get_mut(place) else { return Ok(()) };
        match client.go_on(&mut self.buffer, hung_up, self.visit.then) {
            Ok(heard) => {
                self.tally.completed += u64::from(heard.completed);
                if let Some(pace) = &mut self.pace
                    && heard.completed > 0
                {
                    pace.answered(place, Instant::now());
                }
                let leaves = heard.completed > 0 && self.visit.then == Then::Leave;
                if leaves {
                    self.connect(place)?;
                } else if heard.over {
                    self.tally.renewed += 1;
                    self.connect(place)?;
                }
            }
            Err(error) => {
                self.tally.failed += 1;
                ensure!(self.tally.failed < MOST_FAILURES, "many connections fail: {error:#}");
                self.tally.why = Some(format!("{error:#}"));
                self.connect(place)?;
            }
        }
        Ok(())
    }

    /// Puts a new client in a place; whoever was there leaves.
    fn connect(&mut self, place: usize) -> Result<()> {
        let from = Ipv4Addr::new(127, 0, 1, (1 + self.opened % ADDRESSES) as u8);
        self.opened = self.opened.wrapping_add(1);
        if let Some(pace) = &mut self.pace {
            pace.renewed(place);
        }
        let speech = match self.visit.tongue {
            Tongue::Http1(_) => Speech::Http1(Arc::clone(&self.request), Messages::default()),
            Tongue::Http2 { streams } => Speech::Http2(Http2::new(streams)),
        };
        let client = Client::connect(from, self.visit.to, self.security.as_ref(), speech)?;
        let when = EpollFlags::EPOLLIN
            | EpollFlags::EPOLLOUT
            | EpollFlags::EPOLLRDHUP
            | EpollFlags::EPOLLET;
        self.poll.add(client.stream(), EpollEvent::new(when, place as u64))?;
        self.clients[place] = Some(client);
        Ok(())
    }
}
