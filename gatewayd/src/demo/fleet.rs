//! The fleet: the processes around a demo's gateway, kept alive.

use std::fmt::Write;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::child::Child;

/// How often the fleet looks after its processes.
const ROUND: Duration = Duration::from_millis(100);
/// How long a dead process stays away, so that the gateway's health shows it; doubles each time.
const SHORTEST_ABSENCE: Duration = Duration::from_secs(5);
const LONGEST_ABSENCE: Duration = Duration::from_secs(60);
/// How long a process must live to be forgiven its earlier ends.
const FORGIVENESS: Duration = Duration::from_secs(30);

/// Where app servers listen: below what the system gives to outgoing connections, so that one that
/// died finds its port free when it comes back.
const PORTS: RangeInclusive<u16> = 9101..=9999;

/// App servers and a load, each a process of its own; all end with this value.
///
/// ```text
///  dir/codes/           the links, shared by all app servers
///  dir/app-1.log …      what each process printed
/// ```
#[derive(Debug)]
pub struct Fleet {
    /// The app servers: their names and where they listen.
    pub backends: Vec<(String, SocketAddr)>,
    shared: Arc<Shared>,
    keeper: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Debug)]
struct State {
    members: Vec<Member>,
    rate: f64,
    over: bool,
}

/// One process that should run.
#[derive(Debug)]
struct Member {
    name: String,
    role: Role,
    log: PathBuf,
    absence: Duration,
    presence: Presence,
}

#[derive(Debug)]
enum Role {
    App(Vec<String>),
    Load(Vec<String>),
}

#[derive(Debug)]
enum Presence {
    Running(Child, Instant),
    Away(Instant),
}

impl Fleet {
    /// Starts `count` app servers on free ports, each busy for `work` per request, and a load of
    /// `rate` requests per second against `target` (`https://127.0.0.1:8443`). The load waits
    /// until the target listens.
    pub fn start(
        dir: &Path,
        count: u16,
        work: Duration,
        rate: f64,
        seed: u64,
        target: &str,
    ) -> io::Result<Fleet> {
        let codes = dir.join("codes");
        fs::create_dir_all(&codes)?;
        let backends: Vec<_> =
            free_addresses(count)?.into_iter().zip(1..).map(|(at, n)| (named(n), at)).collect();
        let mut members = Vec::new();
        for (name, address) in &backends {
            let role = Role::App(app_arguments(name, *address, &codes, work));
            members.push(Member::start(name, role, dir, rate)?);
        }
        let role = Role::Load(load_arguments(target, seed, &codes));
        members.push(Member::start("load", role, dir, rate)?);
        let state = State { members, rate, over: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), over: Condvar::new() });
        let kept = Arc::clone(&shared);
        let keeper = std::thread::Builder::new().name("fleet".into()).spawn(move || keep(&kept))?;
        Ok(Fleet { backends, shared, keeper: Some(keeper) })
    }

    /// Requests per second that the load sends.
    pub fn rate(&self) -> f64 {
        self.shared.state().rate
    }

    /// Makes the load send `rate` requests per second from now on; a load that is away hears of
    /// it when it comes back.
    pub fn set_rate(&self, rate: f64) {
        let mut state = self.shared.state();
        state.rate = rate;
        for member in &mut state.members {
            if let (Role::Load(_), Presence::Running(child, _)) =
                (&member.role, &mut member.presence)
            {
                // One that just ended is started again with the new rate.
                let _ = child.tell(&format!("rate {rate}"));
            }
        }
    }

    /// The process ids of those that run, by name.
    pub fn pids(&self) -> Vec<(String, u32)> {
        let state = self.shared.state();
        let running = state.members.iter().filter_map(|member| match &member.presence {
            Presence::Running(child, _) => Some((member.name.clone(), child.pid())),
            Presence::Away(_) => None,
        });
        running.collect()
    }

    /// Ends all processes.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.shared.state().over = true;
        self.shared.over.notify_all();
        if let Some(keeper) = self.keeper.take() {
            // A keeper that panicked has nothing left to end; the members below are.
            let _ = keeper.join();
        }
        self.shared.state().members.clear();
    }
}

impl Member {
    fn start(name: &str, role: Role, dir: &Path, rate: f64) -> io::Result<Member> {
        let log = dir.join(format!("{name}.log"));
        let child = role.start(&log, rate)?;
        Ok(Member {
            name: name.to_owned(),
            role,
            log,
            absence: SHORTEST_ABSENCE,
            presence: Presence::Running(child, Instant::now()),
        })
    }

    /// Notices that the process ended, or starts it again when it was away long enough.
    fn look_after(&mut self, rate: f64, now: Instant) {
        match &mut self.presence {
            Presence::Running(child, since) => {
                let since = *since;
                if child.ended() {
                    self.leave(since, now);
                }
            }
            Presence::Away(until) if *until <= now => self.come_back(rate, now),
            Presence::Away(_) => {}
        }
    }

    fn leave(&mut self, since: Instant, now: Instant) {
        if now.duration_since(since) > FORGIVENESS {
            self.absence = SHORTEST_ABSENCE;
        }
        tracing::warn!(name = self.name, back_in = ?self.absence, "a demo process ended");
        self.presence = Presence::Away(now + self.absence);
        self.absence = (self.absence * 2).min(LONGEST_ABSENCE);
    }

    fn come_back(&mut self, rate: f64, now: Instant) {
        self.presence = match self.role.start(&self.log, rate) {
            Ok(child) => Presence::Running(child, now),
            Err(error) => {
                tracing::warn!(name = self.name, %error, "a demo process did not start");
                Presence::Away(now + self.absence)
            }
        };
    }
}

impl Role {
    fn start(&self, log: &Path, rate: f64) -> io::Result<Child> {
        match self {
            Role::App(arguments) => Child::start(arguments, log),
            Role::Load(arguments) => {
                let mut arguments = arguments.clone();
                arguments.push(format!("--rate={rate}"));
                Child::start(&arguments, log)
            }
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks after all members until the fleet is over.
fn keep(shared: &Shared) {
    let mut state = shared.state();
    while !state.over {
        let (rate, now) = (state.rate, Instant::now());
        for member in &mut state.members {
            member.look_after(rate, now);
        }
        let waited = shared.over.wait_timeout(state, ROUND);
        (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
    }
}

/// Addresses nobody listens on; all are held until the last is found, so that none comes twice.
fn free_addresses(count: u16) -> io::Result<Vec<SocketAddr>> {
    let held: Vec<TcpListener> = PORTS
        .filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .take(usize::from(count))
        .collect();
    if held.len() < usize::from(count) {
        let what = format!("{count} app servers need as many free ports of {PORTS:?}");
        return Err(io::Error::new(io::ErrorKind::AddrInUse, what));
    }
    held.iter().map(TcpListener::local_addr).collect()
}

fn named(number: u16) -> String {
    format!("app-{number}")
}

fn app_arguments(name: &str, at: SocketAddr, codes: &Path, work: Duration) -> Vec<String> {
    let mut line = String::from("demo app --with-parent");
    let _ = write!(line, " --name={name} --listen={at} --work={}us", work.as_micros());
    split(&line, codes)
}

fn load_arguments(target: &str, seed: u64, codes: &Path) -> Vec<String> {
    split(&format!("demo load --control=stdin --target={target} --seed={seed}"), codes)
}

/// The words of `line`, and the store of codes, whose path may hold spaces.
fn split(line: &str, codes: &Path) -> Vec<String> {
    let words = line.split(' ').map(str::to_owned);
    words.chain([format!("--codes={}", codes.display())]).collect()
}
