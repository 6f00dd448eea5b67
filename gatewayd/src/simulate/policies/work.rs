//! Work: the autoscaler of production.

use super::{Policy, Step};
use crate::model::{ScalingRules, Stage, What};
use crate::policy::scaling::{History, Observation, tick};

/// Decides by the work that is offered.
pub(super) struct Work {
    history: History,
    rules: ScalingRules,
}

impl Work {
    pub(super) fn new(rules: ScalingRules) -> Work {
        Work { history: History::default(), rules }
    }
}

impl Policy for Work {
    fn decide(&mut self, now_ms: u64, seen: &Observation) -> Step {
        let decision = tick(now_ms, seen, &mut self.history, &self.rules);
        // That a move goes in steps is told by the steps.
        const FORBIDDING: [&str; 4] = ["interlocks", "bounds", "starts", "victims"];
        let forbids = |stage: &Stage| FORBIDDING.contains(&stage.name) && !stage.reason.is_empty();
        let refused = decision.what == What::Refused && decision.stages.iter().any(forbids);
        Step {
            from: decision.from,
            to: decision.to,
            actions: decision.actions,
            sentence: decision.sentence,
            refused,
        }
    }

    fn start_failed(&mut self, now_ms: u64) {
        self.history.start_failed(now_ms);
    }

    fn started(&mut self) {
        self.history.started();
    }
}
