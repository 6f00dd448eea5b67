//! The driver `process`: servers as processes on the gateway's host.
//!
//! ```text
//!  state_dir/servers/app.json     the record: name, port and process of each
//!  state_dir/servers/app-1.log    what a server printed
//! ```

mod identity;
mod record;
mod server;
mod usage;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use futures_util::future::{BoxFuture, ready};

use self::identity::first_marked;
use self::record::{Entry, Record};
use self::server::{Looked, MARK, Place, Server};
use self::usage::Usage;
use super::driver::{Capabilities, Driver, DriverError, Instance, Life, Victims};
use crate::model::{Driver as Settings, Name, ProcessDriver};
use crate::tasks::aside::aside;

/// Runs the servers of one pool.
#[derive(Debug)]
pub(super) struct Processes {
    pool: Name,
    how: ProcessDriver,
    directory: PathBuf,
    record: Record,
    servers: Vec<Server>,
    /// One was found that is not written down as it is.
    unwritten: bool,
    usage: Usage,
}

impl Processes {
    /// The servers of `pool` as an earlier gateway left them, to be run as `how` says.
    pub(super) fn find(pool: &Name, how: ProcessDriver, state_dir: &Path) -> Processes {
        let directory = state_dir.join("servers");
        let record = Record::new(&directory, pool);
        let mut unwritten = false;
        let adopt = |entry: Entry| {
            // It may have been started, and the gateway killed before that was written down.
            let unsure = entry.process.is_none();
            let found = unsure.then(|| first_marked(MARK, &record.mark(&entry.name))).flatten();
            unwritten |= found.is_some();
            Server::adopt(entry, found, how.grace)
        };
        let servers = aside(|| record.read().into_iter().map(adopt).collect());
        let (pool, usage) = (pool.clone(), Usage::default());
        Processes { pool, how, directory, record, servers, unwritten, usage }
    }

    fn look(&mut self) -> Result<Vec<Instance>, DriverError> {
        let mut changed = self.unwritten;
        self.servers.retain_mut(|server| {
            let mark = self.record.mark(&server.name);
            let place = Place { how: &self.how, logs: &self.directory, mark: &mark };
            let looked = server.look_after(place);
            changed |= looked != Looked::Same;
            looked != Looked::Gone
        });
        if changed {
            self.write(None)?;
        }
        let pids: Vec<i32> = self.servers.iter().filter_map(Server::pid).collect();
        let used = self.usage.sample(&pids);
        let cores = f64::from(self.how.cores.get());
        let cpu_ratio = |server: &Server| {
            let pid = server.pid()?;
            let (_, used) = used.iter().find(|(of, _)| *of == pid)?;
            Some((used / cores).clamp(0.0, 1.0))
        };
        let instance = |server: &Server| Instance {
            name: server.name.clone(),
            address: Some((Ipv4Addr::LOCALHOST, server.port).into()),
            life: server.life(),
            cpu_ratio: cpu_ratio(server),
        };
        Ok(self.servers.iter().map(instance).collect())
    }

    fn start(&mut self, taken: &[Name]) -> Result<(), DriverError> {
        let used: Vec<u16> = self.servers.iter().map(|server| server.port).collect();
        let free = self.how.ports.range().find(|port| !used.contains(port) && is_free(*port));
        let port = free.ok_or_else(|| DriverError::NoPort(self.how.ports.to_string()))?;
        let name = self.new_name(taken);
        // Written first: one that is started and not written down would be lost.
        let entry = Entry { name: name.clone(), port, process: None, ending: false };
        self.write(Some(entry))?;
        let mark = self.record.mark(&name);
        let place = Place { how: &self.how, logs: &self.directory, mark: &mark };
        let started = Server::start(name.clone(), port, place);
        let outcome = match started {
            Ok(server) => {
                self.servers.push(server);
                Ok(())
            }
            Err(cause) => Err(DriverError::Start { name, cause: cause.to_string() }),
        };
        self.write(None)?;
        outcome
    }

    /// The first of `app-1`, `app-2` … that nothing is called.
    fn new_name(&self, taken: &[Name]) -> Name {
        let is_taken = |name: &Name| {
            taken.contains(name) || self.servers.iter().any(|server| server.name == *name)
        };
        // A long pool name is cut, so that the number has room.
        let pool: String = self.pool.as_str().chars().take(50).collect();
        (1_u32..)
            .filter_map(|number| format!("{pool}-{number}").parse().ok())
            .find(|name| !is_taken(name))
            .expect("there are more numbers than servers")
    }

    fn end(&mut self, names: &[Name]) -> Result<(), DriverError> {
        let grace = self.how.grace;
        self.servers.retain_mut(|server| !names.contains(&server.name) || server.end(grace));
        self.write(None)
    }

    fn write(&mut self, more: Option<Entry>) -> Result<(), DriverError> {
        let entries: Vec<Entry> = self.servers.iter().map(Server::entry).chain(more).collect();
        self.record.write(&entries)?;
        self.unwritten = false;
        Ok(())
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        if !self.how.outlive {
            self.servers.iter().for_each(|server| server.kill(&self.record.mark(&server.name)));
        }
    }
}

impl Driver for Processes {
    fn capabilities(&self) -> Capabilities {
        let ending = self.servers.iter().filter(|it| it.life() == Life::Ending).count() as u32;
        let room = self.how.ports.count().saturating_sub(ending);
        Capabilities { victims: Victims::Exact, room: Some(room) }
    }

    fn adapt(&mut self, settings: &Settings) -> bool {
        if let Settings::Process(how) = settings {
            self.how = how.clone();
        }
        matches!(settings, Settings::Process(_))
    }

    fn leaves(&self) -> u32 {
        if self.how.outlive { self.servers.len() as u32 } else { 0 }
    }

    fn observe(&mut self) -> BoxFuture<'_, Result<Vec<Instance>, DriverError>> {
        Box::pin(ready(aside(|| self.look())))
    }

    fn scale_out<'a>(
        &'a mut self,
        count: u32,
        taken: &'a [Name],
    ) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(ready(aside(|| (0..count).try_for_each(|_| self.start(taken)))))
    }

    fn terminate<'a>(&'a mut self, names: &'a [Name]) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(ready(aside(|| self.end(names))))
    }
}

fn is_free(port: u16) -> bool {
    let address: SocketAddr = (Ipv4Addr::LOCALHOST, port).into();
    TcpListener::bind(address).is_ok()
}

#[cfg(test)]
mod tests;
