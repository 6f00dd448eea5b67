//! AWS: target tracking of an Auto Scaling group. An alarm of three datapoints of a minute each above
//! the target grows the fleet in proportion, one of fifteen below nine tenths of it shrinks it.
//! Instances that warm up count as capacity and not as CPU.

use super::cpu::{AverageCpu, size};
use super::size::step;
use super::{Policy, Step};
use crate::model::ScalingRules;
use crate::policy::scaling::{Observation, SeenServer};

const DATAPOINT_MS: u64 = 60_000;
const HIGH_DATAPOINTS: u32 = 3;
const LOW_DATAPOINTS: u32 = 15;
const LOW: f64 = 0.9;

/// Decides as target tracking does.
pub(super) struct Aws {
    rules: ScalingRules,
    cpu: AverageCpu,
    next_ms: u64,
    high: u32,
    low: u32,
}

impl Aws {
    pub(super) fn new(rules: ScalingRules) -> Aws {
        Aws { rules, cpu: AverageCpu::over(60), next_ms: 0, high: 0, low: 0 }
    }

    fn in_service(&self, now_ms: u64, seen: &Observation) -> Vec<SeenServer> {
        let warm = |server: &&SeenServer| {
            let since = now_ms.saturating_sub(server.serving_since_ms);
            server.phase.serves()
                && u128::from(since) >= self.rules.default_instance_warmup.as_millis()
        };
        seen.servers.iter().filter(warm).cloned().collect()
    }
}

impl Policy for Aws {
    fn decide(&mut self, now_ms: u64, seen: &Observation) -> Step {
        let warm = Observation { servers: self.in_service(now_ms, seen), ..Observation::default() };
        let (size, serving) = (size(seen), warm.servers.len() as u32);
        let cpu = self.cpu.observe(&warm);
        if self.next_ms == 0 {
            self.next_ms = now_ms + DATAPOINT_MS;
        }
        let Some(cpu) = cpu.filter(|_| now_ms >= self.next_ms) else {
            return step(size, "nothing to do".to_owned(), now_ms, seen, &self.rules);
        };
        self.next_ms = now_ms + DATAPOINT_MS;
        let target = f64::from(self.rules.target_cpu.unwrap_or(70)) / 100.0;
        self.high = if cpu > target { self.high + 1 } else { 0 };
        self.low = if cpu < target * LOW { self.low + 1 } else { 0 };
        let proportional = (f64::from(serving) * cpu / target - 1e-9).ceil() as u32;
        let wanted = match () {
            () if self.high >= HIGH_DATAPOINTS => proportional.max(size),
            () if self.low >= LOW_DATAPOINTS => proportional.min(size),
            () => size,
        };
        let why = format!("CPU {:.0} % of {serving} in service, for minutes", cpu * 100.0);
        step(wanted, why, now_ms, seen, &self.rules)
    }
}
