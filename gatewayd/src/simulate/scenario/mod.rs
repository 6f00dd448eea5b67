//! A scenario: the load, the servers, the pool and the mishaps of one run, as a file tells them.

mod fault;
mod library;
mod load;
mod read;
mod server;

use std::time::Duration;

use crate::model::{Allowance, Balance, EjectionRules, HealthCheck, ScalingRules};

pub(super) use fault::{Fault, FaultKind};
pub(super) use library::{named, names};
pub(super) use load::{Addresses, Arrivals, Load, Phase, Retries, Wave};
pub(super) use read::parse;
pub(super) use server::{Cold, ServerModel, Spread};

/// One second in the unit of virtual time.
pub(super) const SECOND_NS: u64 = 1_000_000_000;

/// The load, the servers, the pool and the mishaps of one run.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// What the file is called, without its ending.
    pub(super) name: String,
    /// What it is about, in the author's words; may be empty.
    pub(super) about: String,
    pub(super) load: Load,
    /// When it ends, before all phases are over; absent when it lasts as long as they do.
    pub(super) end: Option<Duration>,
    pub(super) server: ServerModel,
    pub(super) pool: PoolModel,
    /// The rules of the autoscaler; absent when the number of servers is fixed.
    pub(super) rules: Option<ScalingRules>,
    pub(super) limits: Vec<RateLimit>,
    pub(super) faults: Vec<Fault>,
    /// So many faults more, drawn by the seed.
    pub(super) random_faults: u32,
}

/// What the gateway does with its servers.
#[derive(Clone, Debug)]
pub(super) struct PoolModel {
    /// Servers that are ready when the run begins.
    pub(super) servers: u32,
    pub(super) balance: Balance,
    pub(super) slow_start: Duration,
    pub(super) health: HealthCheck,
    pub(super) ejection: EjectionRules,
    /// Percent of servers; when fewer are healthy, all take requests.
    pub(super) panic_threshold: u8,
    /// How long the gateway waits for an answer.
    pub(super) answer_timeout: Duration,
}

/// How much is allowed of the clients.
#[derive(Clone, Debug)]
pub(super) struct RateLimit {
    pub(super) name: String,
    pub(super) max: Allowance,
    /// Counted by address; otherwise all requests together.
    pub(super) by_address: bool,
}

impl Scenario {
    /// How long it lasts in virtual time.
    #[must_use]
    pub(super) fn duration(&self) -> Duration {
        let whole = self.load.phases.iter().map(|phase| phase.length).sum();
        self.end.map_or(whole, |end| end.min(whole))
    }

    /// The phases that begin before its end, each with the time from then to its end at the latest.
    pub(super) fn phases(&self) -> impl Iterator<Item = (&Phase, Duration)> {
        let mut left = self.duration();
        self.load.phases.iter().map_while(move |phase| {
            let part = phase.length.min(left);
            left -= part;
            (!part.is_zero()).then_some((phase, part))
        })
    }

    /// How often the load swings back and forth.
    pub(super) fn swings(&self) -> u32 {
        let swings = |(phase, part): (&Phase, Duration)| {
            phase.wave.map_or(0.0, |wave| part.div_duration_f64(wave.period).ceil() * 4.0)
        };
        self.phases().map(swings).sum::<f64>() as u32
    }

    /// The same, ended at `end` at the latest.
    #[must_use]
    pub(super) fn until(mut self, end: Duration) -> Scenario {
        self.end = Some(end);
        self.faults.retain(|fault| fault.at < end);
        self
    }
}
