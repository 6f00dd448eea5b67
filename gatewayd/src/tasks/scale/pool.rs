//! One pool's scaler: its driver, its history and what it does in a tick.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;

use crate::model::{
    Action, Autoscale, Condition, Decision, Driver as Drives, EventKind, LoadSample, Name, Pool,
    ScalerView, ScalingMode, ServerPhase, Severity, Source, What,
};
use crate::policy::left_behind;
use crate::policy::scaling::{History, Observation, SeenServer, tick};
use crate::state::Table;

use super::Scale;
use super::advise::Advise;
use super::driver::{Driver, DriverError, Instance, Life};
use super::exec::Commands;
use super::hand::{Hand, Undone};
use super::process::Processes;
use super::sight::{Memory, Sight};

/// Scales one pool.
pub(super) struct PoolScaler {
    pool: Name,
    driver: Box<dyn Driver>,
    history: History,
    memory: Memory,
    /// Servers of the driver that are somebody else's backends.
    foreign: BTreeSet<Name>,
    /// Why servers were started last.
    ordered: String,
    /// What was told last, so that it is not told each second.
    told: String,
}

impl PoolScaler {
    /// A scaler of `pool` without a past, but with the servers an earlier gateway left.
    pub(super) fn new(pool: &Name, drives: &Drives, state_dir: &Path) -> PoolScaler {
        let driver: Box<dyn Driver> = match drives {
            Drives::Process(how) => Box::new(Processes::find(pool, how.clone(), state_dir)),
            Drives::Exec(how) => Box::new(Commands::find(pool, how.clone(), state_dir)),
            Drives::Advise => Box::new(Advise),
        };
        PoolScaler {
            pool: pool.clone(),
            driver,
            history: History::default(),
            memory: Memory::default(),
            foreign: BTreeSet::new(),
            ordered: "found running".to_owned(),
            told: String::new(),
        }
    }

    /// Scales the way that `drives` says from now on; whether it can.
    pub(super) fn adapt(&mut self, drives: &Drives) -> bool {
        self.driver.adapt(drives)
    }

    /// Lets go of the pool, and tells which servers are nobody's from then on.
    pub(super) fn leave(self, with: &Scale) {
        if let Some(count) = NonZeroU32::new(self.driver.leaves()) {
            let (target, what) = (format!("pool/{}", self.pool), left_behind(&self.pool, count));
            with.events.record(EventKind::Scale, Severity::Warn, "autoscaler", &target, &what);
        }
    }

    /// Does what the driver has to do between two ticks; ends never. Cancel-safe.
    pub(super) async fn work(&mut self) {
        self.driver.work().await;
    }

    /// Observes, decides and acts once.
    pub(super) async fn tick(&mut self, with: &Scale, pool: &Pool, autoscale: &Autoscale) {
        self.driver.allow(autoscale.may_act_at(with.clock.wall_ms()));
        let observed = self.driver.observe().await;
        self.hear_troubles(with, pool);
        let instances = match observed {
            Ok(instances) => self.ours(with, instances),
            Err(error) => {
                with.scalers.show(stuck(pool, &with.writer.table(), autoscale, &error));
                return match error {
                    DriverError::NotYet => {}
                    error => self.tell(with, pool, &error.to_string()),
                };
            }
        };
        let table = with.writer.table();
        let sight = Sight { pool, table: &table, instances: &instances };
        sight.believe_measured(&mut self.memory);
        self.tidy(with, &sight, autoscale).await;
        // What was tidied is seen as it is now.
        let (desired, table) = (with.writer.desired(), with.writer.table());
        let Some(pool) = desired.gateway.pool(pool.name.as_str()) else { return };
        let Ok(instances) = self.driver.observe().await else { return };
        let instances = self.ours(with, instances);
        let sight = Sight { pool, table: &table, instances: &instances };
        let now_ms = with.clock.now_ms();
        let servers = sight.servers(now_ms, &mut self.memory);
        if self.forget_failed(with, &sight, &servers, autoscale, now_ms).await {
            return;
        }
        let order = autoscale.order_at(with.clock.wall_ms());
        let observation = Observation {
            servers,
            acts: autoscale.acts(),
            order: order.map(|order| order.desired),
            room: self.driver.capabilities().room,
        };
        let decision = tick(now_ms, &observation, &mut self.history, &autoscale.rules);
        if let Some((offered_rps, cost_s)) = self.history.latest() {
            let sample = LoadSample { at_ms: now_ms, offered_rps, cost_s, servers: decision.from };
            with.scalers.sample(&pool.name, sample);
        }
        with.scalers.show(view(pool, autoscale, &decision));
        if autoscale.mode != ScalingMode::Off {
            self.follow(with, pool, autoscale, decision).await;
        }
    }

    /// The instances without those that are backends of somebody else's, which are left alone.
    fn ours(&mut self, with: &Scale, mut instances: Vec<Instance>) -> Vec<Instance> {
        let desired = with.writer.desired();
        let is_foreign = |name: &Name| {
            let found = desired.gateway.backend(name.as_str());
            found.is_some_and(|(pool, backend)| {
                pool.name != self.pool || backend.source != Source::Autoscaler
            })
        };
        let (foreign, ours) = instances.drain(..).partition(|it| is_foreign(&it.name));
        let foreign: Vec<Instance> = foreign;
        let foreign: BTreeSet<Name> = foreign.into_iter().map(|it| it.name).collect();
        for name in foreign.difference(&self.foreign) {
            let what = "its driver has a server of this name, which is a backend already: it is \
                        left alone; remove the backend, or give the server another name";
            let target = format!("backend/{name}");
            with.events.record(EventKind::Scale, Severity::Warn, "autoscaler", &target, what);
        }
        self.foreign = foreign;
        ours
    }

    /// Brings pool and driver together: what runs is in the pool, what is gone is not.
    async fn tidy(&mut self, with: &Scale, sight: &Sight<'_>, autoscale: &Autoscale) {
        let hand = |reason| Hand { writer: &with.writer, pool: sight.pool, reason };
        let mut orphans = sight.orphans();
        let mut undone = None;
        let gone = match autoscale.driver {
            Drives::Process(_) => "its process is gone",
            Drives::Exec(_) => {
                // A list may be wrong; what passes its probes is there, whoever says otherwise.
                orphans.retain(|name| !sight.is_healthy(name));
                "its driver lists it no more"
            }
            Drives::Advise => {
                orphans.clear();
                ""
            }
        };
        if !orphans.is_empty() {
            undone = hand(gone).remove(orphans).await.err();
        }
        for (backend, address) in sight.moved() {
            undone =
                undone.or(hand("it is somewhere else now").follow(backend, address).await.err());
            self.memory.proven.remove(&backend.name);
        }
        for (instance, address) in sight.unlisted() {
            undone = undone.or(hand(&self.ordered).add(&instance.name, address).await.err());
        }
        let wall_ms = with.clock.wall_ms();
        if let Some(order) = autoscale.order.as_ref()
            && autoscale.order_at(wall_ms).is_none()
        {
            let reason = format!("the order of {} is over", order.mark.owner);
            undone = undone.or(hand(&reason).resume().await.err());
        }
        if let Some(undone) = undone {
            self.tell(with, sight.pool, &undone.to_string());
        }
    }

    /// Ends the servers that failed to start; whether there was one.
    async fn forget_failed(
        &mut self,
        with: &Scale,
        sight: &Sight<'_>,
        servers: &[SeenServer],
        autoscale: &Autoscale,
        now_ms: u64,
    ) -> bool {
        let mut failed = Vec::new();
        let allowed = autoscale.may_act_at(with.clock.wall_ms());
        for instance in sight.instances {
            let server = servers.iter().find(|server| server.name == instance.name);
            let live = sight.table.backend(instance.name.as_str());
            // It may have passed its checks, and fail them again, between two looks.
            if live.is_some_and(|live| live.is_proven()) {
                if self.memory.proven.insert(instance.name.clone()) {
                    self.history.started();
                    if let Some(took) = self.memory.start_took(&instance.name, now_ms) {
                        with.scalers.started(&sight.pool.name, took);
                    }
                }
                continue;
            }
            let proven = self.memory.proven.contains(&instance.name);
            let comes = server.filter(|server| allowed && server.phase.comes() && !proven);
            let Some(server) = comes else { continue };
            let late = now_ms.saturating_sub(server.phase_since_ms);
            let why = match &instance.life {
                Life::Away(how) => how.clone(),
                _ if u128::from(late) < autoscale.rules.start_timeout.as_millis() => continue,
                Life::Coming => format!("it is not there after {} s", late / 1000),
                _ => {
                    let probe =
                        live.map(|live| live.findings().checkup.to_string()).unwrap_or_default();
                    format!("no passed probe after {} s: {probe}", late / 1000)
                }
            };
            failed.push((instance.name.clone(), why));
        }
        if failed.is_empty() {
            return false;
        }
        let reason = match &failed[..] {
            [(_, why)] => format!("failed to start: {why}"),
            several => format!("{} failed to start", several.len()),
        };
        let mut names = Vec::new();
        for (name, why) in failed {
            self.history.start_failed(now_ms);
            let what = format!("failed to start: {why}");
            let target = format!("backend/{name}");
            with.events.record(EventKind::Scale, Severity::Warn, "autoscaler", &target, &what);
            names.push(name);
        }
        self.drop_failed(with, sight.pool, &names, &reason).await;
        true
    }

    async fn drop_failed(&mut self, with: &Scale, pool: &Pool, names: &[Name], reason: &str) {
        let hand = Hand { writer: &with.writer, pool, reason };
        let inside = |name: &&Name| pool.backend(name.as_str()).is_some();
        let listed: Vec<Name> = names.iter().filter(inside).cloned().collect();
        let removed = if listed.is_empty() { Ok(()) } else { hand.remove(listed).await };
        // All in one: that one is ended must not change what the others are called.
        let ended = self.driver.terminate(names).await;
        if let Err(undone) = removed {
            self.tell(with, pool, &undone.to_string());
        }
        if let Err(error) = ended {
            self.tell(with, pool, &error.to_string());
        }
    }

    /// Carries `decision` out, if it is to be, and keeps it with what became of it.
    async fn follow(
        &mut self,
        with: &Scale,
        pool: &Pool,
        autoscale: &Autoscale,
        decision: Decision,
    ) {
        let outcome = match (decision.actions.is_empty(), autoscale.acts()) {
            (true, _) => "nothing to do".to_owned(),
            (false, false) => "advised".to_owned(),
            (false, true) => self.act(with, pool, &decision).await,
        };
        let drains = decision.actions.iter().any(|it| matches!(it, Action::Drain(_)));
        if (drains || decision.what == What::Out) && autoscale.acts() {
            let target = format!("pool/{}", pool.name);
            let severity = if outcome == "done" { Severity::Info } else { Severity::Warn };
            let what = match outcome.as_str() {
                "done" => decision.sentence.clone(),
                undone => format!("{} ({undone})", decision.sentence),
            };
            with.events.record(EventKind::Scale, severity, "autoscaler", &target, &what);
        }
        with.scalers.record(with.clock.wall_ms(), &pool.name, decision, outcome);
    }

    async fn act(&mut self, with: &Scale, pool: &Pool, decision: &Decision) -> String {
        let mut undone = Vec::new();
        let reason = reason(&decision.sentence);
        if decision.what == What::Out {
            self.ordered.clone_from(&reason);
        }
        let hand = Hand { writer: &with.writer, pool, reason: &reason };
        for action in &decision.actions {
            if let Err(error) = hand.carry_out(action, self.driver.as_mut()).await {
                if let Undone::Driver(error) = &error
                    && error.is_failed_start()
                {
                    self.history.start_failed(with.clock.now_ms());
                }
                undone.push(error.to_string());
            }
        }
        if undone.is_empty() { "done".to_owned() } else { undone.join("; ") }
    }

    /// Tells what went wrong with what was ordered before.
    fn hear_troubles(&mut self, with: &Scale, pool: &Pool) {
        for error in self.driver.troubles() {
            if error.is_failed_start() {
                self.history.start_failed(with.clock.now_ms());
            }
            let (target, what) = (format!("pool/{}", pool.name), error.to_string());
            with.events.record(EventKind::Scale, Severity::Warn, "autoscaler", &target, &what);
        }
    }

    /// Tells a trouble once.
    fn tell(&mut self, with: &Scale, pool: &Pool, what: &str) {
        if self.told != what {
            what.clone_into(&mut self.told);
            let target = format!("pool/{}", pool.name);
            with.events.record(EventKind::Scale, Severity::Error, "autoscaler", &target, what);
        }
    }
}

/// What is kept as the reason of each change.
fn reason(sentence: &str) -> String {
    const LONGEST: usize = 500;
    sentence.chars().take(LONGEST).collect()
}

/// A scaler that cannot see its servers: it holds, and says why.
fn stuck(pool: &Pool, table: &Table, autoscale: &Autoscale, error: &DriverError) -> ScalerView {
    let table = table.pool(pool.name.as_str());
    let serving = table.map_or(0, |it| it.effective.iter().filter(|weight| **weight > 0).count());
    let servers = pool.backends.len() as u32;
    let (mode, order) = (autoscale.mode, autoscale.order.clone());
    let rules = &autoscale.rules;
    ScalerView {
        pool: pool.name.clone(),
        mode,
        driver: autoscale.driver.to_string(),
        min: rules.min,
        max: rules.max,
        target_cpu: rules.target_cpu,
        target_rps: rules.target_rps,
        desired: servers,
        ready: serving as u32,
        starting: 0,
        draining: 0,
        conditions: vec![Condition {
            kind: "AbleToScale",
            status: false,
            reason: "FailedObserve",
            message: error.to_string(),
        }],
        next: format!("{servers}: held, {error}"),
        order,
    }
}

fn view(pool: &Pool, autoscale: &Autoscale, decision: &Decision) -> ScalerView {
    let servers = &decision.inputs.servers;
    let count = |wanted: fn(ServerPhase) -> bool| {
        servers.iter().filter(|server| wanted(server.phase)).count() as u32
    };
    let off = autoscale.mode == ScalingMode::Off;
    ScalerView {
        pool: pool.name.clone(),
        mode: autoscale.mode,
        driver: autoscale.driver.to_string(),
        min: autoscale.rules.min,
        max: autoscale.rules.max,
        target_cpu: autoscale.rules.target_cpu,
        target_rps: autoscale.rules.target_rps,
        desired: if off { decision.from } else { decision.to },
        ready: count(ServerPhase::serves),
        starting: count(ServerPhase::comes),
        draining: count(ServerPhase::leaves),
        conditions: if off { Vec::new() } else { decision.conditions.clone() },
        next: if off { "off".to_owned() } else { decision.sentence.clone() },
        order: autoscale.order.clone(),
    }
}
