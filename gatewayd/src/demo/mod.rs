//! The demo: a real fleet of URL shorteners and a load to steer, so that there is something to operate.
//!
//! ```text
//! gatewayd demo ─┬─ autoscaler ─── gatewayd demo app   (one process per app server)
//!                └─ Crowd ──────── gatewayd demo load  (one process, its rate told on stdin)
//! ```
//!
//! Nothing here knows the rest of the daemon: the app server and the load are on the outside of the
//! gateway, as in real life, and the black-box tests start the same two.

mod answer;
mod app_server;
mod child;
mod codes;
mod command;
mod crowd;
mod knobs;
mod load;
mod shortener;
mod virtual_core;
mod websocket;

pub use command::{AppArgs, LoadArgs, run_app, run_load};
pub(crate) use command::{duration, rate};
pub use crowd::{Crowd, app_command};
