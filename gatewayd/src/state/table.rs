//! The table: the desired gateway compiled for the data plane, immutable, one for each publication.
//!
//! Whatever did not change keeps its live half (counters, health, spent limits) from the table
//! before, so that a change concerns nothing but what it names.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ipnet::IpNet;

use crate::model::{
    Backend, Balance, Capacity, Desired, EjectionRules, Gateway, HashKey, Health, HealthCheck,
    Name, Pool, Weight, Weights,
};
use crate::policy::{self, Balancer, Member, Part, Ranks, Router, Serving};

use super::{BlockTable, Leaving, LimitTable, Limiter, LiveBackend, LivePool, StickyTable};

/// What the data plane reads.
#[derive(Debug)]
pub struct Table {
    /// The gateway's revision.
    pub revision: u64,
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Finds the index of a route.
    pub router: Router,
    /// The routes, as the gateway has them.
    pub routes: Vec<RouteTable>,
    /// The pools, as the gateway has them.
    pub pools: Vec<PoolTable>,
    /// The backends that operators took out of service.
    pub leaving: Vec<Leaving>,
    /// The limits, as the gateway has them.
    pub limits: Vec<LimitTable>,
    /// The indexes of the limits of all requests.
    pub limits_of_all: Vec<usize>,
    /// Whom nothing is served.
    pub blocks: Arc<BlockTable>,
    /// The listeners, as the gateway has them.
    pub listeners: Vec<ListenerTable>,
}

/// A listener, its references resolved.
#[derive(Debug)]
pub struct ListenerTable {
    /// Its name.
    pub name: Name,
    /// The indexes of the limits of its connections.
    pub limits: Vec<usize>,
}

/// A route, its references resolved.
#[derive(Debug)]
pub struct RouteTable {
    /// Its name.
    pub name: Name,
    /// The index of its pool.
    pub pool: usize,
    /// The indexes of its limits, in the order they are checked.
    pub limits: Vec<usize>,
    /// The largest request body in bytes; 0 is unlimited.
    pub max_body_bytes: u64,
}

/// A pool, ready to pick from.
#[derive(Debug)]
pub struct PoolTable {
    /// Its name.
    pub name: Name,
    /// Picks the index of a backend.
    pub balancer: Balancer,
    /// What a consistent hash is made of; `None` for other balancing.
    pub hash_key: Option<HashKey>,
    /// How its backends are probed.
    pub health: HealthCheck,
    /// When a backend that fails requests is taken out.
    pub ejection: EjectionRules,
    /// What the process knows of it.
    pub live: Arc<LivePool>,
    /// How much each backend takes at once and how many requests wait for a place.
    pub capacity: Capacity,
    /// Whether its backends are spoken to in HTTP/2.
    pub h2: bool,
    /// How clients stay on their backends.
    pub sticky: Option<StickyTable>,
    /// The backends, as the pool has them.
    pub backends: Vec<Arc<LiveBackend>>,
    /// Which of them would take requests if they were healthy.
    pub eligible: Vec<bool>,
    /// Whether so few of these are healthy that all take requests.
    pub panic: bool,
    /// Whether the weight of some moves by itself: on a ramp, or because it follows reports.
    moves: bool,
    /// How much of its weight each takes now.
    pub parts: Vec<Part>,
    /// The weight that the balancer uses for each; 0 takes no new requests.
    pub effective: Vec<u16>,
}

impl Table {
    /// Compiles `desired` at `now_ms` (since the start of the process) and `wall_ms` (since the Unix
    /// epoch) for the workers that count in `limiter`.
    #[must_use]
    pub fn compile(
        desired: &Desired,
        previous: Option<&Table>,
        limiter: &Limiter,
        (now_ms, wall_ms): (u64, i64),
    ) -> Table {
        let gateway = &desired.gateway;
        let pools: Vec<PoolTable> = gateway
            .pools
            .iter()
            .map(|pool| {
                let before = previous.and_then(|table| table.pool(pool.name.as_str()));
                PoolTable::compile(pool, before, limiter.workers(), (now_ms, wall_ms))
            })
            .collect();
        let limits = gateway.limits.iter().map(|limit| {
            let before = previous.and_then(|table| table.limit(limit.name.as_str()));
            LimitTable::compile(limit, before, limiter, now_ms)
        });
        let position = |names: Vec<&Name>, wanted: &Name| {
            names.iter().position(|name| *name == wanted).expect("the config checked references")
        };
        let limits_named = |names: &[Name]| -> Vec<usize> {
            let all = || gateway.limits.iter().map(|limit| &limit.name).collect();
            names.iter().map(|name| position(all(), name)).collect()
        };
        let listeners = gateway.listeners.iter().map(|listener| ListenerTable {
            name: listener.name.clone(),
            limits: limits_named(&listener.limits),
        });
        let routes = gateway.routes.iter().map(|route| RouteTable {
            name: route.name.clone(),
            pool: position(gateway.pools.iter().map(|pool| &pool.name).collect(), &route.pool),
            limits: limits_named(&route.limits),
            max_body_bytes: route.max_body_bytes,
        });
        Table {
            revision: desired.revision,
            trusted_proxies: gateway.trusted_proxies.clone(),
            router: Router::compile(&gateway.routes),
            routes: routes.collect(),
            limits: limits.collect(),
            blocks: BlockTable::compile(
                &gateway.blocks,
                previous.map(|table| &table.blocks),
                limiter.workers(),
            ),
            limits_of_all: limits_named(&gateway.limits_of_all),
            listeners: listeners.collect(),
            leaving: leaving(gateway, &pools, (now_ms, wall_ms)),
            pools,
        }
    }

    /// The pool called `name`.
    #[must_use]
    pub fn pool(&self, name: &str) -> Option<&PoolTable> {
        self.pools.iter().find(|pool| pool.name == *name)
    }

    /// The limit called `name`.
    #[must_use]
    pub fn limit(&self, name: &str) -> Option<&LimitTable> {
        self.limits.iter().find(|limit| limit.name == *name)
    }

    /// The live backend called `name`.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<&Arc<LiveBackend>> {
        self.backends().find(|backend| backend.name == *name)
    }

    /// All live backends.
    pub fn backends(&self) -> impl Iterator<Item = &Arc<LiveBackend>> {
        self.pools.iter().flat_map(|pool| &pool.backends)
    }

    /// Whether some backend's weight changes by itself: in slow start, on a ramp, by its reports.
    #[must_use]
    pub fn is_warming(&self) -> bool {
        self.pools.iter().any(PoolTable::is_warming)
    }
}

impl PoolTable {
    fn is_warming(&self) -> bool {
        self.moves || self.parts.iter().any(|part| (Part::NONE < *part) && (*part < Part::WHOLE))
    }

    /// Whether every backend that takes requests is full, and there is one.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let most = self.capacity.max_requests();
        let all = self.backends.iter().zip(&self.effective);
        let mut taking = all.filter(|(_, weight)| **weight > 0).peekable();
        taking.peek().is_some() && taking.all(|(it, _)| it.in_flight() >= most)
    }

    /// Whether there are places that one can wait for: those of backends that take so many requests
    /// and no more.
    #[must_use]
    pub fn has_places(&self) -> bool {
        self.capacity.requests.is_some() && self.effective.iter().any(|weight| *weight > 0)
    }

    /// Whether requests wait for a place: a new one comes behind them.
    #[must_use]
    pub fn has_line(&self) -> bool {
        self.capacity.requests.is_some() && self.live.waiting() > 0
    }

    /// Requests that may wait for a place.
    #[must_use]
    pub fn max_pending(&self) -> u32 {
        let taking = self.effective.iter().filter(|weight| **weight > 0).count() as u32;
        self.capacity.pending.saturating_mul(taking)
    }

    /// Requests under way on its backends.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.backends.iter().map(|live| u64::from(live.in_flight())).sum()
    }

    /// Backends that take requests and are healthy; in a panic others take some too.
    #[must_use]
    pub fn ready(&self) -> u32 {
        let all = self.backends.iter().zip(&self.effective);
        all.filter(|(live, weight)| **weight > 0 && live.health() == Health::Healthy).count() as u32
    }

    /// How those that are eligible are now.
    #[must_use]
    pub fn ranks(&self) -> Ranks {
        ranks(&self.eligible, &self.backends)
    }

    fn compile(
        pool: &Pool,
        before: Option<&PoolTable>,
        workers: usize,
        (now_ms, wall_ms): (u64, i64),
    ) -> PoolTable {
        let known = before.map_or_else(Arc::default, |before| Arc::clone(&before.live));
        let live = pool.backends.iter().map(|backend| {
            let same = |live: &&Arc<LiveBackend>| {
                (&live.name, live.address, live.h2) == (&backend.name, backend.address, pool.h2)
            };
            let kept = before.and_then(|before| before.backends.iter().find(same));
            kept.map_or_else(
                || {
                    let pool = (pool, &known);
                    Arc::new(LiveBackend::new(next_slot(), pool, backend, workers, now_ms))
                },
                Arc::clone,
            )
        });
        let backends: Vec<Arc<LiveBackend>> = live.collect();
        let timed = pool.balance == Balance::PeakEwma;
        for live in &backends {
            live.set_accused_at(pool.ejection.failures);
            live.set_timed(timed);
        }
        let eligible: Vec<bool> = pool.backends.iter().zip(&backends).map(is_eligible).collect();
        let panic = ranks(&eligible, &backends).is_panic(pool.panic_threshold);
        let ready = |(eligible, live): (&bool, &Arc<LiveBackend>)| {
            *eligible && (panic || live.health() == Health::Healthy)
        };
        let ready: Vec<bool> = eligible.iter().zip(&backends).map(ready).collect();
        let weights: Vec<Weight> =
            pool.backends.iter().map(|it| policy::ramped(it, wall_ms)).collect();
        let follows = pool.weights == Weights::Orca;
        let weights = if follows { followed(&weights, &backends, now_ms) } else { weights };
        let parts = parts(pool, (&weights, &backends), &ready, now_ms);
        let with_parts = || weights.iter().zip(&parts);
        let members: Vec<Member<'_>> = (pool.backends.iter().zip(with_parts()))
            .map(|(it, (weight, part))| Member { name: &it.name, weight: *weight, part: *part })
            .collect();
        PoolTable {
            name: pool.name.clone(),
            balancer: Balancer::new(&pool.balance, &members, before.map(|it| &it.balancer)),
            hash_key: match &pool.balance {
                Balance::ConsistentHash(key) => Some(key.clone()),
                Balance::RoundRobin | Balance::LeastConnections | Balance::PeakEwma => None,
            },
            health: pool.health.clone(),
            ejection: pool.ejection,
            live: known,
            capacity: pool.capacity,
            h2: pool.h2,
            sticky: pool.sticky.as_ref().map(|it| StickyTable::new(it, pool)),
            effective: with_parts().map(|(weight, part)| part.of(*weight)).collect(),
            moves: follows || pool.backends.iter().any(|it| it.ramp.is_some()),
            parts,
            eligible,
            panic,
            backends,
        }
    }
}

fn leaving(gateway: &Gateway, pools: &[PoolTable], now: (u64, i64)) -> Vec<Leaving> {
    let all = gateway.pools.iter().zip(pools);
    let backends = all.flat_map(|(pool, table)| pool.backends.iter().zip(&table.backends));
    backends.filter_map(|(backend, live)| Leaving::of(backend, live, now)).collect()
}

/// Whether a backend would take requests if it were healthy.
fn is_eligible((backend, live): (&Backend, &Arc<LiveBackend>)) -> bool {
    backend.takes_requests() && live.is_proven()
}

fn ranks(eligible: &[bool], live: &[Arc<LiveBackend>]) -> Ranks {
    let those = eligible.iter().zip(live).filter(|(eligible, _)| **eligible);
    Ranks::of(those.map(|(_, live)| live.health()))
}

/// What each weighs by its own reports.
fn followed(weights: &[Weight], live: &[Arc<LiveBackend>], now_ms: u64) -> Vec<Weight> {
    let reported = live.iter().map(|live| live.reported_weight(now_ms));
    let all: Vec<_> = weights.iter().copied().zip(reported).collect();
    policy::followed(&all)
}

/// How much of its weight each backend takes: nothing unless it is ready.
fn parts(
    pool: &Pool,
    (weights, live): (&[Weight], &[Arc<LiveBackend>]),
    ready: &[bool],
    now_ms: u64,
) -> Vec<Part> {
    let serving = |((weight, live), ready): ((&Weight, &Arc<LiveBackend>), &bool)| {
        let since = Duration::from_millis(now_ms.saturating_sub(live.joined_ms()));
        ready.then_some(Serving { weight: *weight, since })
    };
    let all: Vec<Option<Serving>> = weights.iter().zip(live).zip(ready).map(serving).collect();
    let those_who_serve: Vec<Serving> = all.iter().flatten().copied().collect();
    let mut parts = policy::slow_start(&those_who_serve, pool.slow_start);
    let mut part = |serving: &Option<Serving>| serving.and_then(|_| parts.next());
    all.iter().map(|serving| part(serving).unwrap_or(Part::NONE)).collect()
}

/// A number that no backend of this process had before.
fn next_slot() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
