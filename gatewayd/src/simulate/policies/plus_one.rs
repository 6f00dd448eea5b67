//! Plus one: one more while the average CPU is above target, one fewer while it would stay below with
//! one fewer, and a pause after each.

use super::cpu::{AverageCpu, size};
use super::size::step;
use super::{Policy, Step};
use crate::model::ScalingRules;
use crate::policy::scaling::Observation;

/// The pause after a move.
const PAUSE_MS: u64 = 60_000;
/// Over so many seconds the CPU is averaged.
const WINDOW_S: usize = 30;
/// It shrinks while this part of the target would not be exceeded.
const CAUTION: f64 = 0.8;

/// Decides by one server at a time.
pub(super) struct PlusOne {
    rules: ScalingRules,
    cpu: AverageCpu,
    next_ms: u64,
}

impl PlusOne {
    pub(super) fn new(rules: ScalingRules) -> PlusOne {
        PlusOne { rules, cpu: AverageCpu::over(WINDOW_S), next_ms: 0 }
    }
}

impl Policy for PlusOne {
    fn decide(&mut self, now_ms: u64, seen: &Observation) -> Step {
        let target = f64::from(self.rules.target_cpu.unwrap_or(70)) / 100.0;
        let size = size(seen);
        let cpu = self.cpu.observe(seen).filter(|_| now_ms >= self.next_ms);
        let fewer = f64::from(size.saturating_sub(1).max(1));
        let (wanted, why) = match cpu {
            Some(cpu) if cpu > target => (size + 1, format!("CPU {:.0} %", cpu * 100.0)),
            Some(cpu) if cpu * f64::from(size) / fewer < target * CAUTION && size > 1 => {
                (size - 1, format!("CPU {:.0} %", cpu * 100.0))
            }
            _ => (size, "nothing to do".to_owned()),
        };
        let step = step(wanted, why, now_ms, seen, &self.rules);
        if step.from != step.to {
            self.next_ms = now_ms + PAUSE_MS;
        }
        step
    }
}
