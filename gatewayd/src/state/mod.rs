//! Live memory, the single writer and its journal: what the process knows.

mod backend;
mod counters;
mod events;
mod histogram;
mod journal;
mod limiter;
mod meter;
mod observatory;
mod pace;
mod picture;
mod scalers;
mod table;
mod writer;

pub use backend::{Flight, LiveBackend};
pub use counters::{AttemptCells, Cells, Counter, LimitCells, WorkerCells};
pub use events::Events;
pub use histogram::Histogram;
pub use journal::{Journal, JournalError, Past};
pub use limiter::{Limiter, Seat};
pub use observatory::{Feed, Observatory};
pub use pace::{CallerPace, MessagePace};
pub use picture::{HostFigures, Painter, Sight};
pub use scalers::Scalers;
pub use table::{LimitTable, PoolTable, RouteTable, Table};
pub use writer::{Started, Writer};
