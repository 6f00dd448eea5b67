//! Black-box tests of gatewayd and gatewayctl: the harness they share.
//!
//! Everything here is a real process on loopback, told and asked as an operator or a client would:
//! [`Gateway`] is gatewayd, [`Fleet`] is app servers, [`Ctl`] is gatewayctl, [`Terminal`] is tmux.
//! The words block until done, so a test reads as the story it tells.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a harness fails by panicking, aloud")]

mod admin;
pub mod architecture;
mod binaries;
mod client;
mod crowd;
mod ctl;
mod fleet;
mod gateway;
mod port;
mod process;
mod routes;
mod scripted;
mod terminal;
mod wait;

pub use admin::{Admin, wrong_fields};
pub use binaries::{gatewayctl, gatewayd};
pub use client::{Client, Protocol, Reply};
pub use crowd::{Crowd, Ledger};
pub use ctl::{Ctl, Said};
pub use fleet::{AppServer, Fleet};
pub use gateway::{Gateway, Setup, second};
pub use port::free_port;
pub use process::{Process, Signal};
pub use routes::{EVERYTHING, shortener};
pub use scripted::{Act, Scripted};
pub use terminal::Terminal;
pub use wait::until;
