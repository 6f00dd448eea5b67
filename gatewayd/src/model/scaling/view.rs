//! A scaler as observed, and the decisions it made.

use std::sync::Arc;

use super::{Condition, Decision, Order, ScalingMode};
use crate::model::Name;

/// A pool's scaler as observed.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalerView {
    /// The pool.
    pub pool: Name,
    /// Whether decisions are carried out.
    pub mode: ScalingMode,
    /// Who starts and ends servers.
    pub driver: String,
    /// The fewest servers.
    pub min: u32,
    /// The most servers.
    pub max: u32,
    /// Percent of a server's CPU that is aimed at.
    pub target_cpu: Option<u32>,
    /// Requests per second and server that are aimed at.
    pub target_rps: Option<u32>,
    /// How many servers there should be; those there are when nothing is decided.
    pub desired: u32,
    /// Servers that take requests.
    pub ready: u32,
    /// Servers on their way to take requests.
    pub starting: u32,
    /// Servers on their way out.
    pub draining: u32,
    /// How things stand.
    pub conditions: Vec<Condition>,
    /// The latest decision in a sentence: what happens, or why nothing does.
    pub next: String,
    /// What an operator said instead of the rules.
    pub order: Option<Order>,
}

/// A decision as kept. One that only repeats the one before is not kept again.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRecord {
    /// Names it in every tool; rises.
    pub id: u64,
    /// When it was first made, milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// When it was last made.
    pub time_ms: i64,
    /// The pool.
    pub pool: Name,
    /// The decision as last made.
    pub decision: Arc<Decision>,
    /// What became of it: "done", "advised", "nothing to do", or what went wrong.
    pub outcome: String,
}
