//! A decision: how many servers a pool should have, how that came about, and what follows.

use std::fmt;

use super::{Inputs, ScalingRules};
use crate::model::Name;

/// How many servers a pool should have, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// How many there are.
    pub from: u32,
    /// How many there should be now.
    pub to: u32,
    /// What sort of decision.
    pub what: What,
    /// The size wanted before anything held it back.
    pub wanted: u32,
    /// The capacity needed, in servers; absent without a measurement.
    pub need: Option<f64>,
    /// Whether a surge holds the size up.
    pub panic: bool,
    /// Whether the surge is on at this moment.
    pub surge: bool,
    /// The whole of it in a sentence.
    pub sentence: String,
    /// How each stage changed it, in their order.
    pub stages: Vec<Stage>,
    /// How things stand, with the names of a Kubernetes HPA.
    pub conditions: Vec<Condition>,
    /// What follows.
    pub actions: Vec<Action>,
    /// What it was made from.
    pub inputs: Inputs,
    /// By which rules.
    pub rules: ScalingRules,
}

/// What sort of decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// More servers.
    Out,
    /// Fewer servers.
    In,
    /// As many as there are are right.
    Hold,
    /// Another number would be right, and something forbids it.
    Refused,
}

/// What one stage made of the size.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The stage.
    pub name: &'static str,
    /// What came in, in servers.
    pub before: f64,
    /// What went out.
    pub after: f64,
    /// Why; empty when it changed nothing.
    pub reason: String,
}

/// One way in which things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `AbleToScale`, `ScalingActive` or `ScalingLimited`.
    pub kind: &'static str,
    /// Whether it is so.
    pub status: bool,
    /// Why, in one word.
    pub reason: &'static str,
    /// Why, in a sentence.
    pub message: String,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Puts draining servers back.
    Reclaim(Vec<Name>),
    /// Starts so many new servers.
    ScaleOut(u32),
    /// Drains these.
    Drain(Vec<Name>),
    /// Ends these, which are drained.
    Terminate(Vec<Name>),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            What::Out => "out",
            What::In => "in",
            What::Hold => "hold",
            What::Refused => "refused",
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |names: &[Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Action::Reclaim(servers) => write!(f, "put back {}", names(servers)),
            Action::ScaleOut(count) => write!(f, "start {count}"),
            Action::Drain(servers) => write!(f, "drain {}", names(servers)),
            Action::Terminate(servers) => write!(f, "end {}", names(servers)),
        }
    }
}
