//! How many servers should a pool have? One decision per tick, explained stage by stage.
//!
//! ```text
//!  observation ─▶ fresh reports ─▶ cost ─┐
//!                 load windows ──────────┴▶ Inputs ─▶ lost ─▶ required ─▶ panic ─▶ tolerance
//!                                                      ─▶ missing metrics ─▶ stabilization ─▶ rate
//!                                                      ─▶ interlocks ─▶ bounds ─▶ starts ─▶ actions
//! ```
//! CPU saturates and offered load does not, so the size follows the work that is offered:
//! requests per second times the CPU that one of them costs.

mod actions;
mod bounds;
mod conditions;
mod cost;
mod decide;
mod fleet;
mod history;
mod interlocks;
mod load;
mod lost;
mod missing;
mod observation;
mod panic;
mod phase;
mod rate;
mod replay;
mod required;
mod sentence;
mod stabilization;
mod starts;
mod tolerance;

pub use decide::decide;
pub use history::History;
pub use observation::{CpuReport, Observation, SeenServer};
pub use phase::{Run, Signs, is_ill, phase};
pub use replay::{TooLong, replay};

use crate::model::{Decision, ScalingRules};

/// Decides about a pool as observed at `now_ms` (since the start of the process), and remembers it.
pub fn tick(
    now_ms: u64,
    observation: &Observation,
    history: &mut History,
    rules: &ScalingRules,
) -> Decision {
    let inputs = history.observe(now_ms, observation, rules);
    let decision = decide(inputs, rules);
    history.remember(now_ms, &decision, observation.acts);
    decision
}

#[cfg(test)]
mod fluid;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
