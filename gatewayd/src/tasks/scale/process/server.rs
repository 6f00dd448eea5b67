//! A server: one process that should run until it is told to end, started again when it ends by itself.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::identity::{Identity, kill_marked, marked};
use super::record::Entry;
use crate::model::{Name, ProcessDriver};
use crate::tasks::scale::driver::Life;

/// The variable that names a server in its environment.
pub(super) const MARK: &str = "GATEWAYD_SERVER";

/// How long one that ended stays away; doubles each time.
const SHORTEST_ABSENCE: Duration = Duration::from_secs(1);
const LONGEST_ABSENCE: Duration = Duration::from_secs(60);
/// How long one must run to be forgiven its earlier ends.
const FORGIVENESS: Duration = Duration::from_secs(30);
/// A log longer than this begins anew with the next start.
const LONGEST_LOG_BYTES: u64 = 16 << 20;

/// One process that should run.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) name: Name,
    pub(super) port: u16,
    absence: Duration,
    state: State,
}

#[derive(Debug)]
enum State {
    Running { process: Process, since: Instant },
    Away { how: String, until: Instant },
    Ending { process: Process, until: Instant },
}

#[derive(Debug)]
struct Process {
    identity: Identity,
    /// Absent when an earlier gateway started it.
    child: Option<Child>,
}

/// Where a server is started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) how: &'a ProcessDriver,
    pub(super) logs: &'a Path,
    pub(super) mark: &'a str,
}

impl Server {
    /// Starts a new one.
    pub(super) fn start(name: Name, port: u16, place: Place<'_>) -> io::Result<Server> {
        let state = running(&name, port, place)?;
        Ok(Server { name, port, absence: SHORTEST_ABSENCE, state })
    }

    /// One that an earlier gateway wrote down.
    pub(super) fn adopt(entry: Entry, found: Option<Identity>, grace: Duration) -> Server {
        let process = entry.process.or(found).filter(Identity::lives);
        let process = process.map(|identity| Process { identity, child: None });
        let now = Instant::now();
        let state = match process {
            Some(process) if entry.ending => {
                process.identity.signal(Signal::SIGTERM);
                State::Ending { process, until: now + grace }
            }
            Some(process) => State::Running { process, since: now },
            None => {
                let how = "it ended while the gateway was away".to_owned();
                State::Away { how, until: now }
            }
        };
        Server { name: entry.name, port: entry.port, absence: SHORTEST_ABSENCE, state }
    }

    /// As it is written down.
    pub(super) fn entry(&self) -> Entry {
        let (process, ending) = match &self.state {
            State::Running { process, .. } => (Some(process.identity.clone()), false),
            State::Ending { process, .. } => (Some(process.identity.clone()), true),
            State::Away { .. } => (None, false),
        };
        Entry { name: self.name.clone(), port: self.port, process, ending }
    }

    /// Its process while it runs.
    pub(super) fn pid(&self) -> Option<i32> {
        match &self.state {
            State::Running { process, .. } => Some(process.identity.pid),
            State::Away { .. } | State::Ending { .. } => None,
        }
    }

    /// How it is.
    pub(super) fn life(&self) -> Life {
        match &self.state {
            State::Running { .. } => Life::Running,
            State::Away { how, .. } => Life::Away(how.clone()),
            State::Ending { .. } => Life::Ending,
        }
    }

    /// Notices an end, kills what does not end in time, starts again what was away long enough.
    /// Whether it is there still, and whether its process is another one.
    pub(super) fn look_after(&mut self, place: Place<'_>) -> Looked {
        let now = Instant::now();
        match &mut self.state {
            State::Running { process, since } => match process.end() {
                None => Looked::Same,
                Some(how) => {
                    // What it started is in the way of the next one.
                    kill_marked(MARK, place.mark);
                    if now.duration_since(*since) > FORGIVENESS {
                        self.absence = SHORTEST_ABSENCE;
                    }
                    self.leave(how, now);
                    Looked::Changed
                }
            },
            State::Ending { process, until } => {
                let late = *until <= now;
                if late {
                    process.identity.signal(Signal::SIGKILL);
                    kill_marked(MARK, place.mark);
                }
                // What it started has as long as itself to finish.
                let gone = process.end().is_some() && marked(MARK, place.mark).is_empty();
                if gone { Looked::Gone } else { Looked::Same }
            }
            State::Away { until, .. } if *until <= now => {
                match running(&self.name, self.port, place) {
                    Ok(state) => self.state = state,
                    Err(error) => self.leave(error.to_string(), now),
                }
                Looked::Changed
            }
            State::Away { .. } => Looked::Same,
        }
    }

    fn leave(&mut self, how: String, now: Instant) {
        tracing::warn!(name = %self.name, how, back_in = ?self.absence, "a server ended");
        self.state = State::Away { how, until: now + self.absence };
        self.absence = (self.absence * 2).min(LONGEST_ABSENCE);
    }

    /// Kills it and all it started.
    pub(super) fn kill(&self, mark: &str) {
        if let State::Running { process, .. } | State::Ending { process, .. } = &self.state {
            process.identity.signal(Signal::SIGKILL);
        }
        kill_marked(MARK, mark);
    }

    /// Tells it to end; whether there is something to wait for.
    pub(super) fn end(&mut self, grace: Duration) -> bool {
        let away = State::Away { how: String::new(), until: Instant::now() };
        match std::mem::replace(&mut self.state, away) {
            State::Running { process, .. } => {
                process.identity.signal(Signal::SIGTERM);
                self.state = State::Ending { process, until: Instant::now() + grace };
                true
            }
            State::Away { .. } => false,
            ending @ State::Ending { .. } => {
                self.state = ending;
                true
            }
        }
    }
}

/// What a look found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// Nothing new.
    Same,
    /// Its process ended or is another one.
    Changed,
    /// It is gone for good.
    Gone,
}

impl Process {
    /// How it ended; `None` while it runs.
    fn end(&mut self) -> Option<String> {
        match &mut self.child {
            Some(child) => match child.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => Some(status.to_string()),
                Err(error) => Some(error.to_string()),
            },
            None => (!self.identity.lives()).then(|| "it is gone".to_owned()),
        }
    }
}

fn running(name: &Name, port: u16, place: Place<'_>) -> io::Result<State> {
    let child = spawn(name, port, place)?;
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    // Our own child keeps its number until it is waited for.
    let identity = pid.and_then(Identity::of).ok_or(io::ErrorKind::NotFound)?;
    let process = Process { identity, child: Some(child) };
    Ok(State::Running { process, since: Instant::now() })
}

fn spawn(name: &Name, port: u16, place: Place<'_>) -> io::Result<Child> {
    let log = place.logs.join(format!("{name}.log"));
    let length = log.metadata().map_or(0, |it| it.len());
    let fresh = length > LONGEST_LOG_BYTES;
    let printed =
        OpenOptions::new().create(true).append(!fresh).write(fresh).truncate(fresh).open(&log)?;
    let filled =
        |word: &String| word.replace("{port}", &port.to_string()).replace("{name}", name.as_str());
    let words: Vec<String> = place.how.command.iter().map(filled).collect();
    let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let outlive = place.how.outlive;
    Command::new(program)
        .args(arguments)
        .env(MARK, place.mark)
        .stdin(if outlive { Stdio::null() } else { Stdio::piped() })
        .stdout(printed.try_clone()?)
        .stderr(printed)
        // Of its own, so that ^C at the gateway's terminal does not reach it, and signals reach
        // all that it started.
        .process_group(0)
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))
}
