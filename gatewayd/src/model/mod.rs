//! The nouns: what a gateway is made of, as plain values that are legal by construction.

mod abort_if;
mod access;
mod adjustment;
mod allowance;
mod attempt_failure;
mod audit_entry;
mod backend;
mod block;
mod capacity;
mod certificate;
mod change;
mod configuration;
mod desired;
mod drain;
mod ejection;
mod entity;
mod event;
#[cfg(test)]
pub(crate) mod example;
mod field;
mod gateway;
mod health;
mod inquiry;
mod intent;
mod lapse;
mod limit;
mod limit_edit;
mod limit_key;
mod limit_target;
mod listener;
mod listener_view;
mod name;
mod network;
mod operation;
mod past;
mod phase;
mod pool;
mod principal;
mod probe_report;
mod ramp;
mod rate;
mod refusal;
mod rejection;
mod revert;
mod route;
mod rule;
mod safe_text;
mod scaling;
mod served;
mod snapshot;
mod sticky;
mod terms;
mod traffic_filter;
mod trouble;
mod under_way;
mod v6_tiers;

pub use abort_if::{AbortCondition, AbortIf, AbortIfError};
pub use access::{Access, Account, Grant, LocalUser, Role, SocketOwner};
pub use adjustment::Adjustment;
pub use allowance::{Allowance, AllowanceError};
pub use attempt_failure::{AttemptFailure, FailureCounts};
pub use audit_entry::{AuditEntry, Call, Verdict};
pub use backend::{Backend, Mark, Source, Standing, Weight, WeightError};
pub use block::Block;
pub use capacity::Capacity;
pub use certificate::{CertificateFacts, CertificateView, ChainLink, Reading, ReadingResult};
pub use change::{Change, Reload, ScalerEdit, WeightEdit};
pub use configuration::{AccessLog, AdminTcp, Configuration, MutualTls, Settings};
pub use desired::Desired;
pub use drain::{DrainOrder, DrainPlan, DrainStep, OnDeadline, Then};
pub use ejection::EjectionRules;
pub use entity::{Entity, Frame, Touched};
pub use event::{Event, EventKind, Severity};
pub use field::{FieldView, Provenance};
pub use gateway::Gateway;
pub use health::Health;
pub use inquiry::{ClientView, Grouping, Refuser, RejectionView, Simulation, UseView};
pub use intent::Intent;
pub use lapse::Lapse;
pub use limit::{Limit, LimitMode};
pub use limit_edit::{CandidateEdit, LimitEdit};
pub use limit_key::{LimitKey, LimitKeys, is_token};
pub use limit_target::LimitTarget;
pub use listener::{CertificateFiles, Certificates, Listener, ListenerKind, Tls, TlsVersion};
pub use listener_view::ListenerView;
pub use name::{Name, NameError};
pub use network::{unwrapped, unwrapped_network};
pub use operation::{Conflict, Headroom, Key, Operation, Share, Undo};
pub use past::{Figure, Grain, PastView};
pub use phase::Phase;
pub use pool::{Balance, HashKey, HealthCheck, Pool, ProbeKind, Weights};
pub use principal::{Known, NobodyError, Principal};
pub use probe_report::{ProbeReport, ProbeStep, is_no_backend};
pub use ramp::Ramp;
pub use rate::{Rate, RateError};
pub use refusal::Refusal;
pub use rejection::Rejection;
pub use revert::Revert;
pub use route::{HostPattern, PathPattern, PatternError, Route, Segment};
pub use rule::{Rule, RuleEdit, RuleError};
pub use safe_text::{is_unsafe, safe_text};
pub use scaling::{
    Action, Amount, Autoscale, Condition, Decision, DecisionRecord, Driver, ExecDriver, Inputs,
    LoadSample, MoveRules, Order, Ports, PortsError, ProcessDriver, RatePolicy, RatePolicyError,
    RulesEdit, ScalerView, ScalingMode, ScalingRules, ScalingRun, ServerInput, ServerPhase, Stage,
    What, WhatIf,
};
pub use served::{Query, Served, Tried, TryEnd, cut};
pub use snapshot::{
    AdjustmentView, BackendView, BlockView, CandidateView, CollapseView, Distribution, DrainView,
    LimitView, PoolView, Problem, RefusedView, Snapshot, Totals,
};
pub use sticky::Sticky;
pub use terms::Terms;
pub use traffic_filter::{
    Comparison, FilterFault, NumberComparison, NumberField, TextComparison, TextField,
    TrafficFilter, TrafficTest, WantedClient,
};
pub use trouble::{Store, Trouble};
pub use under_way::{OldRequest, UnderWay};
pub use v6_tiers::{V6Tiers, WideTier};
