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
    /// The coarser count of clients of IPv6, if there is one.
    pub wide: Option<WideTable>,
    /// What clients are told of it: `"name";q=100;w=60`.
    policy: String,
    /// How much of that is its name.
    item_bytes: usize,
    /// What workers count of it.
    pub cells: Arc<Cells<LimitCells>>,
    /// Where its rule is counted.
    pub seats: Seats,
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
    /// Where it is counted.
    pub seats: Seats,
    /// What workers count of it.
    pub cells: Arc<Cells<LimitCells>>,
}

/// A coarser count beside that of single clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WideTable {
    /// The bits that are counted together.
    pub prefix: u8,
    /// How many times as much as one client they may all together.
    pub times: NonZeroU32,
}

/// What a limit is for one network.
#[derive(Clone, Debug)]
pub struct AdjustmentTable {
    /// The network.
    pub network: IpNet,
    /// How many times as much each key may; absent, the limit does not concern it.
    pub times: Option<NonZeroU32>,
    /// What its clients are told of the limit.
    policy: String,
    /// Requests that came from the network.
    pub uses: Arc<Cells<Counter>>,
}

/// Where one rule is counted in the store.
#[derive(Clone, Debug)]
pub struct Seats {
    own: Arc<Seat>,
    wide: Option<Arc<Seat>>,
    /// As the adjustments are; nothing for those that the limit does not concern.
    adjusted: Vec<Option<Arc<Seat>>>,
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

/// Takes seats for one rule of a limit.
struct Seating<'a> {
    limit: &'a Limit,
    limiter: &'a Limiter,
    /// What is counted under that hash: the limit, or a candidate of it.
    name: String,
    rule: Rule,
    cells: &'a Arc<Cells<LimitCells>>,
    now_us: u64,
}

impl Seats {
    /// Where the tier is counted; `None` where nothing is.
    #[must_use]
    pub fn of(&self, tier: Tier) -> Option<&Arc<Seat>> {
        match tier {
            Tier::Own => Some(&self.own),
            Tier::Wide => self.wide.as_ref(),
            Tier::Adjusted(place) => self.adjusted.get(place)?.as_ref(),
        }
    }

    /// Those that single clients are counted in.
    pub(super) fn of_clients(&self) -> impl Iterator<Item = (Tier, &Arc<Seat>)> {
        let adjusted = self.adjusted.iter().enumerate();
        let adjusted =
            adjusted.filter_map(|(place, seat)| Some((Tier::Adjusted(place), seat.as_ref()?)));
        [(Tier::Own, &self.own)].into_iter().chain(adjusted)
    }

    /// All there are.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Seat>> {
        let adjusted = self.adjusted.iter().flatten();
        [&self.own].into_iter().chain(&self.wide).chain(adjusted)
    }
}

impl LimitTable {
    /// What clients of the tier are told of it, and how much of that is its name.
    #[must_use]
    pub fn told(&self, tier: Tier) -> (&str, &str) {
        let policy = match tier {
            Tier::Adjusted(place) => &self.adjustments[place].policy,
            Tier::Own | Tier::Wide => &self.policy,
        };
        (policy, &policy[..self.item_bytes])
    }

    /// The count that `client` is in, beside the coarser one.
    #[must_use]
    pub fn tier_of(&self, client: IpAddr) -> Tier {
        let place = self.adjustments.iter().position(|it| it.network.contains(&client));
        place.map_or(Tier::Own, Tier::Adjusted)
    }

    /// What `rule` is for clients of the tier; `None` where it does not concern them.
    #[must_use]
    pub fn adjusted(&self, rule: Rule, tier: Tier) -> Option<Rule> {
        match tier {
            Tier::Own => Some(rule),
            Tier::Wide => self.wide.map(|wide| rule.times(wide.times)),
            Tier::Adjusted(place) => self.adjustments[place].times.map(|times| rule.times(times)),
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
        let now_us = now_ms * 1000;
        let (name, rule) = (limit.name.to_string(), limit.rule);
        let seating = Seating { limit, limiter, name, rule, cells: &cells, now_us };
        let uses = |network: IpNet| {
            let all = kept.map_or(&[][..], |kept| &kept.adjustments);
            let before = all.iter().find(|before| before.network == network);
            let new = || Arc::new(Cells::new(limiter.workers()));
            before.map_or_else(new, |before| Arc::clone(&before.uses))
        };
        let told = |rule| policy::quota_policy(&limit.name, rule);
        let adjustments = by_prefix(limit).map(|(network, times)| AdjustmentTable {
            network,
            times,
            policy: told(times.map_or(limit.rule, |times| limit.rule.times(times))),
            uses: uses(network),
        });
        LimitTable {
            name: limit.name.clone(),
            key: limit.key.clone(),
            rule: limit.rule,
            mode: limit.mode,
            v6_prefix: limit.v6.prefix,
            wide: limit.v6.wide.map(|it| WideTable { prefix: it.prefix, times: it.times }),
            policy: told(limit.rule),
            item_bytes: limit.name.as_str().len() + 2,
            seats: seating.seats(kept.map(|kept| (&kept.seats, kept))),
            adjustments: adjustments.collect(),
            candidate: limit.candidate.map(|rule| candidate(limit, rule, kept, limiter, now_us)),
            mark: Arrivals::mark(policy::hash_key(limit.name.as_str().as_bytes())),
            cells,
        }
    }
}

/// The networks that `limit` treats apart, the longest prefix first.
fn by_prefix(limit: &Limit) -> impl Iterator<Item = (IpNet, Option<NonZeroU32>)> {
    let mut all: Vec<_> = limit.adjustments.iter().map(|it| (it.network, it.times)).collect();
    all.sort_by_key(|(network, _)| std::cmp::Reverse(network.prefix_len()));
    all.into_iter()
}

/// A candidate begins with nothing counted; an unchanged one goes on.
fn candidate(
    limit: &Limit,
    rule: Rule,
    kept: Option<&LimitTable>,
    limiter: &Limiter,
    now_us: u64,
) -> CandidateTable {
    let before = kept.and_then(|kept| Some((kept.candidate.as_ref()?, kept)));
    let before = before.filter(|(before, _)| before.rule == rule);
    let cells =
        before.map_or_else(|| Arc::new(limiter.cells()), |(before, _)| Arc::clone(&before.cells));
    let name = format!("{} candidate {rule}", limit.name);
    let seating = Seating { limit, limiter, name, rule, cells: &cells, now_us };
    let seats = seating.seats(before.map(|(before, kept)| (&before.seats, kept)));
    CandidateTable { rule, seats, cells }
}

impl Seating<'_> {
    /// The seats there are now; those there were `before`, in that table, if they are the same.
    fn seats(&self, before: Option<(&Seats, &LimitTable)>) -> Seats {
        let wide = self.limit.v6.wide.map(|wide| {
            let before = before.and_then(|(before, _)| before.wide.as_ref());
            self.seat(&format!("/{}", wide.prefix), self.rule.times(wide.times), before)
        });
        let adjusted = by_prefix(self.limit).map(|(network, times)| {
            let before = before.and_then(|(before, table)| {
                let place = table.adjustments.iter().position(|it| it.network == network)?;
                before.adjusted[place].as_ref()
            });
            Some(self.seat(&format!(" {network}"), self.rule.times(times?), before))
        });
        Seats {
            own: self.seat("", self.rule, before.map(|(before, _)| &before.own)),
            wide,
            adjusted: adjusted.collect(),
        }
    }

    /// A seat for `rule`, the one there was `before` if it is the same.
    fn seat(&self, tier: &str, rule: Rule, before: Option<&Arc<Seat>>) -> Arc<Seat> {
        if let Some(seat) = before.filter(|seat| seat.rule() == rule) {
            return Arc::clone(seat);
        }
        let hash = policy::hash_key(format!("{}{tier}", self.name).as_bytes());
        self.limiter.seat(hash, rule, Arc::clone(self.cells), self.now_us)
    }
}
