//! A limit, ready to be asked: what it counts by, where, and what is told of it.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use ipnet::IpNet;

use crate::model::{Limit, LimitKeys, LimitMode, Name, Rule};
use crate::policy;

use super::{Arrivals, Cells, Counter, LimitCells, Limiter, Seat};

/// A limit and what is counted of it.
#[derive(Clone, Debug)]
pub struct LimitTable {
    /// Its name.
    pub name: Name,
    /// What it counts by.
    pub key: LimitKeys,
    /// How much is allowed.
    pub rule: Rule,
    /// What it does.
    pub mode: LimitMode,
    /// The bits of an IPv6 address that are one client.
    pub v6_prefix: u8,
    /// What clients are told of it: `"name";q=100;w=60`.
    pub policy: String,
    /// How much of that is its name.
    item_bytes: usize,
    /// What workers count of it.
    pub cells: Arc<Cells<LimitCells>>,
    /// Its place in the limiter's store.
    pub seat: Arc<Seat>,
    /// A second count of clients of IPv6, by fewer bits.
    pub wide: Option<WideTable>,
    /// Networks that are another matter, the longest prefix first.
    pub adjustments: Vec<AdjustmentTable>,
    /// A rule that is tried beside its own.
    pub candidate: Option<CandidateTable>,
    /// Its mark among arrivals.
    pub mark: u32,
}

/// A rule that is tried, and what it would have done.
#[derive(Clone, Debug)]
pub struct CandidateTable {
    /// The rule.
    pub rule: Rule,
    /// Its place in the store.
    pub seat: Arc<Seat>,
    /// What workers count of it.
    pub cells: Arc<Cells<LimitCells>>,
}

/// A coarser count beside that of single clients.
#[derive(Clone, Debug)]
pub struct WideTable {
    /// The bits that are counted together.
    pub prefix: u8,
    /// Its place in the store.
    pub seat: Arc<Seat>,
}

/// What a limit is for one network.
#[derive(Clone, Debug)]
pub struct AdjustmentTable {
    /// The network.
    pub network: IpNet,
    /// How many times as much each key may; absent, the limit does not concern it.
    pub times: Option<NonZeroU32>,
    /// Its place in the store, unless the limit does not concern it.
    pub seat: Option<Arc<Seat>>,
    /// Requests that came from the network.
    pub uses: Arc<Cells<Counter>>,
}

/// Which of a limit's counts a request is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// That of every client.
    Own,
    /// The coarser one.
    Wide,
    /// That of the adjustment at this place.
    Adjusted(usize),
}

/// Takes seats for one limit.
struct Seating<'a> {
    limit: &'a Limit,
    limiter: &'a Limiter,
    cells: &'a Arc<Cells<LimitCells>>,
    now_us: u64,
}

impl LimitTable {
    /// Its name as clients are told it, quoted.
    #[must_use]
    pub fn item(&self) -> &str {
        &self.policy[..self.item_bytes]
    }

    /// The place of the adjustment for `client`, if it has one.
    #[must_use]
    pub fn adjustment(&self, client: IpAddr) -> Option<usize> {
        self.adjustments.iter().position(|it| it.network.contains(&client))
    }

    /// Where the tier is in the store; `None` where nothing is counted.
    #[must_use]
    pub fn seat_of(&self, tier: Tier) -> Option<&Arc<Seat>> {
        match tier {
            Tier::Own => Some(&self.seat),
            Tier::Wide => self.wide.as_ref().map(|wide| &wide.seat),
            Tier::Adjusted(place) => self.adjustments.get(place)?.seat.as_ref(),
        }
    }

    /// Compiles `limit` at `now_ms`, going on from what was counted `before`.
    pub(super) fn compile(
        limit: &Limit,
        before: Option<&LimitTable>,
        limiter: &Limiter,
        now_ms: u64,
    ) -> LimitTable {
        // Another key counts something else; everything else keeps its counts.
        let kept = before.filter(|before| before.key == limit.key);
        let cells = kept.map_or_else(|| Arc::new(limiter.cells()), |kept| Arc::clone(&kept.cells));
        let seating = Seating { limit, limiter, cells: &cells, now_us: now_ms * 1000 };
        let wide = limit.v6.wide.map(|wide| WideTable {
            prefix: wide.prefix,
            seat: seating.seat(
                &format!("/{}", wide.prefix),
                limit.rule.times(wide.times),
                kept.and_then(|kept| kept.wide.as_ref()).map(|wide| &wide.seat),
            ),
        });
        LimitTable {
            name: limit.name.clone(),
            key: limit.key.clone(),
            rule: limit.rule,
            mode: limit.mode,
            v6_prefix: limit.v6.prefix,
            policy: policy::quota_policy(&limit.name, limit.rule),
            item_bytes: limit.name.as_str().len() + 2,
            seat: seating.seat("", limit.rule, kept.map(|kept| &kept.seat)),
            wide,
            adjustments: seating.adjustments(kept),
            candidate: seating.candidate(kept),
            mark: Arrivals::mark(policy::hash_key(limit.name.as_str().as_bytes())),
            cells,
        }
    }
}

impl Seating<'_> {
    /// A seat for `rule`, the one there was `before` if it is the same.
    fn seat(&self, tier: &str, rule: Rule, before: Option<&Arc<Seat>>) -> Arc<Seat> {
        if let Some(seat) = before.filter(|seat| seat.rule() == rule) {
            return Arc::clone(seat);
        }
        let name = format!("{}{tier}", self.limit.name);
        let hash = policy::hash_key(name.as_bytes());
        self.limiter.seat(hash, rule, Arc::clone(self.cells), self.now_us)
    }

    /// A candidate begins with nothing counted; an unchanged one goes on.
    fn candidate(&self, kept: Option<&LimitTable>) -> Option<CandidateTable> {
        let rule = self.limit.candidate?;
        let before = kept.and_then(|kept| kept.candidate.clone());
        before.filter(|before| before.rule == rule).or_else(|| {
            let cells = Arc::new(self.limiter.cells());
            let hash = policy::hash_key(format!("{} candidate {rule}", self.limit.name).as_bytes());
            let counted = Arc::clone(&cells);
            let seat = self.limiter.seat(hash, rule, counted, self.now_us);
            Some(CandidateTable { rule, seat, cells })
        })
    }

    fn adjustments(&self, kept: Option<&LimitTable>) -> Vec<AdjustmentTable> {
        let compiled = self.limit.adjustments.iter().map(|it| {
            let all = kept.map_or(&[][..], |kept| &kept.adjustments);
            let before = all.iter().find(|before| before.network == it.network);
            let seat = it.times.map(|times| {
                let before = before.and_then(|before| before.seat.as_ref());
                self.seat(&format!(" {}", it.network), self.limit.rule.times(times), before)
            });
            let uses = before.map_or_else(
                || Arc::new(Cells::new(self.limiter.workers())),
                |before| Arc::clone(&before.uses),
            );
            AdjustmentTable { network: it.network, times: it.times, seat, uses }
        });
        let mut all: Vec<AdjustmentTable> = compiled.collect();
        all.sort_by_key(|it| std::cmp::Reverse(it.network.prefix_len()));
        all
    }
}
