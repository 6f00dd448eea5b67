//! Inquiries: what workers remember of late, asked by operators. Nothing of it stops a request.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::model::{Grouping, Name, RejectionView, Rule, Simulation};
use crate::policy::{self, Arrival};

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

/// What one line of rejections adds up.
#[derive(Default)]
struct Sum {
    count: u64,
    error: u64,
    since_us: u64,
    keys: HashSet<u64>,
}

impl Inquiry {
    /// What `rule` would have done with the requests that `limit` was asked for in the last
    /// `window`.
    #[must_use]
    pub fn simulate(&self, limit: &LimitTable, rule: Rule, window: Duration) -> Simulation {
        let now_us = self.clock.now_us();
        let since_us = now_us.saturating_sub(window.as_micros() as u64);
        // As far as all of them remember.
        let oldest = self.cells.iter().filter_map(|cell| cell.arrivals.oldest_us()).max();
        let from_us = since_us.max(oldest.unwrap_or_default());
        let arrivals = self.arrivals(limit, from_us);
        let replayed = policy::replay(&arrivals, rule);
        let client = |key: u64| arrivals.iter().find(|it| it.key == key).map(|it| it.client());
        Simulation {
            limit: limit.name.clone(),
            rule,
            covered: Duration::from_micros(now_us - from_us),
            arrived: replayed.arrived,
            were_refused: replayed.were_refused,
            would_refuse: replayed.would_refuse,
            keys: replayed.keys,
            keys_were_refused: replayed.keys_were_refused,
            keys_would_refuse: replayed.keys_would_refuse,
            keys_newly_refused: replayed.keys_newly_refused,
            top: replayed.top.iter().filter_map(|(key, n)| Some((client(*key)?, *n))).collect(),
        }
    }

    /// Who was refused most in the last `window`, most first, at most `most` of them.
    #[must_use]
    pub fn rejections(
        &self,
        table: &Table,
        by: Grouping,
        window: Duration,
        most: usize,
    ) -> Vec<RejectionView> {
        let now_us = self.clock.now_us();
        // By whole minutes, all over the same time.
        let since_us = minute_of(now_us.saturating_sub(window.as_micros() as u64));
        let seconds = (now_us - since_us).max(1_000_000) as f64 / 1e6;
        let tallies = self.cells.iter().flat_map(|cell| cell.rejections.since(since_us));
        let mut sums: HashMap<(Name, [String; 3]), Sum> = HashMap::new();
        for tally in tallies.filter(|it| !it.who.by_candidate) {
            let sum = sums.entry((tally.who.limit.clone(), told(by, &tally.who))).or_default();
            sum.add(&tally);
        }
        let mut lines: Vec<_> = sums.into_iter().collect();
        lines.sort_by(|(one, a), (other, b)| b.count.cmp(&a.count).then_with(|| one.cmp(other)));
        lines.truncate(most);
        let line = |((limit, [client, key, path]), sum): ((Name, [String; 3]), Sum)| {
            let passed = table.limit(limit.as_str()).map_or(0, |table| {
                let came = self.arrivals(table, since_us);
                came.iter().filter(|it| !it.refused && sum.keys.contains(&it.key)).count()
            });
            RejectionView {
                limit,
                client,
                key,
                path,
                rejected_per_s: sum.count as f64 / seconds,
                error_per_s: sum.error as f64 / seconds,
                passed_per_s: passed as f64 / seconds,
                since_ms: self.wall_ms(sum.since_us),
            }
        };
        lines.into_iter().map(line).collect()
    }

    /// What `limit` was asked for since `since_us`, in the order it came.
    pub(super) fn arrivals(&self, limit: &LimitTable, since_us: u64) -> Vec<Arrival> {
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

    /// Whom limits refused since `since_us`, whose client is `client`.
    pub(super) fn refused(&self, client: IpAddr, since_us: u64) -> Vec<Tally> {
        let tallies = self.cells.iter().flat_map(|cell| cell.rejections.since(since_us));
        tallies.filter(|it| it.who.client == client && !it.who.by_candidate).collect()
    }
}

impl Sum {
    fn add(&mut self, tally: &Tally) {
        self.since_us =
            if self.count == 0 { tally.since_us } else { self.since_us.min(tally.since_us) };
        self.count += tally.count;
        self.error += tally.error;
        self.keys.insert(tally.key);
    }
}

/// Client, key and path, as far as they are told apart.
fn told(by: Grouping, who: &Rejected) -> [String; 3] {
    let client = || who.client.to_string();
    match by {
        Grouping::Rule => Default::default(),
        Grouping::Client => [client(), String::new(), String::new()],
        Grouping::Key => [client(), who.key.clone(), String::new()],
        Grouping::Path => [String::new(), String::new(), who.path.clone()],
    }
}
