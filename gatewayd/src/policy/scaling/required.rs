//! How many servers does the load need? Each target has its answer; the largest wins.

use crate::model::{Inputs, ScalingRules};

/// What the load needs by one target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Required {
    /// By which target.
    pub(super) target: Target,
    /// Requests per second that are offered.
    pub(super) offered_rps: f64,
    /// Servers needed, not rounded.
    pub(super) need: f64,
}

/// What a server's part of the load is measured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// Percent of its CPU, at a cost of so many seconds per request.
    Cpu { percent: u32, cost_s: f64 },
    /// Requests per second.
    Rps(u32),
}

impl Required {
    /// The part of the need that rests on what the gateway sees by itself, and on a cost that
    /// enough servers told; 0..=1.
    pub(super) fn known_part(&self, inputs: &Inputs) -> f64 {
        match self.target {
            Target::Rps(_) => 1.0,
            Target::Cpu { cost_s, .. } => {
                inputs.known_cost_s.map_or(0.0, |known_s| (known_s / cost_s).min(1.0))
            }
        }
    }
}

/// What is needed for `offered_rps`; `None` when no target can be measured.
pub(super) fn required(
    inputs: &Inputs,
    rules: &ScalingRules,
    offered_rps: Option<f64>,
) -> Option<Required> {
    let offered_rps = offered_rps?;
    let cpu = rules.target_cpu.zip(inputs.cost_s).map(|(percent, cost_s)| Required {
        target: Target::Cpu { percent, cost_s },
        offered_rps,
        need: offered_rps * cost_s * 100.0 / f64::from(percent),
    });
    let rps = rules.target_rps.map(|target| Required {
        target: Target::Rps(target),
        offered_rps,
        need: offered_rps / f64::from(target),
    });
    let largest = |one: Required, other: Required| if other.need > one.need { other } else { one };
    cpu.into_iter().chain(rps).reduce(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_answer_wins() {
        let inputs = Inputs { cost_s: Some(14e-6), ..Inputs::default() };
        let mut rules = ScalingRules::within(1, 100);
        let need = |rules: &ScalingRules| required(&inputs, rules, Some(1.21e6)).unwrap();
        assert!((need(&rules).need - 24.2).abs() < 1e-9);
        rules.target_rps = Some(40_000);
        assert_eq!(need(&rules).target, Target::Rps(40_000));
        assert!((need(&rules).need - 30.25).abs() < 1e-9);
        rules.target_rps = Some(90_000);
        assert!(matches!(need(&rules).target, Target::Cpu { .. }));
    }

    #[test]
    fn requests_are_known_and_a_cost_is_as_far_as_it_was_told() {
        let mut rules = ScalingRules::within(1, 100);
        let part = |rules: &ScalingRules, known_cost_s| {
            let inputs = Inputs { cost_s: Some(0.02), known_cost_s, ..Inputs::default() };
            required(&inputs, rules, Some(100.0)).unwrap().known_part(&inputs)
        };
        let known = [None, Some(0.01), Some(0.02), Some(0.04)];
        assert_eq!(known.map(|known_s| part(&rules, known_s)), [0.0, 0.5, 1.0, 1.0]);
        (rules.target_cpu, rules.target_rps) = (None, Some(10));
        assert_eq!(part(&rules, None), 1.0);
    }

    #[test]
    fn what_is_not_measured_gives_no_answer() {
        let rules = ScalingRules::within(1, 100);
        assert_eq!(required(&Inputs::default(), &rules, Some(10.0)), None);
        let inputs = Inputs { cost_s: Some(0.01), ..Inputs::default() };
        assert_eq!(required(&inputs, &rules, None), None);
    }
}
