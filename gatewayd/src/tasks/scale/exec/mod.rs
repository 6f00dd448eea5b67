//! The driver `exec`: servers that a command of the operator lists, starts and ends.
//!
//! The command is called with a verb and its object, never twice at a time for one pool. What is
//! asked stands in its arguments and, as JSON, on its standard input.
//!
//! ```text
//!  ./scale list            print {"servers": [{"id": "i-7", "address": "10.0.0.7:8080"}]}
//!  ./scale scale-out 5     see to it that there are 5; it may return before they are
//!  ./scale terminate i-7   see to it that i-7 ends; so too when it is gone already
//! ```
//! An address may be left out until it is known, and `"state"` says `starting`, `running` (when
//! left out) or `ending`. `GATEWAYD_ORDER` names an order, and is the same whenever that order is
//! repeated: after a failure, after a timeout, by the next gateway. Exit status 0 says that it was
//! accepted; otherwise what stands on standard error is told, and it is repeated after a while.

mod call;
mod listing;
mod orders;
mod words;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::task::Poll;

use futures_util::future::{BoxFuture, pending, ready};
use tokio::time::Instant;

use self::call::{Call, CallError};
use self::listing::{Listed, State};
use self::orders::{Ending, Orders};
use super::driver::{Capabilities, Driver, DriverError, Instance, Life, Victims};
use super::written;
use crate::model::{Driver as Settings, ExecDriver, Name};

/// Has the servers of one pool run by a command.
pub(super) struct Commands {
    pool: Name,
    how: ExecDriver,
    path: PathBuf,
    orders: Orders,
    /// The servers as listed last; absent before the first list.
    listed: Option<Vec<Listed>>,
    /// Why the last list is not known.
    blind: Option<String>,
    list_at: Instant,
    /// Whether the last call was made for an order.
    ordered: bool,
    /// Whether servers may be started and ended.
    allowed: bool,
    /// Servers that are ordered and not listed yet, by the names they have until then, in the
    /// order in which they were ordered.
    awaited: VecDeque<Name>,
    /// How many such names were given.
    named: u32,
    under_way: Option<UnderWay>,
    troubles: Vec<DriverError>,
}

/// A call under way. When it is dropped the command is killed.
struct UnderWay {
    verb: Verb,
    /// The order it is made for; none for a list.
    key: String,
    answer: BoxFuture<'static, Result<Vec<u8>, CallError>>,
}

/// What the command is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verb {
    List,
    ScaleOut(u32),
    Terminate(Name),
}

impl Commands {
    /// The servers of `pool`, with the orders that an earlier gateway left unfinished.
    pub(super) fn find(pool: &Name, how: ExecDriver, state_dir: &Path) -> Commands {
        let path = state_dir.join("orders").join(format!("{pool}.json"));
        let mut commands = Commands {
            pool: pool.clone(),
            how,
            orders: written::read(&path),
            path,
            listed: None,
            blind: None,
            list_at: Instant::now(),
            ordered: false,
            allowed: true,
            awaited: VecDeque::new(),
            named: 0,
            under_way: None,
            troubles: Vec::new(),
        };
        commands.settle();
        commands
    }

    /// Takes in the answer of the call under way, if it is there, and makes the next one.
    async fn step(&mut self) -> Result<(), DriverError> {
        if let Some(it) = &mut self.under_way {
            let Poll::Ready(answer) = glance(&mut it.answer).await else { return Ok(()) };
            if let Some(UnderWay { verb, key, .. }) = self.under_way.take() {
                self.take_in(&verb, &key, answer)?;
            }
        }
        if let Some((verb, key)) = self.next() {
            self.ordered = verb != Verb::List;
            let words = match &verb {
                Verb::List => vec!["list".to_owned()],
                Verb::ScaleOut(servers) => vec!["scale-out".to_owned(), servers.to_string()],
                Verb::Terminate(id) => vec!["terminate".to_owned(), id.to_string()],
            };
            let call = Call { how: self.how.clone(), pool: self.pool.clone(), words };
            let answer = Box::pin(call.make(key.clone()));
            let it = self.under_way.insert(UnderWay { verb, key, answer });
            // Started now; that it is over already is seen with the next step.
            if let Poll::Ready(answer) = glance(&mut it.answer).await {
                it.answer = Box::pin(ready(answer));
            }
        }
        Ok(())
    }

    /// The call that is due, and the order it is made for.
    fn next(&mut self) -> Option<(Verb, String)> {
        let now = Instant::now();
        let list = (self.list_at <= now).then(|| (Verb::List, String::new()));
        // Orders that take long must not make the list old, nor one of them the others.
        if !self.allowed || (self.ordered && list.is_some()) {
            return list;
        }
        if let Some(order) = self.orders.scale_out.as_ref().filter(|it| it.is_due(now)) {
            return Some((Verb::ScaleOut(order.servers), order.key.clone()));
        }
        let due = self.orders.endings.iter().filter(|it| it.pace.is_due(now));
        match due.min_by_key(|it| it.pace.since()) {
            Some(ending) => Some((Verb::Terminate(ending.id.clone()), ending.key.clone())),
            None => list,
        }
    }

    fn take_in(
        &mut self,
        verb: &Verb,
        key: &str,
        answer: Result<Vec<u8>, CallError>,
    ) -> Result<(), DriverError> {
        let now = Instant::now();
        match verb {
            Verb::List => {
                self.list_at = now + self.how.interval;
                let printed = answer.map_err(|error| error.to_string());
                match printed.and_then(|text| listing::read(&text).map_err(|it| it.to_string())) {
                    Ok(listed) => return self.see(listed),
                    Err(why) => self.blind = Some(why),
                }
            }
            Verb::ScaleOut(servers) => {
                let failed = answer.err();
                let same = |it: &&mut orders::ScaleOut| it.key == key;
                // It may have been overtaken by another order.
                let Some(order) = self.orders.scale_out.as_mut().filter(same) else {
                    return Ok(());
                };
                if let Some(cause) = failed {
                    let (servers, key, again) = (*servers, key.to_owned(), order.pace.fail(now));
                    let cause = cause.to_string();
                    self.troubles.push(DriverError::ScaleOut { servers, key, again, cause });
                } else {
                    order.accepted = true;
                    self.list_at = now;
                    return self.write();
                }
            }
            Verb::Terminate(id) => {
                let mut endings = self.orders.endings.iter_mut();
                let Some(ending) = endings.find(|it| it.key == key) else { return Ok(()) };
                match answer {
                    // Until it is gone from the list it is not believed for ever.
                    Ok(_) => (ending.pace.rest(now), self.list_at = now).0,
                    Err(cause) => {
                        let (id, key) = (id.clone(), key.to_owned());
                        let (again, cause) = (ending.pace.fail(now), cause.to_string());
                        self.troubles.push(DriverError::Terminate { id, key, again, cause });
                    }
                }
            }
        }
        Ok(())
    }

    /// Believes a list: what is gone from it has ended, and what was ordered may be there.
    fn see(&mut self, listed: Vec<Listed>) -> Result<(), DriverError> {
        self.blind = None;
        let before = self.orders.clone();
        self.orders.endings.retain(|ending| listed.iter().any(|it| it.id == ending.id));
        self.listed = Some(listed);
        self.settle();
        if self.orders == before { Ok(()) } else { self.write() }
    }

    /// Forgets an order that is fulfilled, and names what is still missing of one that is not.
    fn settle(&mut self) {
        let there = self.there();
        self.orders.scale_out = self.orders.scale_out.take().filter(|it| it.servers > there);
        let missing = self.orders.scale_out.as_ref().map_or(0, |it| it.servers - there) as usize;
        let named = std::mem::take(&mut self.awaited);
        self.awaited = named.into_iter().filter(|name| !self.is_listed(name)).collect();
        // What was ordered first is taken to come first.
        let came = self.awaited.len().saturating_sub(missing);
        self.awaited.drain(..came);
        while self.awaited.len() < missing {
            self.named = self.named.wrapping_add(1);
            let name = format!("{}{}", self.stem(), self.named).parse();
            self.awaited.extend(name.ok().filter(|name| !self.is_listed(name)));
        }
    }

    fn is_ending(&self, it: &Listed) -> bool {
        it.state == State::Ending || self.orders.endings.iter().any(|ending| ending.id == it.id)
    }

    /// How many servers are listed that are to stay.
    fn there(&self) -> u32 {
        let listed = self.listed.iter().flatten();
        listed.filter(|it| !self.is_ending(it)).count() as u32
    }

    /// How the names of servers begin that are not listed yet.
    fn stem(&self) -> String {
        let pool: String = self.pool.as_str().chars().take(40).collect();
        format!("{pool}-ordered-")
    }

    fn is_listed(&self, name: &Name) -> bool {
        self.listed.iter().flatten().any(|it| it.id == *name)
    }

    /// Whether the command knows `name`: it must never hear of names that are only ours.
    fn is_known(&self, name: &Name) -> bool {
        self.is_listed(name) || !name.as_str().starts_with(&self.stem())
    }

    fn instances(&self) -> Result<Vec<Instance>, DriverError> {
        if let Some(why) = &self.blind {
            return Err(DriverError::List(why.clone()));
        }
        let listed = self.listed.as_ref().ok_or(DriverError::NotYet)?;
        let seen = listed.iter().map(|it| Instance {
            name: it.id.clone(),
            address: it.address,
            life: match it.state {
                _ if self.is_ending(it) => Life::Ending,
                State::Running if it.address.is_some() => Life::Running,
                _ => Life::Coming,
            },
            cpu_ratio: None,
        });
        let coming = |name| Instance { name, address: None, life: Life::Coming, cpu_ratio: None };
        Ok(seen.chain(self.awaited.iter().cloned().map(coming)).collect())
    }

    fn order(&mut self, servers: u32) {
        self.orders.scale_out = Some(orders::ScaleOut::new(&self.pool, servers));
        self.settle();
    }

    fn end(&mut self, names: &[Name]) -> Result<(), DriverError> {
        self.awaited.retain(|name| !names.contains(name));
        for id in names {
            let told = self.orders.endings.iter().any(|ending| ending.id == *id);
            if !told && self.is_known(id) {
                self.orders.endings.push(Ending::new(&self.pool, id));
            }
        }
        let servers = self.there() + self.awaited.len() as u32;
        match &mut self.orders.scale_out {
            // What was accepted stands; only less is awaited of it.
            Some(order) if order.accepted => order.servers = servers,
            Some(order) if order.servers != servers => self.order(servers),
            _ => {}
        }
        self.settle();
        self.write()
    }

    fn write(&self) -> Result<(), DriverError> {
        written::write(&self.path, &self.orders)
    }
}

impl Driver for Commands {
    fn capabilities(&self) -> Capabilities {
        Capabilities { victims: Victims::Exact, room: None }
    }

    fn adapt(&mut self, settings: &Settings) -> bool {
        if let Settings::Exec(how) = settings {
            self.how = how.clone();
        }
        matches!(settings, Settings::Exec(_))
    }

    fn leaves(&self) -> u32 {
        self.there()
    }

    fn allow(&mut self, allowed: bool) {
        self.allowed = allowed;
        let unaccepted = self.orders.scale_out.as_ref().is_some_and(|it| !it.accepted);
        if !allowed && unaccepted {
            // Whether it is still wanted is decided anew afterwards.
            self.orders.scale_out = None;
            self.settle();
            if let Err(error) = self.write() {
                self.troubles.push(error);
            }
        }
    }

    /// Has the call under way be watched also while nobody looks.
    fn work(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Some(it) = &mut self.under_way {
                let answer = (&mut it.answer).await;
                it.answer = Box::pin(ready(answer));
            }
            pending().await
        })
    }

    fn observe(&mut self) -> BoxFuture<'_, Result<Vec<Instance>, DriverError>> {
        Box::pin(async {
            self.step().await?;
            self.instances()
        })
    }

    fn scale_out<'a>(
        &'a mut self,
        count: u32,
        _taken: &'a [Name],
    ) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(async move {
            let servers = self.there() + self.awaited.len() as u32 + count;
            self.order(servers);
            // Written first: the next gateway must repeat it as the same order.
            self.write()?;
            self.step().await
        })
    }

    fn terminate<'a>(&'a mut self, names: &'a [Name]) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(async move {
            self.end(names)?;
            self.step().await
        })
    }

    fn troubles(&mut self) -> Vec<DriverError> {
        std::mem::take(&mut self.troubles)
    }
}

/// Whether `future` is done now.
async fn glance<T>(future: &mut BoxFuture<'static, T>) -> Poll<T> {
    poll_fn(|wakes| Poll::Ready(future.as_mut().poll(wakes))).await
}

#[cfg(test)]
mod tests;
