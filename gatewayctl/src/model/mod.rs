//! The nouns as gatewayctl sees them: plain data, named as in the admin contract.

mod audit;
mod backend;
mod block;
mod certificate;
mod chain;
mod check;
mod drain;
mod edit;
mod event;
mod field;
mod filter;
mod finding;
mod hue;
mod inquiry;
mod intent;
mod limit;
mod load;
mod operation;
mod past;
mod pool;
mod problem;
mod protect;
mod scaler;
mod snapshot;
mod stat;
mod state;
mod value;

pub use audit::{AuditAsked, AuditRecord, Identity};
pub use backend::{Backend, Health, Ramp, Standing};
pub use block::Block;
pub use certificate::{Certificate, Voucher};
pub use chain::{Break, Chain, ChainLink, Verification};
pub use check::Check;
pub use drain::{Drain, DrainOrder, OnDeadline, Then};
pub use edit::{Edit, ScalerEdit, WeightEdit};
pub use event::Event;
pub use field::{ConfigText, Field, Validation};
pub use filter::{Filter, FilterError, find_field, fits};
pub use finding::{Finding, Grade};
pub use hue::{Hue, HueError};
pub use inquiry::{ClientPicture, Grouping, LimitUse, Rejection, RejectionsAsked, Simulation};
pub use intent::{Intent, Terms};
pub use limit::{CandidateEdit, Limit, LimitAdjustment, LimitEdit, LimitMode, RuleEdit};
pub use load::{Load, LoadEdit};
pub use operation::{Conflict, Headroom, Operation, OperationProgress, OperationsAsked, Share};
pub use past::Past;
pub use pool::Pool;
pub use problem::{Problem, Severity};
pub use protect::{Protect, ProtectError};
pub use scaler::{
    Condition, Decision, ScaledServer, Scaler, ScalingRun, Stage, WhatIf, WhatIfRules,
};
pub use snapshot::{Listener, Refused, Snapshot, Totals};
pub use stat::Stat;
pub use state::State;
pub use value::Value;
