//! Policies: who decides the size of the fleet in a run. Ours is that of production; the others are
//! what operators know from elsewhere, so that they can be held beside it.

mod aws;
mod cpu;
mod hpa;
mod plus_one;
mod size;
mod work;

use crate::model::{Action, ScalingRules};
use crate::policy::scaling::Observation;

/// Decides the size of a fleet, once a second.
pub(super) trait Policy: Send {
    /// What is to be done now.
    fn decide(&mut self, now_ms: u64, seen: &Observation) -> Step;

    /// A server failed to start.
    fn start_failed(&mut self, _now_ms: u64) {}

    /// A server passed its first probe.
    fn started(&mut self) {}
}

/// What a policy decided.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) actions: Vec<Action>,
    pub(super) sentence: String,
    /// Another size would be right, and something forbids it.
    pub(super) refused: bool,
}

/// The policies that a scenario can be run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Rival {
    /// The autoscaler of gatewayd: by the work that is offered
    Work,
    /// One more while the CPU is above target, one fewer while it would stay below; then a pause
    PlusOne,
    /// The formula of a Kubernetes HPA, every 15 s
    Hpa,
    /// Target tracking as of an AWS Auto Scaling group
    Aws,
}

impl Rival {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rival::Work => "work",
            Rival::PlusOne => "plus-one",
            Rival::Hpa => "hpa",
            Rival::Aws => "aws",
        }
    }

    /// It, with rules to go by.
    pub(super) fn policy(self, rules: &ScalingRules) -> Box<dyn Policy> {
        let rules = rules.clone();
        match self {
            Rival::Work => Box::new(work::Work::new(rules)),
            Rival::PlusOne => Box::new(plus_one::PlusOne::new(rules)),
            Rival::Hpa => Box::new(hpa::Hpa::new(rules)),
            Rival::Aws => Box::new(aws::Aws::new(rules)),
        }
    }
}
