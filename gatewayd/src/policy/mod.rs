//! Pure decisions: everything that is known comes in as an argument, the decision comes out as a value.

mod apply;
mod balance;
mod client_ip;
mod cookie;
mod guard;
mod health;
mod host;
mod load_report;
mod merge;
mod nearest;
mod part;
mod path;
mod problems;
mod routing;
mod shares;
mod sliding_window;
mod slow_start;

pub use apply::{Applied, apply};
pub use balance::{Balancer, Member, Turn, hash_key};
pub use client_ip::{client_ip, is_trusted, limit_prefix, unwrapped};
pub use cookie::cookie;
pub use guard::{Seen, guard};
pub use health::{Checkup, ProbeResult, Turned};
pub use host::{Host, HostError, host};
pub use load_report::cpu_utilization;
pub use merge::merge;
pub use nearest::nearest;
pub use part::Part;
pub use path::{PathError, canonical};
pub use problems::problems;
pub use routing::{Found, Router};
pub use shares::shares;
pub use sliding_window::{Verdict, Window};
pub use slow_start::{Serving, slow_start};
