//! The crowd: the process that makes a demo's load, kept alive.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::child::Child;

/// How often the process is looked after.
const ROUND: Duration = Duration::from_millis(100);
/// How long one that died stays away; doubles each time.
const SHORTEST_ABSENCE: Duration = Duration::from_secs(5);
const LONGEST_ABSENCE: Duration = Duration::from_secs(60);
/// How long it must live to be forgiven its earlier ends.
const FORGIVENESS: Duration = Duration::from_secs(30);

/// A load, a process of its own that ends with this value.
///
/// ```text
///  dir/codes/      the links, shared with all app servers
///  dir/load.log    what it printed
/// ```
#[derive(Debug)]
pub struct Crowd {
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
    arguments: Vec<String>,
    log: PathBuf,
    rate: f64,
    absence: Duration,
    presence: Presence,
    over: bool,
}

#[derive(Debug)]
enum Presence {
    Running(Child, Instant),
    Away(Instant),
}

impl Crowd {
    /// Starts a load of no requests yet against `target` (`https://127.0.0.1:8443`).
    pub fn start(dir: &Path, seed: u64, target: &str) -> io::Result<Crowd> {
        let codes = codes(dir);
        fs::create_dir_all(&codes)?;
        let line = format!("demo load --control=stdin --target={target} --seed={seed}");
        // The path of the codes may hold spaces.
        let words = line.split(' ').map(str::to_owned);
        let arguments = words.chain([format!("--codes={}", codes.display())]).collect();
        let mut state = State {
            arguments,
            log: dir.join("load.log"),
            rate: 0.0,
            absence: SHORTEST_ABSENCE,
            presence: Presence::Away(Instant::now()),
            over: false,
        };
        state.presence = Presence::Running(state.spawn()?, Instant::now());
        let shared = Arc::new(Shared { state: Mutex::new(state), over: Condvar::new() });
        let kept = Arc::clone(&shared);
        let keeper = std::thread::Builder::new().name("crowd".into()).spawn(move || keep(&kept))?;
        Ok(Crowd { shared, keeper: Some(keeper) })
    }

    /// Makes the load send `rate` requests per second from now on; one that is away hears of it
    /// when it comes back.
    pub fn set_rate(&self, rate: f64) {
        let mut state = self.shared.state();
        state.rate = rate;
        if let Presence::Running(child, _) = &mut state.presence {
            // One that just ended is started again with the new rate.
            let _ = child.tell(&format!("rate {rate}"));
        }
    }
}

/// The command of an app server that shares its codes with the crowd in `dir`, busy for `work` per
/// request; `{name}` and `{port}` stand for its own.
pub fn app_command(dir: &Path, work: Duration) -> io::Result<Vec<String>> {
    let program = std::env::current_exe()?.display().to_string();
    let work = format!("--work={}us", work.as_micros());
    let codes = format!("--codes={}", codes(dir).display());
    let words = ["demo", "app", "--with-parent", "--name={name}", "--listen=127.0.0.1:{port}"];
    let words = words.into_iter().map(str::to_owned);
    Ok([program].into_iter().chain(words).chain([work, codes]).collect())
}

fn codes(dir: &Path) -> PathBuf {
    dir.join("codes")
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.shared.state().over = true;
        self.shared.over.notify_all();
        if let Some(keeper) = self.keeper.take() {
            // A keeper that panicked has nothing left to do; the child ends with the state.
            let _ = keeper.join();
        }
    }
}

impl State {
    fn spawn(&self) -> io::Result<Child> {
        let mut arguments = self.arguments.clone();
        arguments.push(format!("--rate={}", self.rate));
        Child::start(&arguments, &self.log)
    }

    /// Notices that the process ended, or starts it again when it was away long enough.
    fn look_after(&mut self, now: Instant) {
        match &mut self.presence {
            Presence::Running(child, since) => {
                let since = *since;
                if child.ended() {
                    self.leave(since, now);
                }
            }
            Presence::Away(until) if *until <= now => self.come_back(now),
            Presence::Away(_) => {}
        }
    }

    fn leave(&mut self, since: Instant, now: Instant) {
        if now.duration_since(since) > FORGIVENESS {
            self.absence = SHORTEST_ABSENCE;
        }
        tracing::warn!(back_in = ?self.absence, "the demo's load ended");
        self.presence = Presence::Away(now + self.absence);
        self.absence = (self.absence * 2).min(LONGEST_ABSENCE);
    }

    fn come_back(&mut self, now: Instant) {
        self.presence = match self.spawn() {
            Ok(child) => Presence::Running(child, now),
            Err(error) => {
                tracing::warn!(%error, "the demo's load did not start");
                Presence::Away(now + self.absence)
            }
        };
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks after the process until the crowd is over.
fn keep(shared: &Shared) {
    let mut state = shared.state();
    while !state.over {
        state.look_after(Instant::now());
        let waited = shared.over.wait_timeout(state, ROUND);
        (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
    }
}
