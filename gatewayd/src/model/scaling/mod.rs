//! Scaling: how a pool's number of servers follows its load, and each decision about it.

mod autoscale;
mod decision;
mod inputs;
mod rate_policy;
mod rules;
mod view;
mod what_if;

pub use autoscale::{
    Autoscale, Driver, ExecDriver, Order, Ports, PortsError, ProcessDriver, ScalingMode,
};
pub use decision::{Action, Condition, Decision, Stage, What};
pub use inputs::{Inputs, ServerInput, ServerPhase};
pub use rate_policy::{Amount, RatePolicy, RatePolicyError};
pub use rules::{MoveRules, ScalingRules};
pub use view::{DecisionRecord, ScalerView};
pub use what_if::{LoadSample, RulesEdit, ScalingRun, WhatIf};
