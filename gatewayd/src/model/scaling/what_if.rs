//! What if: the load of the last while again, under the rules there are and under others.

use std::time::Duration;

use super::ScalingRules;
use crate::model::Name;

/// The load of a pool as one tick saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoadSample {
    /// When, milliseconds since the start of the process.
    pub at_ms: u64,
    /// Requests per second that were offered since the sample before.
    pub offered_rps: f64,
    /// Seconds of a server's whole CPU that a request took; absent while that is not known.
    pub cost_s: Option<f64>,
    /// Servers there were, but for those on their way out.
    pub servers: u32,
}

/// Rules of a scaler that are to be others; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RulesEdit {
    /// The fewest servers.
    pub min: Option<u32>,
    /// The most servers.
    pub max: Option<u32>,
    /// Percent of a server's CPU.
    pub target_cpu: Option<u32>,
    /// Requests per second and server.
    pub target_rps: Option<u32>,
    /// No shrinking so soon after growing.
    pub scale_in_cooldown: Option<Duration>,
    /// Growing waits for the smallest size wanted within this.
    pub scale_up_window: Option<Duration>,
    /// Shrinking waits for the largest size wanted within this.
    pub scale_down_window: Option<Duration>,
}

/// What the rules of a pool, and others, make of the load of the last while.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// The pool.
    pub pool: Name,
    /// How much of its load was replayed.
    pub replayed: Duration,
    /// Times the load that the other rules are given.
    pub load: f64,
    /// How long a server is taken to need from its order to its first request.
    pub start: Duration,
    /// Whether servers were seen to need that; otherwise it is a guess.
    pub start_seen: bool,
    /// Under the rules there are, with the load there was.
    pub now: ScalingRun,
    /// Under the others.
    pub what_if: ScalingRun,
}

/// What rules make of a load.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingRun {
    /// The rules.
    pub rules: ScalingRules,
    /// The most servers at once, those that start included.
    pub peak: u32,
    /// Servers at the end.
    pub last: u32,
    /// For how long the servers were busy beyond 85 % on average.
    pub busy: Duration,
    /// How often the fleet grew.
    pub outs: u32,
    /// How often it shrank.
    pub ins: u32,
    /// The time of all servers from their order to their end.
    pub server_time: Duration,
    /// For how long more than the maximum would have been wanted.
    pub at_max: Duration,
    /// The part of requests that found no room, 0..=1.
    pub lost: f64,
}

impl RulesEdit {
    /// `rules` with what is to be other.
    #[must_use]
    pub fn of(&self, rules: &ScalingRules) -> ScalingRules {
        let mut rules = rules.clone();
        rules.min = self.min.unwrap_or(rules.min);
        rules.max = self.max.unwrap_or(rules.max);
        rules.target_cpu = self.target_cpu.or(rules.target_cpu);
        rules.target_rps = self.target_rps.or(rules.target_rps);
        rules.scale_in_cooldown = self.scale_in_cooldown.unwrap_or(rules.scale_in_cooldown);
        let (up, down) = (&mut rules.scale_up, &mut rules.scale_down);
        up.stabilization_window = self.scale_up_window.unwrap_or(up.stabilization_window);
        down.stabilization_window = self.scale_down_window.unwrap_or(down.stabilization_window);
        rules
    }
}
