//! Live memory, the single writer and its journal: what the process knows.

mod backend;
mod connection_caps;
mod counters;
mod events;
mod histogram;
mod journal;
mod limit_table;
mod limiter;
mod live_pool;
mod meter;
mod observatory;
mod pace;
mod picture;
mod scalers;
mod table;
mod writer;

pub use backend::{Flight, LiveBackend};
pub use connection_caps::{ConnectionCaps, Entered};
pub use counters::{AttemptCells, Cells, Counter, LimitCells, WorkerCells};
pub use events::Events;
pub use histogram::Histogram;
pub use journal::{Journal, JournalError, Past};
pub use limit_table::{AdjustmentTable, LimitTable, Tier, WideTable};
pub use limiter::{Limiter, Seat, Slot};
pub use live_pool::{InLine, LivePool, Retry};
pub use observatory::{Feed, Observatory};
pub use pace::{CallerPace, MessagePace};
pub use picture::{HostFigures, Painter, Sight};
pub use scalers::Scalers;
pub use table::{ListenerTable, PoolTable, RouteTable, Table};
pub use writer::{Started, Writer};
