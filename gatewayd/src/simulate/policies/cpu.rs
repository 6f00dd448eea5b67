//! CPU as other autoscalers see it: the average of the servers that serve, over a window.

use std::collections::VecDeque;

use crate::model::ServerPhase;
use crate::policy::scaling::Observation;

/// The average CPU of a fleet over the last seconds.
#[derive(Debug)]
pub(super) struct AverageCpu {
    seconds: usize,
    past: VecDeque<f64>,
}

impl AverageCpu {
    /// One over so many seconds.
    pub(super) fn over(seconds: usize) -> AverageCpu {
        AverageCpu { seconds, past: VecDeque::new() }
    }

    /// The average with what is seen now, 0..=1; absent before anything was reported.
    pub(super) fn observe(&mut self, seen: &Observation) -> Option<f64> {
        let serving = || seen.servers.iter().filter(|server| server.phase.serves());
        let reports: Vec<f64> = serving().filter_map(|it| it.cpu).map(|cpu| cpu.ratio).collect();
        if !reports.is_empty() {
            self.past.push_back(reports.iter().sum::<f64>() / reports.len() as f64);
            if self.past.len() > self.seconds {
                self.past.pop_front();
            }
        }
        (!self.past.is_empty()).then(|| self.past.iter().sum::<f64>() / self.past.len() as f64)
    }
}

/// How many servers serve.
pub(super) fn serving(seen: &Observation) -> u32 {
    count(seen, ServerPhase::serves)
}

/// How many there are, those on their way out aside.
pub(super) fn size(seen: &Observation) -> u32 {
    count(seen, |phase| !phase.leaves())
}

fn count(seen: &Observation, wanted: impl Fn(ServerPhase) -> bool) -> u32 {
    seen.servers.iter().filter(|server| wanted(server.phase)).count() as u32
}
