//! HPA: `ceil(size × cpu ÷ target)`, the formula of a Kubernetes HorizontalPodAutoscaler, every 15 s
//! on figures of the last minute, with its tolerance, its limits of speed and its stabilization.

use std::collections::VecDeque;

use super::cpu::{AverageCpu, serving, size};
use super::size::step;
use super::{Policy, Step};
use crate::model::ScalingRules;
use crate::policy::scaling::Observation;

/// `--horizontal-pod-autoscaler-sync-period`.
const SYNC_MS: u64 = 15_000;
/// `--horizontal-pod-autoscaler-tolerance`.
const TOLERANCE: f64 = 0.1;
/// `--horizontal-pod-autoscaler-downscale-stabilization`.
const STABILIZATION_MS: u64 = 300_000;
/// What a metrics server averages over.
const WINDOW_S: usize = 60;

/// Decides by the formula of a Kubernetes HPA.
pub(super) struct Hpa {
    rules: ScalingRules,
    cpu: AverageCpu,
    next_ms: u64,
    wanted: VecDeque<(u64, u32)>,
}

impl Hpa {
    pub(super) fn new(rules: ScalingRules) -> Hpa {
        Hpa { rules, cpu: AverageCpu::over(WINDOW_S), next_ms: 0, wanted: VecDeque::new() }
    }

    fn wanted(&mut self, now_ms: u64, size: u32, cpu: f64) -> u32 {
        let target = f64::from(self.rules.target_cpu.unwrap_or(70)) / 100.0;
        let ratio = cpu / target;
        let asked = match (ratio - 1.0).abs() < TOLERANCE {
            true => size,
            false => (f64::from(size) * ratio - 1e-9).ceil() as u32,
        };
        self.wanted.push_back((now_ms, asked));
        while self.wanted.front().is_some_and(|(at, _)| at + STABILIZATION_MS < now_ms) {
            self.wanted.pop_front();
        }
        if asked > size {
            // Double, or four more: the default policies of scaleUp.
            return asked.min((size * 2).max(size + 4));
        }
        let highest = self.wanted.iter().map(|(_, asked)| *asked).max().unwrap_or(asked);
        highest.min(size)
    }
}

impl Policy for Hpa {
    fn decide(&mut self, now_ms: u64, seen: &Observation) -> Step {
        let size = size(seen);
        let cpu = self.cpu.observe(seen);
        let due = now_ms >= self.next_ms && serving(seen) > 0;
        let (wanted, why) = match cpu.filter(|_| due) {
            Some(cpu) => {
                self.next_ms = now_ms + SYNC_MS;
                let target = self.rules.target_cpu.unwrap_or(70);
                let why = format!("{size} × CPU {:.0} % ÷ {target} %", cpu * 100.0);
                (self.wanted(now_ms, size, cpu), why)
            }
            None => (size, "nothing to do".to_owned()),
        };
        step(wanted, why, now_ms, seen, &self.rules)
    }
}
