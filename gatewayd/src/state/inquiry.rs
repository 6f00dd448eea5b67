//! Inquiries: what workers remember of late, asked by operators. Nothing of it stops a request.
//!
//! Each is one pass over what is remembered, and some of them take a while: they are not for
//! threads that others wait for.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{Grouping, Name, Refuser, RejectionView, Rule, Simulation};
use crate::policy::{self, Arrival, Replayed};

use super::rejections::{Rejected, Tally, minute_of};
use super::{Cells, LimitTable, Limiter, Table, WorkerCells};

/// The way to what workers remember; cheap to clone.
#[derive(Clone, Debug)]
pub struct Inquiry {
    /// The process's clock.
    pub clock: Clock,
    /// What workers count.
    pub cells: Arc<Cells<WorkerCells>>,
    /// Where they count keys.
    pub limiter: Arc<Limiter>,
}

/// Which rejections are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// What is added up.
    pub by: Grouping,
    /// Those that were none: what shadows and candidates would have refused.
    pub would: bool,
    /// How far back.
    pub window: Duration,
    /// At most so many lines.
    pub most: usize,
}

/// What tells the lines of rejections apart: limit, refuser, client, key and path.
type Line = (Name, Refuser, [String; 3]);

/// What one line of rejections adds up.
#[derive(Default)]
struct Sum {
    count: u64,
    error: u64,
    since_us: u64,
    passed: u64,
}

/// Which lines an arrival that passed belongs to.
#[derive(Default)]
struct Passing {
    /// By the mark of a limit and what it counts by.
    keys: HashMap<(u32, u64), Vec<usize>>,
    /// How many bits the coarser count of a limit counts together, where that refused somebody.
    bits: HashMap<u32, u8>,
    /// By the mark of a limit and those bits of the client.
    wide: HashMap<(u32, [u8; 16]), Vec<usize>>,
}

impl Inquiry {
    /// What `rule` would have done with the requests that `limit` was asked for in the last
    /// `window`.
    #[must_use]
    pub fn simulate(&self, limit: &LimitTable, rule: Rule, window: Duration) -> Simulation {
        let (replayed, covered) = self.replayed(limit, rule, window, false);
        Simulation {
            limit: limit.name.clone(),
            rule,
            covered,
            arrived: replayed.arrived,
            were_refused: replayed.were_refused,
            would_refuse: replayed.would_refuse,
            keys: replayed.keys,
            keys_were_refused: replayed.keys_were_refused,
            keys_would_refuse: replayed.keys_would_refuse,
            keys_newly_refused: replayed.keys_newly_refused,
            top: replayed.top,
        }
    }

    /// The same, and how far back it goes; as if nobody had been refused anything where the limit
    /// `refused_nobody`.
    pub(super) fn replayed(
        &self,
        limit: &LimitTable,
        rule: Rule,
        window: Duration,
        refused_nobody: bool,
    ) -> (Replayed, Duration) {
        let now_us = self.clock.now_us();
        let since_us = now_us.saturating_sub(window.as_micros() as u64);
        // As far as all of them remember.
        let oldest = self.cells.iter().filter_map(|cell| cell.arrivals.oldest_us()).max();
        let from_us = since_us.max(oldest.unwrap_or_default());
        let mut arrivals = self.arrivals(limit, from_us);
        if refused_nobody {
            arrivals.iter_mut().for_each(|it| it.refused = false);
        }
        let replayed =
            policy::replay(&arrivals, |client| limit.adjusted(rule, limit.tier_of(client)));
        (replayed, Duration::from_micros(now_us - from_us))
    }

    /// Who was refused most of late, most first.
    #[must_use]
    pub fn rejections(&self, table: &Table, wanted: Wanted) -> Vec<RejectionView> {
        let now_us = self.clock.now_us();
        // By whole minutes, all over the same time.
        let since_us = minute_of(now_us.saturating_sub(wanted.window.as_micros() as u64));
        let seconds = (now_us - since_us).max(1_000_000) as f64 / 1e6;
        let mut tallies = self.tallies(since_us);
        tallies.retain(|it| (it.who.refuser != Refuser::Rule) == wanted.would);
        let mut lines = added_up(&tallies, wanted.by);
        lines.sort_by(|(one, a), (other, b)| b.count.cmp(&a.count).then_with(|| one.cmp(other)));
        lines.truncate(wanted.most);
        self.count_passed(&mut lines, &tallies, wanted.by, table, since_us);
        let line = |((limit, refuser, [client, key, path]), sum): (Line, Sum)| RejectionView {
            limit,
            refuser,
            client,
            key,
            path,
            rejected_per_s: sum.count as f64 / seconds,
            error_per_s: sum.error as f64 / seconds,
            passed_per_s: sum.passed as f64 / seconds,
            since_ms: self.wall_ms(sum.since_us),
        };
        lines.into_iter().map(line).collect()
    }

    /// Counts for each line what passed of those it is about.
    fn count_passed(
        &self,
        lines: &mut [(Line, Sum)],
        tallies: &[Tally],
        by: Grouping,
        table: &Table,
        since_us: u64,
    ) {
        let mut passing = Passing::default();
        let places: HashMap<&Line, usize> =
            lines.iter().enumerate().map(|(place, (line, _))| (line, place)).collect();
        for tally in tallies {
            let limit = table.limit(tally.who.limit.as_str());
            if let (Some(limit), Some(place)) = (limit, places.get(&line_of(&tally.who, by))) {
                passing.add(limit.mark, &tally.who, *place);
            }
        }
        let mut counts = vec![0_u64; lines.len()];
        for cell in self.cells.iter() {
            cell.arrivals.each(since_us, |mark, arrival| {
                if !arrival.refused {
                    passing.of(mark, &arrival, |place| counts[place] += 1);
                }
            });
        }
        lines.iter_mut().zip(counts).for_each(|((_, sum), count)| sum.passed = count);
    }

    /// What `limit` was asked for since `since_us`, in the order it came.
    fn arrivals(&self, limit: &LimitTable, since_us: u64) -> Vec<Arrival> {
        let of = |cell: &WorkerCells| cell.arrivals.since(limit.mark, since_us);
        let mut arrivals: Vec<Arrival> = self.cells.iter().flat_map(of).collect();
        arrivals.sort_by_key(|it| it.at_us);
        arrivals
    }

    /// A time of this process as the wall has it.
    pub(super) fn wall_ms(&self, at_us: u64) -> i64 {
        let age_us = self.clock.now_us().saturating_sub(at_us);
        self.clock.wall_ms() - (age_us / 1000) as i64
    }

    /// Whom limits refused since `since_us`, or would have.
    pub(super) fn tallies(&self, since_us: u64) -> Vec<Tally> {
        self.cells.iter().flat_map(|cell| cell.rejections.since(since_us)).collect()
    }
}

impl Rejected {
    /// Whether `client` is whom it is about, as far as that is known.
    pub(super) fn is_about(&self, client: IpAddr) -> bool {
        match self.wide {
            Some(bits) => {
                policy::limit_prefix(self.client, bits) == policy::limit_prefix(client, bits)
            }
            None => self.client == client,
        }
    }
}

impl Passing {
    fn add(&mut self, mark: u32, who: &Rejected, place: usize) {
        let places = match who.wide {
            None => self.keys.entry((mark, who.key)).or_default(),
            Some(bits) => {
                self.bits.insert(mark, bits);
                self.wide.entry((mark, policy::limit_prefix(who.client, bits))).or_default()
            }
        };
        if !places.contains(&place) {
            places.push(place);
        }
    }

    fn of(&self, mark: u32, arrival: &Arrival, found: impl FnMut(usize)) {
        let own = self.keys.get(&(mark, arrival.key));
        let bits = self.bits.get(&mark);
        let prefix = bits.map(|bits| policy::limit_prefix(arrival.client(), *bits));
        let wide = prefix.and_then(|prefix| self.wide.get(&(mark, prefix)));
        own.into_iter().chain(wide).flatten().copied().for_each(found);
    }
}

impl Sum {
    fn add(&mut self, tally: &Tally) {
        self.since_us =
            if self.count == 0 { tally.since_us } else { self.since_us.min(tally.since_us) };
        self.count += tally.count;
        self.error += tally.error;
    }
}

fn added_up(tallies: &[Tally], by: Grouping) -> Vec<(Line, Sum)> {
    let mut sums: HashMap<Line, Sum> = HashMap::new();
    for tally in tallies {
        sums.entry(line_of(&tally.who, by)).or_default().add(tally);
    }
    sums.into_iter().collect()
}

/// The line that somebody belongs to.
fn line_of(who: &Rejected, by: Grouping) -> Line {
    let client = || match who.wide {
        Some(bits) => policy::limit_prefix_words(who.client, bits),
        None => who.client.to_string(),
    };
    let told = match by {
        Grouping::Rule => Default::default(),
        Grouping::Client => [client(), String::new(), String::new()],
        Grouping::Key => [client(), who.words.clone(), String::new()],
        Grouping::Path => [String::new(), String::new(), who.path.clone()],
    };
    (who.limit.clone(), who.refuser, told)
}
