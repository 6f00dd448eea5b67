//! The columns of each noun: one row holds a field's name, title, unit and value.

mod backend;
mod block;
mod certificate;
mod check;
mod context;
mod decision;
mod event;
mod field;
mod finding;
mod inquiry;
mod limit;
mod load;
mod operation;
mod pool;
mod release;
mod scaler;
mod scaling_run;
mod status;

pub use backend::BACKEND;
pub use block::BLOCK;
pub use certificate::CERTIFICATE;
pub use check::CHECK;
pub use context::{CONTEXT, CONTEXT_TEST, ContextRow, ContextTest};
pub use decision::DECISION;
pub use event::EVENT;
pub use field::{CONFIG_TEXT, FIELD, VALIDATION};
pub use finding::FINDING;
pub use inquiry::{CLIENT, REJECTION, SIMULATION};
pub use limit::LIMIT;
pub use load::LOAD;
pub use operation::OPERATION;
pub use pool::POOL;
pub use release::{RELEASE, Release};
pub use scaler::SCALER;
pub use scaling_run::SCALING_RUN;
pub use status::STATUS;
