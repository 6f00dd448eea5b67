//! A report: what a person who plans capacity wants to know of a run.

mod chart;
mod compare;
mod figures;
mod svg;
mod table;

use serde::Serialize;

use super::engine::Outcome;
use super::scenario::{SECOND_NS, Scenario};
use super::server::Server;
use super::tally::Second;

pub(super) use compare::compare;
pub(super) use svg::svg;
pub(super) use table::table;

/// What a run models, and what it does not.
pub(super) const MODELLED: [&str; 4] = [
    "every request is an event of its own; none is scaled up or averaged away",
    "as in production: balancing, slow start, health, ejection, limits, scaling, one reconnect",
    "modelled: cores with one line of waiting requests, boots, caches, probes, CPU reports, clients",
    "not modelled: the gateway's CPU, its other workers, connections, networks, what servers share",
];

/// What became of one run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    pub(super) policy: &'static str,
    pub(super) seconds: u64,
    pub(super) requests: Requests,
    pub(super) answer_ms: AnswerMs,
    /// Seconds with all cores busy, or more than 1 % of the requests lost.
    pub(super) overloaded_seconds: u64,
    pub(super) servers: Servers,
    pub(super) scaling: Scaling,
    pub(super) health: HealthTold,
    pub(super) shares: Vec<Share>,
    pub(super) decisions: Vec<Move>,
    pub(super) faults: Vec<Mishap>,
    pub(super) checks: Checks,
    pub(super) series: Vec<Point>,
}

/// What became of the requests.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Requests {
    pub(super) sent: u64,
    pub(super) answered: u64,
    pub(super) lost: u64,
    pub(super) lost_percent: f64,
    pub(super) limited: u64,
    /// Tries beyond the first.
    pub(super) tried_again: u64,
    /// Under way, or about to be tried again, when the run ended.
    pub(super) open: u64,
    pub(super) losses: Vec<Losses>,
}

/// Requests lost in one way.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Losses {
    pub(super) how: &'static str,
    pub(super) requests: u64,
}

/// How long answers took, from the first try on.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct AnswerMs {
    pub(super) mean: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
}

/// How many servers there were.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Servers {
    pub(super) first: u32,
    pub(super) peak: u32,
    pub(super) last: u32,
    /// The most that the load needed.
    pub(super) needed: f64,
    pub(super) hours: f64,
}

/// How the fleet moved.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Scaling {
    pub(super) outs: u32,
    pub(super) ins: u32,
    pub(super) reversals: u32,
    /// Scale-ins that an interlock of production would have forbidden.
    pub(super) unsafe_ins: u64,
    pub(super) failed_starts: u64,
}

/// What became of servers by what probes and answers said.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct HealthTold {
    pub(super) ejections: u64,
    /// Ejections that were not made for want of others.
    pub(super) spared: u64,
    pub(super) panic_seconds: u64,
}

/// What one server did.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Share {
    pub(super) server: String,
    pub(super) answered: u64,
    pub(super) share_percent: f64,
    /// Of its cores, over its whole life.
    pub(super) cpu_percent: f64,
    pub(super) most_in_flight: u32,
    pub(super) hours: f64,
}

/// A decision that moved the fleet, or was held back.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Move {
    pub(super) second: u64,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) why: String,
}

/// A fault.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mishap {
    pub(super) second: u64,
    pub(super) seconds: u64,
    pub(super) what: String,
}

/// Whether all promises held.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Checks {
    pub(super) held: bool,
    pub(super) broken: u64,
    pub(super) first: Vec<String>,
}

/// One second.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Point {
    pub(super) offered: u32,
    pub(super) answered: u32,
    pub(super) lost: u32,
    pub(super) limited: u32,
    pub(super) servers: u32,
    pub(super) serving: u32,
    pub(super) needed: f64,
    pub(super) cpu_percent: f64,
}

impl Report {
    /// What became of a run of `scenario` under the policy called `policy`.
    pub(super) fn new(policy: &'static str, scenario: &Scenario, outcome: &Outcome) -> Report {
        let tally = &outcome.tally;
        let (peak, last) = tally.sizes();
        let (broken, count) = outcome.checkers.broken();
        let moves = |out: bool| {
            let moves = tally.decisions.iter().filter(|it| it.from != it.to);
            moves.filter(|it| (it.to > it.from) == out).count() as u32
        };
        Report {
            policy,
            seconds: tally.end_ns.div_ceil(SECOND_NS),
            requests: requests(outcome),
            answer_ms: AnswerMs {
                mean: rounded(tally.times.mean_ns() / 1e6),
                p50: rounded(tally.times.percentile_ns(50.0) as f64 / 1e6),
                p99: rounded(tally.times.percentile_ns(99.0) as f64 / 1e6),
            },
            overloaded_seconds: tally.overloaded_s,
            servers: Servers {
                first: scenario.pool.servers,
                peak: peak.max(scenario.pool.servers),
                last,
                needed: rounded(tally.most_needed()),
                hours: rounded(outcome.servers.iter().map(|it| hours(it, tally.end_ns)).sum()),
            },
            scaling: Scaling {
                outs: moves(true),
                ins: moves(false),
                reversals: tally.reversals(),
                unsafe_ins: outcome.checkers.unsafe_steps,
                failed_starts: tally.failed_starts,
            },
            health: HealthTold {
                ejections: tally.ejections,
                spared: tally.spared,
                panic_seconds: tally.panic_s,
            },
            shares: shares(scenario, outcome),
            decisions: (tally.decisions.iter())
                .map(|it| Move {
                    second: it.at_ns / SECOND_NS,
                    from: it.from,
                    to: it.to,
                    why: it.sentence.clone(),
                })
                .collect(),
            faults: (outcome.faults.iter())
                .map(|fault| Mishap {
                    second: fault.at.as_secs(),
                    seconds: fault.lasts.as_secs(),
                    what: fault.to_string(),
                })
                .collect(),
            checks: Checks {
                held: outcome.checkers.held(),
                broken: count,
                first: broken.iter().map(ToString::to_string).collect(),
            },
            series: tally.seconds.iter().map(Point::of).collect(),
        }
    }
}

impl Point {
    fn of(second: &Second) -> Point {
        Point {
            offered: second.offered,
            answered: second.answered,
            lost: second.lost,
            limited: second.limited,
            servers: second.fleet.size,
            serving: second.fleet.serving,
            needed: rounded(second.fleet.needed),
            cpu_percent: rounded(second.fleet.cpu * 100.0),
        }
    }
}

fn requests(outcome: &Outcome) -> Requests {
    let tally = &outcome.tally;
    let losses = tally.losses().filter(|(_, requests)| *requests > 0);
    Requests {
        sent: tally.sent,
        answered: tally.answered,
        lost: tally.lost(),
        lost_percent: rounded(tally.loss() * 100.0),
        limited: tally.limited,
        tried_again: tally.retried,
        open: tally.open,
        losses: losses.map(|(loss, requests)| Losses { how: loss.words(), requests }).collect(),
    }
}

fn shares(scenario: &Scenario, outcome: &Outcome) -> Vec<Share> {
    let end_ns = outcome.tally.end_ns;
    let all = outcome.tally.answered.max(1) as f64;
    let share = |server: &Server| {
        let hours = hours(server, end_ns);
        let cores = f64::from(scenario.server.cores);
        let busy_hours = server.machine.busy_ns(end_ns) as f64 / SECOND_NS as f64 / 3600.0;
        Share {
            server: server.name.to_string(),
            answered: server.answered,
            share_percent: rounded(server.answered as f64 / all * 100.0),
            cpu_percent: rounded(busy_hours / cores / hours.max(1e-9) * 100.0),
            most_in_flight: server.most_in_flight,
            hours: rounded(hours),
        }
    };
    outcome.servers.iter().map(share).collect()
}

/// How long a server was paid for.
fn hours(server: &Server, end_ns: u64) -> f64 {
    let until_ns = server.gone_ns.unwrap_or(end_ns);
    (until_ns - server.ordered_ns) as f64 / SECOND_NS as f64 / 3600.0
}

/// To thousandths, so that no noise of the last digits is told.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
