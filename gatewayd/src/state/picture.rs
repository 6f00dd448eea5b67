//! The picture: counters, table and desired gateway become one snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use crate::clock::Clock;
use crate::model::{
    AdjustmentView, CandidateView, CertificateView, Desired, Health, Limit, LimitView,
    ListenerView, Phase, PoolView, Refusal, RefusedView, Snapshot, Source, Standing, Totals,
    Trouble,
};
use crate::policy::problems;

use super::backend_picture::{BackendMeter, attempts};
use super::counters::{Counter, LimitCells};
use super::falls::Falls;
use super::histogram::latency;
use super::meter::{Meter, Tally};
use super::shares::{headroom, ratio, weigh_up};
use super::trials::Trials;
use super::{AdjustmentTable, Cells, CollapseWatch, LimitTable, PoolTable, Table, WorkerCells};

/// What is known of the host, sampled now and then.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HostFigures {
    /// CPU use, 0..=1 of all cores.
    pub cpu_ratio: Option<f64>,
    /// Resident memory of the process.
    pub rss_bytes: u64,
}

/// Everything that is seen when a picture is painted.
#[derive(Debug)]
pub struct Sight<'a> {
    /// The table as published.
    pub table: &'a Table,
    /// What is desired.
    pub desired: &'a Desired,
    /// What workers count.
    pub cells: &'a Cells<WorkerCells>,
    /// The host.
    pub host: HostFigures,
    /// The listeners as bound.
    pub listeners: &'a [ListenerView],
    /// The certificates that are served.
    pub certificates: Arc<[CertificateView]>,
    /// Access log lines dropped.
    pub access_log_dropped_total: u64,
    /// Lines of the process's own log dropped.
    pub log_dropped_total: u64,
    /// What the process does with clients.
    pub phase: Phase,
    /// What cannot be kept on disk.
    pub troubles: Vec<Trouble>,
}

/// Paints snapshots; it remembers the last ticks, so there is one of it.
#[derive(Debug)]
pub struct Painter {
    pub(super) clock: Clock,
    instance: Arc<str>,
    host: Arc<str>,
    workers: u32,
    seq: u64,
    collapse: CollapseWatch,
    totals: Meter,
    rejected: Meter,
    pub(super) backends: HashMap<u64, BackendMeter>,
    pub(super) pools: HashMap<String, Meter>,
    limits: HashMap<String, [Meter; 4]>,
    pub(super) falls: Falls,
}

impl Painter {
    /// A painter without a past.
    #[must_use]
    pub fn new(clock: Clock, instance: &str, host: &str, workers: usize) -> Painter {
        Painter {
            clock,
            instance: instance.into(),
            host: host.into(),
            workers: workers as u32,
            seq: 0,
            collapse: CollapseWatch::default(),
            totals: Meter::default(),
            rejected: Meter::default(),
            backends: HashMap::new(),
            pools: HashMap::new(),
            limits: HashMap::new(),
            falls: Falls::default(),
        }
    }

    /// Takes the counts of this second.
    pub fn tick(&mut self, sight: &Sight<'_>) {
        let now_us = self.clock.now_us();
        self.collapse.tick(sight.cells);
        self.falls.tick(sight.table, now_us);
        self.totals.tick(now_us, total(sight.cells));
        self.rejected.tick(now_us, counted(refused(sight.cells, Refusal::Limit)));
        let slots: Vec<u64> = sight.table.backends().map(|live| live.slot).collect();
        self.backends.retain(|slot, _| slots.contains(slot));
        self.pools.retain(|name, _| sight.table.pool(name).is_some());
        for pool in &sight.table.pools {
            let mut sum = Tally::default();
            for live in &pool.backends {
                let tally = attempts(live);
                sum.merge(&tally);
                let failures = live.cells.failures();
                self.backends.entry(live.slot).or_default().tick(now_us, tally, failures);
            }
            self.pools.entry(pool.name.to_string()).or_default().tick(now_us, sum);
        }
        for limit in &sight.table.limits {
            let meters = self.limits.entry(limit.name.to_string()).or_default();
            for (meter, read) in meters.iter_mut().zip(LIMIT_COUNTERS) {
                meter.tick(now_us, counted(limit.cells.sum(|cell| read(cell).read())));
            }
            meters[3].tick(now_us, counted(tried(limit)));
        }
    }

    /// The picture now: counts are of this moment, rates and percentiles of the last ticks.
    pub fn paint(&mut self, sight: &Sight<'_>) -> Snapshot {
        self.seq += 1;
        let table = sight.table;
        let pools: Vec<PoolView> =
            table.pools.iter().map(|pool| self.pool(pool, sight.desired)).collect();
        let trials = Trials::of(table, sight.cells);
        let backends = self.backends(sight);
        let pools = weigh_up(pools, &backends);
        let routed = |pool: &PoolView| {
            table.routes.iter().any(|route| table.pools[route.pool].name == pool.name)
        };
        let mut snapshot = Snapshot {
            time_ms: self.clock.wall_ms(),
            seq: self.seq,
            revision: table.revision,
            instance: Arc::clone(&self.instance),
            host: Arc::clone(&self.host),
            uptime_s: self.clock.now_ms() as f64 / 1000.0,
            ready: sight.phase == Phase::Running
                && pools.iter().all(|pool| !routed(pool) || pool.ready > 0),
            phase: sight.phase,
            latency: latency(sight.cells),
            totals: self.totals(sight),
            backends,
            limits: table.limits.iter().map(|it| self.limit(it, sight, &trials)).collect(),
            collapse: self.collapse.view(&table.trusted_proxies),
            blocks: table.blocks.views(),
            listeners: sight.listeners.iter().map(|it| it.with(&sight.certificates)).collect(),
            certificates: Arc::clone(&sight.certificates),
            troubles: sight.troubles.clone(),
            problems: Vec::new(),
            refused: Refusal::ALL
                .iter()
                .map(|it| RefusedView { reason: it.word(), total: refused(sight.cells, *it) })
                .collect(),
            pools,
        };
        snapshot.pools.sort_by(|one, other| one.name.cmp(&other.name));
        snapshot.limits.sort_by(|one, other| one.name.cmp(&other.name));
        snapshot.problems = problems(&snapshot);
        snapshot
    }

    fn totals(&self, sight: &Sight<'_>) -> Totals {
        let cells = sight.cells;
        let reading = self.totals.read();
        Totals {
            requests_total: cells.sum(|cell| cell.requests.read()),
            errors_total: cells.sum(|cell| cell.by_class[4].read()),
            rejected_total: refused(cells, Refusal::Limit),
            rps: reading.rate,
            in_flight: cells.sum(|cell| cell.in_flight.read()),
            p50_ms: reading.p50_ms,
            p99_ms: reading.p99_ms,
            error_ratio: reading.error_ratio,
            client_error_ratio: reading.client_error_ratio,
            rejected_per_s: self.rejected.read().rate,
            connections: cells.sum(|cell| cell.connections.read()),
            cpu_ratio: sight.host.cpu_ratio,
            rss_bytes: sight.host.rss_bytes,
            workers: self.workers,
            access_log_dropped_total: sight.access_log_dropped_total,
            log_dropped_total: sight.log_dropped_total,
            by_class: std::array::from_fn(|class| cells.sum(|cell| cell.by_class[class].read())),
            connections_made_total: cells.sum(|cell| cell.connections_made.read()),
            connections_shared_total: cells.sum(|cell| cell.connections_shared.read()),
            connections_taken_total: cells.sum(|cell| cell.connections_taken.read()),
            retries_total: cells.sum(|cell| cell.retries.read()),
            retries_denied_total: cells.sum(|cell| cell.retries_denied.read()),
            idle_closed_total: cells.sum(|cell| cell.idle_closed.read()),
            reports_malformed_total: cells.sum(|cell| cell.reports_malformed.read()),
            trailers_dropped_total: cells.sum(|cell| cell.trailers_dropped.read()),
            handshake_failures_total: cells.sum(|cell| cell.handshake_failures.read()),
        }
    }

    fn pool(&self, pool: &PoolTable, desired: &Desired) -> PoolView {
        let wanted = desired.gateway.pool(pool.name.as_str());
        let backends = wanted.map(|pool| pool.backends.as_slice()).unwrap_or_default();
        let standing = |standing| backends.iter().filter(|it| it.standing == standing).count();
        let down = backends.iter().filter(|it| {
            let live = pool.backends.iter().find(|live| live.name == it.name);
            it.standing == Standing::Active
                && live.is_some_and(|live| live.health() == Health::Unhealthy)
        });
        let reading = self.pools.get(pool.name.as_str()).map(Meter::read).unwrap_or_default();
        let [ejections_total, ejections_spared_total, panics_total] =
            pool.live.ejections_spared_panics();
        PoolView {
            name: pool.name.clone(),
            balance: wanted.map(|pool| pool.balance.to_string()).unwrap_or_default(),
            backends: pool.backends.len() as u32,
            ready: pool.ready(),
            draining: standing(Standing::Draining) as u32,
            nobodys: wanted.filter(|pool| pool.autoscale.is_none()).map_or(0, |pool| {
                pool.backends.iter().filter(|it| it.source == Source::Autoscaler).count() as u32
            }),
            down: down.count() as u32,
            rps: reading.rate,
            in_flight: pool.in_flight(),
            pending: pool.live.waiting(),
            p50_ms: reading.p50_ms,
            p99_ms: reading.p99_ms,
            error_ratio: reading.error_ratio,
            headroom_ratio: headroom(pool),
            panic: pool.panic,
            ejections_total,
            ejections_spared_total,
            panics_total,
            order: wanted
                .and_then(|pool| pool.autoscale.as_ref()?.order_at(self.clock.wall_ms()).cloned()),
            scaler_revision: desired.touched(&format!("scaler/{}", pool.name)),
            share_ratio: ratio(reading.counted, self.counted_by_all()),
            imbalance_ratio: None,
        }
    }

    /// Attempts on all pools over the window.
    fn counted_by_all(&self) -> u64 {
        self.pools.values().map(|meter| meter.read().counted).sum()
    }

    fn limit(&self, limit: &LimitTable, sight: &Sight<'_>, trials: &Trials) -> LimitView {
        let name = limit.name.as_str();
        let sum = |read: fn(&LimitCells) -> &Counter| limit.cells.sum(|cell| read(cell).read());
        let rate = |index: usize| self.limits.get(name).map_or(0.0, |it| it[index].read().rate);
        let has = |limits: &[usize]| {
            limits.iter().any(|index| sight.table.limits[*index].name == limit.name)
        };
        let (routes, listeners) = (&sight.table.routes, &sight.table.listeners);
        let guarded = routes.iter().filter(|route| has(&route.limits));
        let admits = listeners.iter().filter(|listener| has(&listener.limits));
        let (clients, top) = trials.clients(&limit.name);
        LimitView {
            name: limit.name.clone(),
            key: limit.key.to_string(),
            rule: limit.rule,
            mode: limit.mode,
            configured: sight.desired.configured_limit(name).map(|it| it.rule),
            passed_total: sum(|cell| &cell.passed),
            rejected_total: sum(|cell| &cell.rejected),
            would_reject_total: sum(|cell| &cell.would_reject),
            exempted_total: sum(|cell| &cell.exempted),
            overflowed_total: sum(|cell| &cell.overflowed),
            adjustments: limit.adjustments.iter().map(adjustment).collect(),
            // Read one after the other: a key may leave in between.
            keys: sum(|cell| &cell.keys_entered).saturating_sub(sum(|cell| &cell.keys_left)),
            evicted_total: sum(|cell| &cell.keys_evicted),
            passed_per_s: rate(0),
            rejected_per_s: rate(1),
            would_reject_per_s: rate(2),
            routes: guarded.map(|route| route.name.clone()).collect(),
            listeners: admits.map(|listener| listener.name.clone()).collect(),
            of_all: has(&sight.table.limits_of_all),
            candidate: limit.candidate.as_ref().map(|it| CandidateView {
                rule: it.rule,
                would_reject_total: tried(limit),
                would_reject_per_s: rate(3),
                clients,
                top,
            }),
            lapse: sight.desired.gateway.limit(name).and_then(Limit::next_lapse),
            revision: sight.desired.touched(&format!("limit/{name}")),
        }
    }
}

/// What is metered of a limit, in this order.
const LIMIT_COUNTERS: [fn(&LimitCells) -> &Counter; 3] =
    [|cell| &cell.passed, |cell| &cell.rejected, |cell| &cell.would_reject];

/// What the candidate would have refused so far.
fn tried(limit: &LimitTable) -> u64 {
    let candidate = limit.candidate.as_ref();
    candidate.map_or(0, |it| it.cells.sum(|cell| cell.would_reject.read()))
}

fn adjustment(it: &AdjustmentTable) -> AdjustmentView {
    let uses_total = it.uses.sum(Counter::read);
    AdjustmentView { network: it.network, times: it.times, uses_total }
}

pub(super) fn total(cells: &Cells<WorkerCells>) -> Tally {
    let mut tally = Tally::default();
    for cell in cells.iter() {
        tally.add(cell.requests.read(), cell.by_class[4].read(), &cell.latency);
        tally.client_errors += cell.by_class[3].read();
    }
    tally
}

fn counted(count: u64) -> Tally {
    let mut tally = Tally::default();
    tally.count = count;
    tally
}

fn refused(cells: &Cells<WorkerCells>, refusal: Refusal) -> u64 {
    cells.sum(|cell| cell.refused.of(refusal).read())
}
