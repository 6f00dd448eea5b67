//! A bench: the backend, the certificate and the programs, ready to put one proxy at a time on it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::backend::Backend;
use crate::certificate::Certificate;
use crate::cores::Cores;
use crate::idle::{self, Idle, Memory};
use crate::load::{Crowd, Request, Tally, Then, Tongue, Visit};
use crate::process::Process;
use crate::proxies::{Proxy, SOCKET, Stage, WORKERS};
use crate::scenario::Scenario;
use crate::stop;
use crate::watchers::Watchers;

/// How long a proxy may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks whether it does.
const PAUSE: Duration = Duration::from_millis(20);

/// How many clients ask at a pace, and at which share of what a proxy can do.
const PACED_CONNECTIONS: usize = 64;
const PACED_SHARE: f64 = 0.7;

/// What is around the proxies.
pub(crate) struct Bench {
    cores: Cores,
    backend: Backend,
    certificate: Certificate,
    directory: TempDir,
}

/// How long a scenario goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// Before counting begins.
    pub(crate) warm_up: Duration,
    /// While it is counted.
    pub(crate) count: Duration,
}

/// What was seen of one proxy in one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// The processor time of the proxy for each request, in microseconds.
    pub(crate) cost_us: f64,
    /// Of that, what gatewayd's data plane used; 0 for others.
    pub(crate) data_plane_us: f64,
    /// Requests each second.
    pub(crate) rate: f64,
    /// How much of its core it used, 0 to 1.
    pub(crate) busy: f64,
    /// How much of the time it waited because others had its core, 0 to 1.
    pub(crate) waited: f64,
    /// What the crowd saw, the warm-up included.
    pub(crate) tally: Tally,
}

/// What the clocks and counters say at one time.
struct Reading {
    at: Instant,
    completed: u64,
    used: Duration,
    by_data_plane: Duration,
    waited: Duration,
}

/// How long a proxy took under a load that it can bear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Latency {
    /// What 99 of 100 requests took at most, in microseconds.
    pub(crate) p99_us: f64,
    /// Requests each second.
    pub(crate) rate: f64,
}

/// A proxy that answers.
struct Running {
    process: Process,
    http: SocketAddr,
    https: SocketAddr,
    /// Those who watch its traffic.
    watchers: Option<Watchers>,
    /// Where its files are, until it ended.
    directory: TempDir,
}

impl Bench {
    /// Sets it up; this thread is kept on the core of the load from now on.
    pub(crate) fn new() -> Result<Bench> {
        let cores = Cores::of_this_machine()?;
        cores.load.keep_this_thread()?;
        let directory = tempfile::Builder::new().prefix("gateway-bench-").tempdir()?;
        let certificate = Certificate::write(directory.path())?;
        Ok(Bench { cores, backend: Backend::start()?, certificate, directory })
    }

    /// Measures a proxy, started anew, in a scenario.
    pub(crate) fn measure(
        &self,
        (proxy, program): &(Proxy, PathBuf),
        scenario: &Scenario,
        times: Times,
    ) -> Result<Sample> {
        let running = self.start(*proxy, program)?;
        let mut crowd = Crowd::new(scenario.visit(running.http, running.https))?;
        crowd.join(scenario.connections)?;
        crowd.go_on_for(times.warm_up)?;
        let before = Reading::of(&running.process, &crowd)?;
        crowd.go_on_for(times.count)?;
        let after = Reading::of(&running.process, &crowd)?;
        let tally = crowd.tally().clone();
        ensure!(after.completed > before.completed, "no request was answered: {tally:?}");
        Ok(Sample::between(&before, &after, tally))
    }

    /// Measures how long a proxy, started anew, takes at 70 % of what it can do.
    pub(crate) fn time(
        &self,
        (proxy, program): &(Proxy, PathBuf),
        times: Times,
    ) -> Result<Latency> {
        let running = self.start(*proxy, program)?;
        let tongue = Tongue::Http1(Request::Small);
        let visit = Visit { to: running.http, tls: false, tongue, then: Then::AskAgain };
        let mut crowd = Crowd::new(visit)?;
        crowd.join(PACED_CONNECTIONS)?;
        crowd.go_on_for(times.warm_up)?;
        let before = crowd.tally().completed;
        crowd.go_on_for(times.count)?;
        let most = (crowd.tally().completed - before) as f64 / times.count.as_secs_f64();
        drop(crowd);

        let rate = PACED_SHARE * most;
        let mut crowd = Crowd::new(Visit { then: Then::Rest, ..visit })?;
        crowd.join(PACED_CONNECTIONS)?;
        crowd.go_on_until(PACED_CONNECTIONS as u64, PATIENCE)?;
        crowd.keep_pace(rate)?;
        crowd.go_on_for(times.warm_up)?;
        crowd.take_times();
        crowd.go_on_for(times.count)?;
        let mut taken = crowd.take_times();
        taken.sort_unstable();
        let p99 = taken.get(taken.len() * 99 / 100).context("no request was answered")?;
        Ok(Latency { p99_us: p99.as_secs_f64() * 1e6, rate })
    }

    /// Measures what a proxy, started anew, keeps for idle connections.
    pub(crate) fn weigh(&self, (proxy, program): &(Proxy, PathBuf), kind: Idle) -> Result<Memory> {
        let running = self.start(*proxy, program)?;
        idle::measure(&running.process, kind, running.http, running.https)
    }

    fn start(&self, proxy: Proxy, program: &Path) -> Result<Running> {
        let directory = tempfile::tempdir_in(self.directory.path())?;
        let [http, https] = [free_address()?, free_address()?];
        let stage = Stage {
            directory: directory.path(),
            backend: self.backend.address,
            http,
            https,
            certificate: &self.certificate,
        };
        let command = proxy.command(program, &stage)?;
        let process = Process::start(command, self.cores.proxy, &directory.path().join("log"))?;
        let mut running = Running { process, http, https, watchers: None, directory };
        running.wait_until_it_answers()?;
        if let Some(wanted) = proxy.wanted() {
            let socket = running.directory.path().join(SOCKET);
            running.watchers = Some(Watchers::at(&socket, wanted)?);
        }
        Ok(running)
    }
}

impl Reading {
    fn of(process: &Process, crowd: &Crowd) -> Result<Reading> {
        Ok(Reading {
            at: Instant::now(),
            completed: crowd.tally().completed,
            used: process.processor_time()?,
            by_data_plane: process.time_of_threads(WORKERS)?,
            waited: process.waiting_time()?,
        })
    }
}

impl Sample {
    fn between(before: &Reading, after: &Reading, tally: Tally) -> Sample {
        let requests = (after.completed - before.completed) as f64;
        let elapsed = (after.at - before.at).as_secs_f64();
        let used = after.used.saturating_sub(before.used).as_secs_f64();
        let by_data_plane = after.by_data_plane.saturating_sub(before.by_data_plane).as_secs_f64();
        let waited = after.waited.saturating_sub(before.waited).as_secs_f64();
        Sample {
            cost_us: used * 1e6 / requests,
            data_plane_us: by_data_plane * 1e6 / requests,
            rate: requests / elapsed,
            busy: used / elapsed,
            waited: waited / elapsed,
            tally,
        }
    }
}

impl Running {
    fn wait_until_it_answers(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !answers(self.http).unwrap_or(false) {
            stop::unless_asked()?;
            if self.process.ended() || Instant::now() > end {
                bail!("it does not answer; it printed:\n{}", self.process.last_words());
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }
}

/// Whether a proxy answers a request as its backend does.
fn answers(http: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(http)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"GET /small HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n")?;
    let mut line = [0; 12];
    stream.read_exact(&mut line)?;
    Ok(&line == b"HTTP/1.1 200")
}

/// An address that nobody listens on.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?)
}

/// Lets this process, and whatever it starts, hold a socket for each connection of a crowd.
pub(crate) fn raise_descriptor_limit() -> Result<()> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("cannot raise the descriptor limit")?;
    ensure!(hard >= 8192, "8192 open files are needed, and this process may have {hard}");
    Ok(())
}
